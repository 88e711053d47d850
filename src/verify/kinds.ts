/** What a finding means: an email that must not be sent, a limit that is not kept, another row than planned, or bad data. */
export const FINDING_GROUPS = ['law', 'limit', 'plan', 'data'] as const;

/** One of `FINDING_GROUPS`. */
export type FindingGroup = (typeof FINDING_GROUPS)[number];

/** The kinds of findings in the order in which they are told, each with its group and a sentence that explains it. */
const KINDS = {
  // Rules 4 and 7.
  in_statutory_window: ['law', "To be sent on a day that the contact's state forbids."],
  in_year_round_state: ['law', 'To be sent to a contact of a state that forbids every day.'],
  in_window_buffer: ['law', "To be sent in the organization's buffer in front of a day that the state forbids."],
  though_suppressed: ['law', 'To be sent, although a suppression covers it.'],
  sent_in_statutory_window: ['law', "Sent, or on its way, on a day that the contact's state forbids."],
  sent_in_year_round_state: ['law', 'Sent, or on its way, to a contact of a state that forbids every day.'],
  sent_in_window_buffer: ['law', "Sent, or on its way, in the organization's buffer in front of a forbidden day."],
  sent_though_suppressed: ['law', 'Sent, or on its way, after a suppression that covers it had begun.'],
  // Rules 3, 5, 6, 9 and 10.
  past_send_day: ['limit', 'To be sent on a day before the day of the audit.'],
  after_deadline: ['limit', 'To be sent after the last day on which the email makes sense.'],
  after_campaign_end: ['limit', "To be sent after the campaign's last day."],
  already_sent: ['limit', 'To be sent for an event whose email was sent, is on its way or has ended already.'],
  duplicate_email: ['limit', 'To be sent for the same event as another email of the contact.'],
  two_campaigns_a_day: ['limit', "To be sent on the day of another of the contact's campaigns, which goes first."],
  frequency_exceeded: ['limit', 'One email too many for the contact in the days of a frequency period.'],
  on_closed_day: ['limit', 'To be sent on a day on which the organization sends nothing.'],
  avoidable_excess: ['limit', 'A day over its threshold that holds emails for which later days have seats.'],
  day_over_hard_limit: ['limit', 'A day over its threshold, although emails without a seat are to be skipped.'],
  sent_twice: ['limit', 'Sent, or on its way, for the same event as an earlier email of the contact.'],
  sent_two_campaigns_a_day: ['limit', "Sent, or on its way, on the day of another of the contact's campaigns."],
  sent_too_often: ['limit', 'Sent, or on its way, as one email too many in the days of a frequency period.'],
  sent_on_closed_day: ['limit', 'Sent, or on its way, on a day on which the organization sends nothing.'],
  // Rules 5 to 11.
  missing_email: ['plan', 'Planned to be sent, and there is no row for it.'],
  missing_skip: ['plan', 'Planned as skipped, and there is no row for it.'],
  unexpected_email: ['plan', 'To be sent, and not planned at all.'],
  unexpected_skip: ['plan', 'Skipped, and not planned at all.'],
  campaign_does_not_run: ['plan', 'Of a campaign that does not run on the day of the audit.'],
  not_skipped: ['plan', 'To be sent, and planned as skipped.'],
  wrongly_skipped: ['plan', 'Skipped, and planned to be sent.'],
  suppression_does_not_hold: ['plan', 'Skipped as suppressed, and no suppression covers it.'],
  exclusion_does_not_hold: ['plan', 'Skipped for a window, and no window of the contact holds the day.'],
  wrong_exclusion: ['plan', 'Skipped for a window of another kind or state than the one that holds the day.'],
  underwriting_does_not_hold: ['plan', 'Skipped for failed underwriting, which does not stop this email.'],
  closed_day_does_not_hold: ['plan', 'Skipped for want of an open day, and its day is open.'],
  conflict_does_not_hold: ['plan', 'Skipped for another campaign on the day, and there is none that is to be sent.'],
  frequency_does_not_hold: ['plan', 'Skipped for the frequency limit, and the days around it have room.'],
  cap_does_not_hold: ['plan', 'Skipped by the daily cap, where emails without a seat are sent.'],
  skip_without_reason: ['plan', 'Skipped without a reason.'],
  unknown_skip_reason: ['plan', 'Skipped for a reason that no rule has.'],
  other_skip_reason: ['plan', 'Skipped for a reason that holds, and planned with another that goes first.'],
  reason_on_email: ['plan', 'To be sent, and has a skip reason all the same.'],
  other_send_day: ['plan', 'On another day than planned.'],
  other_planned_day: ['plan', 'On the planned day, but with another planned_send_date, the day before balancing.'],
  other_send_time: ['plan', 'With another time of day than planned.'],
  other_event: ['plan', 'About another event than planned.'],
  other_priority: ['plan', 'With another priority than planned.'],
  other_campaign_instance: ['plan', 'With another campaign_instance_id than planned.'],
  other_email_template: ['plan', 'With another email template than planned.'],
  other_sms_template: ['plan', 'With another SMS template than planned.'],
  other_metadata: ['plan', 'With other metadata than planned.'],
  // Rules 1, 2 and 11.
  unknown_contact: ['data', 'For a contact that is not there.'],
  contact_without_email: ['data', 'For a contact without a valid email address.'],
  contact_without_state: ['data', 'To be sent to a contact of unknown state, whose windows nobody can know.'],
  unknown_type: ['data', 'Of an email type that the rules do not have.'],
  type_spelling: ['data', 'Of an email type that is spelled another way than a run writes it.'],
  no_send_day: ['data', 'Without a scheduled_send_date.'],
  unreadable_send_day: ['data', 'With a scheduled_send_date that is no date.'],
  unreadable_planned_day: ['data', 'With a planned_send_date that is no date.'],
  impossible_event_date: ['data', 'With an event date that no calendar has.'],
  odd_form: ['data', 'With a value in another form than a run writes it, such as a number as text.'],
  misspelled_status: [
    'data',
    'With a status that is nearly one of the known ones, so that no program takes it for one.',
  ],
  sent_to_unknown_contact: ['data', 'Sent, or on its way, to a contact that is not there.'],
  sent_without_day: ['data', 'Sent, or on its way, without a day that can be read.'],
  sent_in_future: ['data', 'Sent on a day after the day of the audit.'],
} as const satisfies Record<string, readonly [FindingGroup, string]>;

/** The stable name of a kind of finding. */
export type FindingKind = keyof typeof KINDS;

/** All kinds, in the order in which they are told. */
export const FINDING_KINDS = Object.keys(KINDS) as readonly FindingKind[];

/** The group of a kind. */
export function groupOf(kind: FindingKind): FindingGroup {
  return KINDS[kind][0];
}

/** The sentence that explains a kind. */
export function sentenceOf(kind: FindingKind): string {
  return KINDS[kind][1];
}
