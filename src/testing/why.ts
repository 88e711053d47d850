import { anniversary, monthsBetween, yearOf } from '../calendar/day.js';
import { formatIsoDay } from '../calendar/iso.js';
import type { ClosedBy } from '../calendar/openDays.js';
import type { CrowdedDay } from '../oracle/dailyCap.js';
import { hasCampaignHistory, rowsOf } from '../oracle/history.js';
import type { Candidate, Contact, PlainOrganization } from '../oracle/model.js';
import { isFollowupType } from '../rules/emailTypes.js';
import { readInteger } from '../rules/fields.js';
import { SKIP_REASONS, winnerOfConflict } from '../rules/reasons.js';
import { anchorDate, type ExclusionWindow, windowOfYear } from '../rules/windows.js';
import type { ExpectedFacts } from './expectedFacts.js';
import { comparedText, type ScheduledRow } from './rows.js';

const day = formatIsoDay;

/** Why an email is planned as it is, step by step in the order of the rules, a sentence each (Rules 5 to 10). */
export function whyPlanned(candidate: Candidate, facts: ExpectedFacts): string[] {
  const { organization } = facts;
  return [
    whichEvent(candidate),
    ...whichStart(candidate, organization),
    ...whichWindows(candidate, organization),
    ...whichMove(candidate, facts),
    ...whichLimit(candidate, facts),
  ];
}

function whichEvent(candidate: Candidate): string {
  const { eventDay, idealDay, deadline, priority, followed } = candidate;
  const source = followed === null ? '' : `, the day row ${followed.row.id} (${followed.row.type}) was sent`;
  const end = deadline === null ? 'it has no deadline' : `its deadline ${day(deadline)}`;
  return `Its event is ${day(eventDay)}${source}, its ideal day ${day(idealDay)}, ${end}, its priority ${priority}.`;
}

function whichStart(candidate: Candidate, { today, capacity }: PlainOrganization): string[] {
  const { step, stepDay, heldDays, closedDay, ownedRow } = candidate;
  const passed = `As of ${day(today)} its ideal day has passed`;
  const sentence = {
    ideal: `It starts on its ideal day, which has not passed as of ${day(today)}.`,
    kept_planned_day: `${passed}; row ${ownedRow?.id} has it planned for ${day(stepDay)}, and that is kept.`,
    kept_send_day: `${passed}; row ${ownedRow?.id} has it scheduled for ${day(stepDay)}, and that is kept.`,
    catch_up: `${passed}, and there is no plan to keep: it catches up on ${day(stepDay)}.`,
    suppressed: whichSuppression(candidate),
    underwriting: `The contact failed underwriting, so that no start day is looked for.`,
  }[step];
  const sentences = [sentence];
  if (heldDays > 0) {
    const rows =
      heldDays === 1 ? 'a row that is not owned holds that day' : `such rows hold ${heldDays} days from there`;
    sentences.push(`It starts on ${day(stepDay + heldDays)} instead, because ${rows}.`);
  }
  if (closedDay !== null) sentences.push(whichOpenDay(candidate, closedDay, capacity.openDays.closedBy(closedDay)));
  return sentences;
}

function whichOpenDay({ startDay }: Candidate, closedDay: number, cause: ClosedBy | null): string {
  const because = {
    weekday: 'no weekday on which emails go out',
    federal_holiday: 'a federal holiday',
    closed: 'among the closed days',
  }[cause ?? 'closed'];
  const closed = `${day(closedDay)} is closed, ${because}`;
  if (startDay === closedDay) return `${closed}, and there is no open day that it could move to, so it is skipped.`;
  const which = startDay > closedDay ? 'next' : 'last';
  return `${closed}, so it starts on ${day(startDay)}, the ${which} open day that is free for it.`;
}

function whichSuppression({ suppression, skipReason }: Candidate): string {
  if (suppression === null) return `The contact's emails bounce, so that it gets none: ${skipReason}.`;
  const { contactId, email, scope, startDay, endDay } = suppression;
  const whom = [contactId === null ? null : `contact ${contactId}`, email]
    .filter((part) => part !== null)
    .join(' and ');
  const what = scope === null ? 'everything' : [...scope].join(', ');
  const since = startDay === null ? '' : ` from ${day(startDay)} on`;
  const until = endDay === null ? '' : ` up to ${day(endDay)}`;
  return `A suppression of ${whom} covers ${what}${since}${until}, so that no start day is looked for: ${skipReason}.`;
}

function whichWindows(candidate: Candidate, { today }: PlainOrganization): string[] {
  const { contact, startDay, respectsWindows, excludedBy } = candidate;
  const { rule, state } = contact;
  if (rule === null || candidate.step === 'underwriting' || candidate.step === 'suppressed') return [];
  if (!respectsWindows) return [`The windows of ${state} do not count: its campaign type does not respect any.`];
  if (rule.kind === 'year_round') return [`${state} forbids every day, so it is skipped.`];
  if (excludedBy !== null) {
    const place = startDay < excludedBy.start + contact.buffer ? 'in the buffer of' : 'in';
    return [`${day(startDay)} lies ${place} the window ${windowText(contact, excludedBy)}, so it is skipped.`];
  }
  const date = anchorDate(contact);
  if (date === null) return [`${state} has windows, but the contact has no date to anchor them to.`];
  const near = [-1, 0, 1].map((years) => windowOfYear(contact, yearOf(startDay) + years)).filter((one) => one !== null);
  const around = [near.findLast((window) => window.end < startDay), near.find((window) => window.start > startDay)];
  const windows = around.filter((window) => window !== undefined).filter((window) => window.end >= today - 366);
  if (windows.length === 0) return [];
  return [`${day(startDay)} lies outside the windows ${windows.map((one) => windowText(contact, one)).join(' and ')}.`];
}

/** A window by its days, its buffer told apart. */
function windowText(contact: Contact, window: ExclusionWindow): string {
  const days = `${day(window.start)} to ${day(window.end)}`;
  if (contact.buffer === 0) return days;
  return `${days} (its buffer ends on ${day(window.start + contact.buffer - 1)})`;
}

function whichMove(candidate: Candidate, { organization, crowdedDays }: ExpectedFacts): string[] {
  const { startDay, balancedFrom, lastDay, bookedDay, sendDay, skipReason } = candidate;
  if (balancedFrom === null || lastDay === null) return [];
  const sentences: string[] = [];
  if (balancedFrom !== startDay) {
    const { smoothingLimit } = organization.limits;
    sentences.push(`Its day has more than ${smoothingLimit} such emails: smoothing moved it to ${day(balancedFrom)}.`);
  }
  const isSkipped = skipReason === SKIP_REASONS.dailyCap;
  const passed = crowdedDays.filter((one) => one.day >= balancedFrom && (one.day < sendDay || isSkipped));
  for (const one of passed.slice(0, MOST_DAYS_TOLD)) sentences.push(whyFull(one));
  if (passed.length > MOST_DAYS_TOLD) sentences.push(`So it is on ${passed.length - MOST_DAYS_TOLD} more days.`);
  if (isSkipped) {
    sentences.push(`${day(sendDay)} is its last day, so it is skipped.`);
  } else if (sendDay !== balancedFrom) {
    const promise = bookedDay === sendDay ? ', which it was promised' : '';
    sentences.push(`The daily cap moved it to ${day(sendDay)}${promise}; its last day is ${day(lastDay)}.`);
  }
  return sentences;
}

/** How many crowded days are told one by one. */
const MOST_DAYS_TOLD = 3;

function whyFull({ day: crowded, waiting, taken, seats, excess, promised }: CrowdedDay): string {
  const beyond = excess > 0 ? `, and ${excess} more because there are too few up to their last days` : '';
  const kept = promised > seats + excess ? `, and ${promised} are promised the day` : '';
  const others = taken === 1 ? 'the one that goes comes' : `the ${taken} that go come`;
  const room = `${seats} ${seats === 1 ? 'seat' : 'seats'}`;
  return `On ${day(crowded)} ${waiting} emails wait for ${room}${beyond}${kept}; ${others} before it.`;
}

function whichLimit(candidate: Candidate, facts: ExpectedFacts): string[] {
  const { skipReason } = candidate;
  if (skipReason === SKIP_REASONS.frequencyLimit) return [whichEmails(candidate, facts)];
  const winner = skipReason === null ? null : winnerOfConflict(skipReason);
  if (winner !== null) return [`Campaign instance ${winner} has the same day and comes first, so it is skipped.`];
  if (skipReason === SKIP_REASONS.underwritingOrganization) return ['The organization skips such contacts.'];
  if (skipReason === SKIP_REASONS.underwritingCampaign) return ['The campaign type skips such contacts.'];
  return [];
}

/** The emails that leave no room for one that the frequency limit skips (Rules 9, frequency). */
function whichEmails(candidate: Candidate, { organization, candidates }: ExpectedFacts): string {
  const { max_emails_per_period: most, frequency_period_days: period } = organization.config.frequency;
  const isNear = (other: number) => Math.abs(other - candidate.sendDay) < period;
  const planned = candidates
    .filter((other) => other.status === 'pre-scheduled' && other.kind !== 'followup' && isNear(other.sendDay))
    .map((other) => `${other.emailType} on ${day(other.sendDay)}`);
  const past = rowsOf(organization, candidate.contact.id)
    .filter((row) => row.statusClass === 'history' && !isFollowupType(row.type))
    .flatMap((row) => (row.sentDay !== null && isNear(row.sentDay) ? [`${row.type} of ${day(row.sentDay)}`] : []));
  const emails = [...past, ...planned].join(', ');
  return `With it there would be more than ${most} emails in ${period} days, so it is skipped; the others are ${emails}.`;
}

/** Why a row is not expected, a sentence each; none when no one thing is the reason (Rules 2, 5, 6). */
export function whyAbsent(row: ScheduledRow, { organization, contact, candidates, issues }: ExpectedFacts): string[] {
  const type = (comparedText(row.email_type) ?? '').toLowerCase();
  if (contact === null) {
    const kinds = issues.map((issue) => issue.kind).join(', ');
    return [kinds === '' ? 'There is no such contact.' : `The contact is rejected: ${kinds}.`];
  }
  const ofType = issues.find((issue) => issue.detail?.toLowerCase().split(' ')[0] === type);
  if (ofType !== undefined) return [`The issue ${ofType.kind} is counted instead.`];
  if (contact.state === null) return ['The state of the contact is unknown, so that it gets at most campaigns.'];
  const isPlanned = candidates.some((candidate) => candidate.emailType.toLowerCase() === type);
  const reasons = whichHistory(type, row, organization, contact, isPlanned);
  if (reasons.length > 0) return reasons;
  if (isPlanned) return ['This is one more than is planned of its type.'];
  if (type === 'birthday' && contact.birthDay === null) return ['The contact has no birth date.'];
  if (type === 'effective_date' && contact.effectiveDay === null) return ['The contact has no effective date.'];
  return type === 'effective_date' ? whichMonths(organization, contact) : [];
}

/**
 * The row by which history has an email already, if there is one (Rules 5, history has it).
 *
 * @param isPlanned whether another email of the type is planned, which a row without event year did not keep from it
 */
function whichHistory(
  type: string,
  row: ScheduledRow,
  organization: PlainOrganization,
  contact: Contact,
  isPlanned: boolean,
): string[] {
  const instance = organization.instances.find((one) => `campaign_${one.type.name}_${one.id}`.toLowerCase() === type);
  if (instance !== undefined) {
    return hasCampaignHistory(organization, contact.id, instance) ? ['History has this campaign already.'] : [];
  }
  const eventYear = readInteger(row.event_year);
  const past = rowsOf(organization, contact.id).find(
    (one) =>
      (one.statusClass === 'history' || one.statusClass === 'ended') &&
      one.type === type &&
      (one.eventYear === null ? !isPlanned : one.eventYear === eventYear),
  );
  return past === undefined ? [] : [`History has it already: row ${past.id}, ${past.status}.`];
}

/** Tells of a policy that is too young for its email (Rules 5, first policy anniversary). */
function whichMonths({ today, config }: PlainOrganization, { effectiveDay }: Contact): string[] {
  if (effectiveDay === null) return [];
  const thisYear = anniversary(effectiveDay, yearOf(today));
  const event = thisYear >= today ? thisYear : anniversary(effectiveDay, yearOf(today) + 1);
  const months = monthsBetween(effectiveDay, event);
  const most = config.organization.effective_date_first_email_months;
  if (months > most) return [];
  return [`The policy is too young: its anniversary comes ${months} months after it, and it takes more than ${most}.`];
}
