import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatIsoDay } from '../../src/calendar/iso.js';
import type { Candidate } from '../../src/oracle/model.js';
import { oracle } from '../../src/oracle/oracle.js';
import { statusClass } from '../../src/rules/emailTypes.js';
import { mix } from '../../src/rules/mix.js';
import type { OrganizationRecords, ScheduleRecord } from '../../src/rules/records.js';
import { type OrganizationCase, organization } from '../helpers/arbitraries.js';
import { runCount, runSeed, runTimeout } from '../helpers/runs.js';

// Nights of the reference model: every day a run, what is due goes out or does not (Rules 12.7, 12.8).

const NIGHTS = 45;
const RUNS = runCount(40);

/** What tells a contact's emails apart over the nights. */
function keyOf(candidate: Candidate): string {
  const { contact, emailType, eventYear, instanceId, kind, followed } = candidate;
  if (kind === 'followup') return `${contact.id} followup of ${followed?.row.id}`;
  return `${contact.id} ${kind === 'campaign' ? instanceId : `${emailType} ${eventYear}`}`;
}

type Fate = 'sent' | 'delivered' | 'bounced' | 'failed' | 'nothing';

function fateOf(candidate: Candidate, today: number, seed: number): Fate {
  const percent = mix(candidate.contact.id * 31 + candidate.typeCode, today, seed) % 100;
  if (percent < 50) return 'sent';
  if (percent < 75) return 'delivered';
  if (percent < 80) return 'bounced';
  return percent < 90 ? 'failed' : 'nothing';
}

interface Night {
  readonly owed: ReadonlyMap<string, Candidate>;
  readonly schedules: readonly ScheduleRecord[];
}

/** The rows of a night with what became of them, and the emails that were due and did not go. */
function liveThrough(
  candidates: readonly Candidate[],
  night: number,
  past: readonly ScheduleRecord[],
  seed: number,
): Night {
  const owed = new Map<string, Candidate>();
  const rows = candidates.map((candidate, i): ScheduleRecord => {
    const row = {
      // An id of its own in every night; past rows keep theirs.
      id: night * 1000 + i,
      contact_id: candidate.contact.id,
      email_type: candidate.emailType,
      planned_send_date: formatIsoDay(candidate.startDay),
      scheduled_send_date: formatIsoDay(candidate.sendDay),
      actual_send_datetime: null,
      status: candidate.status,
      skip_reason: candidate.skipReason,
      priority: candidate.priority,
      campaign_instance_id: candidate.instanceId,
      event_year: candidate.eventYear,
    };
    if (candidate.status !== 'pre-scheduled' || candidate.sendDay !== night) return row;
    const fate = fateOf(candidate, night, seed);
    if (fate === 'nothing' || fate === 'failed') owed.set(keyOf(candidate), candidate);
    return fate === 'nothing' ? row : { ...row, status: fate };
  });
  return { owed, schedules: [...past, ...rows] };
}

function checkNights(one: OrganizationCase, seed: number): void {
  // A follow-up on the very day of its initial email does not count as sent after it, so that it would come again.
  if (one.config?.followups?.delay_days === 0) return;
  const sent = new Set<string>();
  let night: Night = { owed: new Map(), schedules: one.records.email_schedules ?? [] };
  for (let today = one.today; today < one.today + NIGHTS; today++) {
    const records: OrganizationRecords = { ...one.records, email_schedules: night.schedules };
    const { candidates, organization: found } = oracle(records, { today, config: one.config, uniqueIndexes: [] });
    const byKey = new Map(candidates.map((candidate) => [keyOf(candidate), candidate]));
    for (const [key, owed] of night.owed) {
      if (owed.deadline !== null && owed.deadline < today) continue;
      if (owed.kind === 'followup' && candidates.some((other) => isNewerFollowup(other, owed))) continue;
      expect([formatIsoDay(today), key, byKey.has(key)]).toEqual([formatIsoDay(today), key, true]);
    }
    for (const candidate of candidates) {
      if (candidate.status !== 'pre-scheduled') continue;
      expect(found.capacity.openDays.isOpen(candidate.sendDay)).toBe(true);
      expect(candidate.sendDay).toBeGreaterThanOrEqual(today);
      if (candidate.sendDay !== today || ['nothing', 'failed'].includes(fateOf(candidate, today, seed))) continue;
      expect(sent.has(keyOf(candidate))).toBe(false);
      sent.add(keyOf(candidate));
    }
    const past = night.schedules.filter((row) => statusClass(String(row.status)) !== 'owned');
    night = liveThrough(candidates, today, past, seed);
  }
}

function isNewerFollowup(other: Candidate, owed: Candidate): boolean {
  return other.kind === 'followup' && other.contact.id === owed.contact.id && other.eventDay >= owed.eventDay;
}

describe('nights (Rules 12.7)', () => {
  it(
    'send nothing twice, lose nothing, and send nothing on closed days',
    () => {
      const nights = fc.property(organization({ maxContacts: 6, wellFormed: true }), fc.nat(1000), checkNights);
      fc.assert(nights, { numRuns: RUNS, seed: runSeed(2025) });
    },
    runTimeout(RUNS),
  );
});
