import fc from 'fast-check';
import { yearOf } from '../../calendar/day.js';
import { readToday } from '../../oracle/readOrganization.js';
import { readInteger } from '../../rules/fields.js';
import { conflictReason, SKIP_REASONS } from '../../rules/reasons.js';
import type { ContactRecord, ScheduleRecord } from '../../rules/records.js';
import type { CampaignRecords } from './campaignRecords.js';
import type { DayConstraints } from './constraints.js';
import { type Dated, fixed, likely, near, pick, someDay, type Text } from './values.js';
import { wellFormedSchedules } from './wellFormed.js';

type TypeOfRow = (names: readonly string[], ids: readonly Text[], i: number) => string | null;
const plainType = (...types: (string | null)[]) =>
  pick(...types).map(
    (type): TypeOfRow =>
      () =>
        type,
  );

const yearlyRowType = plainType('birthday', 'effective_date', 'aep', 'post_window', 'aep_2', 'BIRTHDAY', 'Post_Window');
const campaignRowType = pick<TypeOfRow[]>(
  (names, ids, i) => `campaign_${names[i % names.length]}_${ids[i % ids.length]}`,
  (names, _, i) => `campaign_${names[i % names.length]}`,
  (names, ids, i) => `CAMPAIGN_${names[i % names.length]}_${ids[i % ids.length]}`,
);
const followupRowType = plainType('followup_1_cold', 'followup_2_clicked_no_hq', 'FOLLOWUP_1_COLD');

const historyStatus = pick(
  'sent',
  'delivered',
  'scheduled',
  'processing',
  'accepted',
  'deferred',
  ' Sent',
  'DELIVERED',
);
const anyStatus = fc.oneof(
  { weight: 4, arbitrary: pick<Text[]>('pre-scheduled', 'skipped', 'Pre-Scheduled ') },
  { weight: 3, arbitrary: historyStatus },
  { weight: 2, arbitrary: pick<Text[]>('bounced', 'bounced', 'Bounced', 'dropped', 'cancelled') },
  { weight: 2, arbitrary: pick<Text[]>('failed', 'missed', 'sent out', null) },
);

const sentTime = fc.oneof(likely(3, fixed(null)), likely(1, near(-40, 0, ' 10:00:00')), likely(1, fixed('soon')));

const scheduleRow = (
  type: fc.Arbitrary<TypeOfRow>,
  status: fc.Arbitrary<Text>,
  scheduledDay: fc.Arbitrary<Dated<Text>>,
) =>
  fc.record({
    contactIndex: fc.oneof({ weight: 9, arbitrary: fc.nat(11) }, { weight: 1, arbitrary: fc.constant(-1) }),
    instanceIndex: fc.oneof({ weight: 1, arbitrary: fc.nat(7) }, { weight: 2, arbitrary: fc.constant(-1) }),
    email_type: type,
    planned_send_date: fc.oneof(likely(2, near(-2, 10)), likely(1, fixed(null)), likely(1, someDay)),
    scheduled_send_date: scheduledDay,
    actual_send_datetime: sentTime,
    status,
    skip_reason: pick<Text[]>(
      ...[null, null, SKIP_REASONS.frequencyLimit, conflictReason(1), SKIP_REASONS.dailyCap, 'something'],
    ),
    priority: pick<Text[]>(10, 20, null, 'x', '7'),
    event_year: fc.oneof(
      likely(2, fixed(null)),
      likely(
        5,
        pick(0, 0, 1, -1).map(
          (years): Dated<Text> =>
            (today) =>
              yearOf(today) + years,
        ),
      ),
      likely(1, fixed('x')),
    ),
  });

/** A row of `email_schedules`: a plan, history, an ended row or what some other program left. */
export const scheduleSketch = fc.oneof(
  { weight: 3, arbitrary: scheduleRow(yearlyRowType, anyStatus, fc.oneof(near(-2, 9), someDay)) },
  { weight: 2, arbitrary: scheduleRow(campaignRowType, anyStatus, fc.oneof(near(-2, 9), someDay)) },
  // What was sent lately, for the follow-ups.
  {
    weight: 3,
    arbitrary: scheduleRow(
      fc.oneof(yearlyRowType, campaignRowType),
      pick<Text[]>('sent', 'delivered'),
      near(-40, 1),
    ).map((row) => ({ ...row, contactIndex: row.contactIndex % 5 })),
  },
  { weight: 1, arbitrary: scheduleRow(followupRowType, anyStatus, near(-20, 8)) },
  // What bounced, and what was delivered before or after it.
  {
    weight: 1,
    arbitrary: scheduleRow(
      plainType('promo', 'birthday'),
      pick<Text[]>('bounced', 'Bounced', 'delivered'),
      near(-9, 0),
    ).map((row) => ({ ...row, contactIndex: row.contactIndex % 3 })),
  },
  // What takes room: in the limits of a contact, and on a day.
  { weight: 2, arbitrary: scheduleRow(plainType('promo', null), historyStatus, near(-20, 40)) },
  {
    weight: 1,
    arbitrary: scheduleRow(plainType('effective_date'), historyStatus, fixed(null, '', 'soon', '2024-13-01')),
  },
);

/** A row of `tracking_clicks`. */
export const clickSketch = fc.record({
  contactIndex: fc.nat(4),
  clicked_at: fc.oneof(likely(5, near(-40, 0, 'T09:00:00Z')), likely(1, fixed(null, 'soon'))),
});

/** A row of `contact_events`. */
export const contactEventSketch = fc.record({
  contactIndex: fc.nat(4),
  event_type: pick<Text[]>(...Array<string>(6).fill('eligibility_answered'), 'page_view', 'Eligibility_Answered'),
  created_at: fc.oneof(likely(5, near(-40, 0, ' 09:00:00')), likely(1, fixed(null, 'soon'))),
  metadata: pick<Text[]>(
    ...['{"has_medical_conditions": true}', '{"has_medical_conditions": "yes"}', '{"has_medical_conditions": false}'],
    ...['{"main_questions_yes_count": 2}', '{"main_questions_yes_count": "1"}', '{"main_questions_yes_count": 0}'],
    ...[null, '', 'has_medical_conditions', '[]', 'null', '{"has_medical_conditions": [1]}', 7],
  ),
});

/** A row of `email_schedules` before today, its contact and its instance are known. */
export type ScheduleSketch = typeof scheduleSketch extends fc.Arbitrary<infer T> ? T : never;

/** What sketches of rows are about, by their numbers. */
export interface Neighbours {
  /** The id of a contact; of none there is for a negative number. */
  contactOf(i: number): Text;
  /** The id of an instance; null for a negative number. */
  instanceOf(i: number): Text;
  /** The names of campaign types that rows can be of. */
  readonly names: readonly string[];
  /** The ids of instances that email types can name. */
  readonly instanceIds: readonly Text[];
}

const STRANGER = 777_777;

/** What sketches are about in an organization of these contacts, types and instances. */
export function neighboursOf(
  contacts: readonly { readonly id: Text }[],
  instances: readonly { readonly id: Text }[],
  names: readonly string[],
): Neighbours {
  return {
    contactOf: (i) => (i < 0 || contacts.length === 0 ? STRANGER : contacts[i % contacts.length].id),
    instanceOf: (i) => (i < 0 || instances.length === 0 ? null : instances[i % instances.length].id),
    names,
    instanceIds: [...instances.map((one) => one.id), 1],
  };
}

/** A sketch as a record of `email_schedules` that has no id yet. */
export function scheduleRecord(sketch: ScheduleSketch, today: number, neighbours: Neighbours) {
  const { contactOf, instanceOf, names, instanceIds } = neighbours;
  return {
    contact_id: contactOf(sketch.contactIndex),
    email_type: sketch.email_type(names, instanceIds, Math.max(0, sketch.instanceIndex)),
    planned_send_date: sketch.planned_send_date(today),
    scheduled_send_date: sketch.scheduled_send_date(today),
    actual_send_datetime: sketch.actual_send_datetime(today),
    status: sketch.status,
    skip_reason: sketch.skip_reason,
    priority: sketch.priority,
    campaign_instance_id: instanceOf(sketch.instanceIndex),
    event_year: sketch.event_year(today),
  };
}

/** For which contacts and campaigns `history` makes rows. */
export interface HistoryConstraints extends DayConstraints {
  readonly contacts: readonly ContactRecord[];
  /** No campaigns when left out. */
  readonly campaigns?: CampaignRecords;
  /** How many rows at most, 16 when left out. */
  readonly maxLength?: number;
}

/**
 * Rows of `email_schedules` from before today's run: plans, emails that were sent, failed tries (Rules 1); ids from 1 on.
 *
 * @throws SendplanError `bad_input` when `constraints.today` is no day
 * @example
 * import fc from 'fast-check';
 * import { history } from 'sendplan/testing/arbitraries';
 * const contacts = [{ id: 1, email: 'ann@example.com' }];
 * const [rows] = fc.sample(history({ today: '2025-06-13', contacts }), { numRuns: 1, seed: 1 });
 * console.log(rows.every((row, i) => row.id === i + 1)); // true
 */
export function history(constraints: HistoryConstraints): fc.Arbitrary<ScheduleRecord[]> {
  const today = readToday(constraints.today);
  const idsOf = (records: readonly { readonly id: ContactRecord['id'] }[]) =>
    records.map((record) => ({ id: readInteger(record.id) })).filter(({ id }) => id !== null);
  const { campaign_types: types, campaign_instances: instances } = constraints.campaigns ?? {
    campaign_types: [],
    campaign_instances: [],
  };
  const names = [...types.map((type) => String(type.name)), 'no_such'];
  const neighbours = neighboursOf(idsOf(constraints.contacts), idsOf(instances), names);
  const sketches = fc.array(scheduleSketch, { maxLength: constraints.maxLength ?? 16, size: 'max' });
  return fc.noBias(sketches).map((list) => {
    const records = list.map((one, i) => ({ id: i + 1, ...scheduleRecord(one, today, neighbours) }));
    return constraints.wellFormed === true ? wellFormedSchedules(records, constraints) : records;
  });
}
