import type { Absence } from '../explain/absenceFacts.js';
import { rowText } from './explanationEmail.js';
import { counted, dated, listed } from './text/prose.js';

const RESTING: readonly Absence['reason'][] = [
  ...(['campaign_unreadable', 'campaign_type_inactive', 'campaign_not_started', 'campaign_over'] as const),
];

/** Tells whether an email is absent because its campaign does not run, which a letter tells of all such together. */
export function isResting({ reason }: Absence): boolean {
  return RESTING.includes(reason);
}

/** Why a campaign does not run, in a few words. */
export function restingText(absence: Absence): string {
  switch (absence.reason) {
    case 'campaign_unreadable':
      return `${absence.email_type} has a date that cannot be read${absence.problem === null ? '' : ` (${absence.problem})`}`;
    case 'campaign_not_started':
      return `${absence.email_type} begins on ${dated(absence.active_start_date)}`;
    case 'campaign_over':
      return `${absence.email_type} ended on ${dated(absence.active_end_date)}`;
    default:
      return `${absence.email_type} is of a type that is not active`;
  }
}

const WITHOUT_WINDOWS = {
  no_rule: "the contact's state has no windows",
  year_round: "the contact's state excludes the whole year and has no windows that end",
  no_anchor: 'the contact lacks the date that its windows go by',
} as const;

/** Why an email that could be expected is not there, as a sentence. */
export function absenceSentence(absence: Absence): string {
  switch (absence.reason) {
    case 'rejected_contact':
      return `The contact is rejected and gets no emails, because ${absence.value === null ? 'it has no email address' : `${absence.value} is no valid email address`}.`;
    case 'unknown_state':
      return "The contact's state is unknown: neither its state nor its ZIP code tells it.";
    case 'unreadable_state':
      return "The contact's state cannot be read and may forbid it, because the campaign looks at windows.";
    case 'no_birth_date':
    case 'no_effective_date': {
      const date = absence.reason === 'no_birth_date' ? 'birth date' : 'effective date';
      if (absence.invalid_value === null) return `The contact has no ${date}.`;
      const setting = absence.read_as === 'iso' ? '' : ` with the setting reading.dates: ${absence.read_as}`;
      return `The contact's ${date}, ${absence.invalid_value}, is not valid${setting} and reads as missing.`;
    }
    case 'first_email_months':
      return `The policy is too young: it is ${counted(absence.months, 'month')} old on ${dated(absence.event_date)}, and its first email needs more than ${absence.first_email_months}.`;
    case 'history_has_it':
      return absence.events
        .map(
          ({ event_date, rows }) =>
            `History has the email${event_date === null ? '' : ` for ${dated(event_date)}`} already: ${listed(rows.map(rowText))}.`,
        )
        .join(' ');
    case 'switched_off':
      return 'The organization has switched these emails off.';
    case 'no_windows':
      return `There is nothing to make up for: ${WITHOUT_WINDOWS[absence.because]}.`;
    case 'no_window_owes': {
      const next = absence.next_window;
      return `No window is open, has just closed or excludes an email${next === null ? '' : `; the next one begins on ${dated(next.first_day)}`}.`;
    }
    case 'next_window_overlaps':
      return `The window of ${absence.window.year} ends on ${dated(absence.window.last_day)}, but the email's day, ${dated(absence.excluded_date)}, lies in the window of ${absence.excluded_by.year}.`;
    case 'not_enrolled':
      return 'The contact is not enrolled with the status pending or active.';
    case 'filtered_by_state':
      return `The campaign is for other states: ${filterText(absence.states)}.`;
    case 'filtered_by_carrier':
      return `The campaign is for other carriers: ${filterText(absence.carriers)}.`;
    case 'expired':
      return `It comes too late: its event is ${dated(absence.event_date)}, its deadline ${dated(String(absence.deadline))} has passed.`;
    case 'outside_active_window':
      return `Its ideal day ${dated(absence.ideal_date)} lies after the campaign's last day, ${dated(String(absence.active_end_date))}.`;
    case 'no_initial_email':
      return `Nothing that is followed up was sent since ${dated(absence.lookback_first_day)}.`;
    case 'followup_after_initial':
      return `The latest email to follow up is ${rowText(absence.initial)}, and ${rowText(absence.followup)} came after it.`;
    default:
      return `The campaign does not run today: ${restingText(absence)}.`;
  }
}

function filterText(elements: readonly string[]): string {
  const named = elements.filter((element) => element !== '');
  return named.length === 0 ? 'its list names none' : named.join(', ');
}
