import fc from 'fast-check';
import { anniversary, yearOf } from '../../src/calendar/day.js';
import { formatIsoDay } from '../../src/calendar/iso.js';

// Everything is generated relative to today and to its neighbours (the third contact, two days ago) and made into
// records at the end, so that what is left after shrinking still fits together.

/** A value that depends on today. */
type Dated<T> = (today: number) => T;
type Text = string | number | null;

/** Picks one of the values, the repeated ones more often; the first is where shrinking ends. */
export const pick = fc.constantFrom;

const likely = (weight: number, arbitrary: fc.Arbitrary<Dated<Text>>) => ({ weight, arbitrary });

const fixed = (...values: Text[]) =>
  pick(...values).map(
    (value): Dated<Text> =>
      () =>
        value,
  );

const offset = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -3, max: 8 }) },
  { weight: 3, arbitrary: fc.integer({ min: -75, max: 100 }) },
  // Anchors of windows that closed just now.
  { weight: 3, arbitrary: pick(-71, -68, -66, -64, -63, -61, -60, -41, -39, -38, -37, -34, -33, -32, -31) },
  { weight: 2, arbitrary: pick(-183, -182, -36, -35, -30, -29, 0, 1, 14, 29, 30, 31, 60, 61, 90, 91, 182, 183) },
  { weight: 1, arbitrary: fc.integer({ min: -400, max: 400 }) },
);

const near = (min: number, max: number, suffix = '') =>
  fc.integer({ min, max }).map(
    (days): Dated<Text> =>
      (today) =>
        formatIsoDay(today + days) + suffix,
  );

const someDay = offset.map(
  (days): Dated<Text> =>
    (today) =>
      formatIsoDay(today + days),
);

/** A day some years before a day around today: the date of a birth or a policy. */
const yearsBefore = (years: fc.Arbitrary<number>) =>
  fc.tuple(offset, years).map(
    ([days, back]): Dated<Text> =>
      (today) => {
        const day = today + days;
        return formatIsoDay(anniversary(day, yearOf(day) - back));
      },
  );

const brokenDate = fixed('1961-02-29', 'soon', ' 1960-07-15', '1960-7-15', '1960-07-15x', 19600715, '1899-12-31');

const birthDate = fc.oneof(
  likely(12, yearsBefore(fc.integer({ min: 18, max: 80 }))),
  likely(2, yearsBefore(pick(0, 1, 2))),
  likely(2, fixed('1960-02-29', '2000-02-29', '1960-02-29T10:00:00', '1959-12-31', '1960-01-01 00:00')),
  likely(1, brokenDate),
  likely(2, fixed(null, '')),
);

const effectiveDate = fc.oneof(
  likely(8, yearsBefore(fc.integer({ min: 1, max: 12 }))),
  likely(4, yearsBefore(pick(1, 0, 2, -1))),
  likely(1, fixed('2016-02-29', '2020-02-29', '2200-01-01', '2030-05-05')),
  likely(1, brokenDate),
  likely(3, fixed(null, '')),
);

const contactId = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 15 }) },
  { weight: 3, arbitrary: fc.integer({ min: 16, max: 5000 }) },
  { weight: 2, arbitrary: pick(4294967296, 4294967303, 2147483648, 9007199254740991, 9007199254740990) },
);

const oddId = pick<(number | string | null)[]>('7', 0, -3, null, 'x', 1.5);

const flagValue = pick<(number | string | null)[]>(0, 0, 1, null, 'yes', 'no', 'T', '1', '0', 'On', 2);
const mostlyOn = pick<(number | string | null)[]>(1, 1, 1, 'true', 'Y', 1, 1, 1, 0, null);

/** A row of `contacts`, its dates still relative to today. */
export const contact = fc.record({
  id: fc.oneof({ weight: 30, arbitrary: contactId }, { weight: 1, arbitrary: oddId }),
  email: fc.oneof(
    { weight: 15, arbitrary: pick<Text[]>('a@example.com', ' b@example.com ') },
    { weight: 1, arbitrary: pick<Text[]>(null, '', ' ', 'a@b@c', '@c', 'a@', 'a b@c', 'abc', 5) },
  ),
  state: fc.oneof(
    { weight: 6, arbitrary: pick<Text[]>('CA', 'KY', 'MO', 'NV', 'MD', 'VA', 'ID', 'OR', 'OK', ' ca ') },
    { weight: 3, arbitrary: pick<Text[]>('TX', 'tx', 'FL', 'PR') },
    { weight: 1, arbitrary: pick<Text[]>('NY', 'CT') },
    { weight: 2, arbitrary: pick<Text[]>('ZZ', null, '', 'California') },
  ),
  zip_code: pick<Text[]>(null, '', '94105', '94105-1234', '501', 2138, '63101', '75201', 'abc', '941051', '00000'),
  birth_date: birthDate,
  effective_date: effectiveDate,
  carrier: pick<Text[]>('Humana', ' humana', 'AETNA', 'Cigna', null, ''),
  failed_underwriting: flagValue,
  phone_number: pick<Text[]>('+1 555 0101', null, '', '  '),
});

/** A row of `campaign_types`. */
export const campaignType = fc.record({
  name: pick<Text[]>('news', 'News', 'rates', 'rate_increase', 'aep', 'AEP', 'x_1', null),
  respect_exclusion_windows: flagValue,
  enable_followups: flagValue,
  days_before_event: pick<Text[]>(0, 14, 5, -5, -1, null, '7', 'abc'),
  target_all_contacts: mostlyOn,
  priority: pick<Text[]>(30, 5, 10, 20, 50, null, 'x', -1),
  active: mostlyOn,
  spread_evenly: pick<Text[]>(0, 0, 1, 'yes'),
  skip_failed_underwriting: pick<Text[]>(0, 0, 1),
});

const targetList = (...lists: string[]) =>
  fc.oneof(
    { weight: 3, arbitrary: pick<Text[]>(null, null, '', ' ', 'ALL') },
    { weight: 1, arbitrary: pick<Text[]>(...lists, ',') },
  );

/** A row of `campaign_instances` of one of the first eight types. */
export const instance = fc.record({
  id: fc.oneof(
    { weight: 12, arbitrary: fc.integer({ min: 1, max: 8 }) },
    { weight: 1, arbitrary: pick<Text[]>(4294967200, '3', null, 'x') },
  ),
  typeIndex: fc.nat(7),
  email_template: pick<Text[]>('mail', null, ''),
  sms_template: pick<Text[]>(null, 'text'),
  active_start_date: fc.oneof(
    likely(4, near(-30, 0)),
    likely(4, fixed(null)),
    likely(1, fixed('', 'soon')),
    likely(1, near(-1, 3)),
  ),
  active_end_date: fc.oneof(likely(4, near(0, 40)), likely(4, fixed(null)), likely(1, near(-2, 1))),
  spread_start_date: fc.oneof(likely(3, near(-10, 10)), likely(1, fixed(null))),
  spread_end_date: fc.oneof(likely(3, near(-2, 40)), likely(1, fixed(null))),
  target_states: targetList('CA,KY,MO,TX', ' ca , Tx', 'CA,All'),
  target_carriers: targetList('Humana', 'HUMANA , aetna', 'all'),
});

/** A row of `contact_campaigns` for one of the first contacts and instances. */
export const enrolment = fc.record({
  contactIndex: fc.nat(11),
  instanceIndex: fc.nat(7),
  trigger_date: fc.oneof(likely(6, near(-20, 60)), likely(2, fixed(null)), likely(1, fixed('', 'soon'))),
  status: pick<Text[]>('pending', 'active', ' Active ', 'PENDING', 'completed', null),
});

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

const historyStatus = pick('sent', 'delivered', 'scheduled', 'processing', 'accepted', 'deferred');
const anyStatus = fc.oneof(
  { weight: 4, arbitrary: pick<Text[]>('pre-scheduled', 'skipped') },
  { weight: 3, arbitrary: historyStatus },
  { weight: 2, arbitrary: pick<Text[]>('bounced', 'dropped', 'cancelled') },
  { weight: 2, arbitrary: pick<Text[]>('failed', 'missed', 'SENT', null) },
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
export const schedule = fc.oneof(
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
  // What takes room: in the limits of a contact, and on a day.
  { weight: 2, arbitrary: scheduleRow(plainType('promo', null), historyStatus, near(-20, 40)) },
  {
    weight: 1,
    arbitrary: scheduleRow(plainType('effective_date'), historyStatus, fixed(null, '', 'soon', '2024-13-01')),
  },
);

/** A row of `tracking_clicks`. */
export const click = fc.record({
  contactIndex: fc.nat(4),
  clicked_at: fc.oneof(likely(5, near(-40, 0, 'T09:00:00Z')), likely(1, fixed(null, 'soon'))),
});

/** A row of `contact_events`. */
export const contactEvent = fc.record({
  contactIndex: fc.nat(4),
  event_type: pick<Text[]>(...Array<string>(6).fill('eligibility_answered'), 'page_view', 'Eligibility_Answered'),
  created_at: fc.oneof(likely(5, near(-40, 0, ' 09:00:00')), likely(1, fixed(null, 'soon'))),
  metadata: pick<Text[]>(
    ...['{"has_medical_conditions": true}', '{"has_medical_conditions": "yes"}', '{"has_medical_conditions": false}'],
    ...['{"main_questions_yes_count": 2}', '{"main_questions_yes_count": "1"}', '{"main_questions_yes_count": 0}'],
    ...[null, '', 'has_medical_conditions', '[]', 'null', '{"has_medical_conditions": [1]}', 7],
  ),
});
