import { formatIsoDay } from '../../calendar/iso.js';
import type { DateOrder } from '../../rules/dates.js';
import { comparedStatus, FOLLOWUP_TYPES, statusClass } from '../../rules/emailTypes.js';
import {
  type FieldValue,
  isLiveEnrolment,
  isValidEmail,
  readDate,
  readDaysBefore,
  readFlag,
  readInteger,
  readPriority,
  readState,
  readTargetCarriers,
  readTargetStates,
  readText,
} from '../../rules/fields.js';
import type { ContactRecord, OrganizationRecords, ScheduleRecord, SuppressionRecord } from '../../rules/records.js';
import { stateName } from '../../rules/states.js';
import { isKnownScope, readSuppressionReason, readSuppressionScope } from '../../rules/suppressions.js';
import type { CampaignRecords } from './campaignRecords.js';

function iso(value: FieldValue, order: DateOrder = 'iso'): string | null {
  const { day } = readDate(value, order);
  return day === null ? null : formatIsoDay(day);
}

const flag = (value: FieldValue) => (readFlag(value) ? 1 : 0);

const trimmed = (value: FieldValue) => readText(value)?.trim() || null;

/** The first record of each key, those without key left out. */
function firstOfEach<T>(records: readonly T[], keyOf: (record: T) => string | number | null): T[] {
  const seen = new Set<string | number>();
  return records.filter((record) => {
    const key = keyOf(record);
    if (key === null || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** The contacts that no run would reject, each as it is read, but those of unknown state in Texas (Rules 2). */
export function wellFormedContacts(
  records: readonly ContactRecord[],
  today: number,
  order: DateOrder = 'iso',
): ContactRecord[] {
  const accepted = records.filter((one) => (readInteger(one.id) ?? 0) > 0 && isValidEmail(one.email));
  return firstOfEach(accepted, (one) => readInteger(one.id)).map((one) => {
    const birthDate = iso(one.birth_date !== undefined ? one.birth_date : one.birthday, order);
    return {
      id: readInteger(one.id),
      email: trimmed(one.email),
      state: stateName(readState(one.state, one.zip_code)) ?? 'TX',
      zip_code: null,
      birth_date: birthDate !== null && birthDate > formatIsoDay(today) ? null : birthDate,
      effective_date: iso(one.effective_date, order),
      carrier: trimmed(one.carrier !== undefined ? one.carrier : one.current_carrier),
      failed_underwriting: flag(one.failed_underwriting),
      phone_number: trimmed(one.phone_number),
    };
  });
}

/** The campaigns of types that exist, each as it is read (Rules 6). */
export function wellFormedCampaigns(records: CampaignRecords, order: DateOrder = 'iso'): CampaignRecords {
  const types = firstOfEach(records.campaign_types, (one) => readText(one.name)).map((one) => ({
    name: readText(one.name),
    respect_exclusion_windows: flag(one.respect_exclusion_windows),
    enable_followups: flag(one.enable_followups),
    days_before_event: readDaysBefore(one.days_before_event),
    target_all_contacts: flag(one.target_all_contacts),
    priority: readPriority(one.priority) ?? 30,
    active: flag(one.active),
    spread_evenly: flag(one.spread_evenly),
    skip_failed_underwriting: flag(one.skip_failed_underwriting),
  }));
  const ofKnownType = records.campaign_instances.filter((one) => types.some((type) => type.name === one.campaign_type));
  const listOf = (elements: ReadonlySet<string> | null) => [...(elements ?? [])].join(',') || null;
  const instances = firstOfEach(ofKnownType, (one) => readInteger(one.id)).map((one) => ({
    id: readInteger(one.id),
    campaign_type: one.campaign_type,
    email_template: trimmed(one.email_template),
    sms_template: trimmed(one.sms_template),
    active_start_date: iso(one.active_start_date, order),
    active_end_date: iso(one.active_end_date, order),
    spread_start_date: iso(one.spread_start_date, order),
    spread_end_date: iso(one.spread_end_date, order),
    target_states: listOf(readTargetStates(one.target_states).states),
    target_carriers: listOf(readTargetCarriers(one.target_carriers)),
  }));
  return { campaign_types: types, campaign_instances: instances };
}

/** A known email type as a run writes it; others as they are, and `promo` where there is none. */
function emailType(value: FieldValue): string {
  const type = readText(value) ?? 'promo';
  const isKnown = ['birthday', 'effective_date', 'aep', 'aep_2', 'post_window', ...FOLLOWUP_TYPES].includes(
    type.toLowerCase(),
  );
  return isKnown ? type.toLowerCase() : type;
}

/** The rows of contacts that are there, each as it is read; statuses no rule knows become `failed` (Rules 1). */
export function wellFormedSchedules(
  records: readonly ScheduleRecord[],
  known: { readonly contacts: readonly ContactRecord[]; readonly campaigns?: CampaignRecords },
  order: DateOrder = 'iso',
): ScheduleRecord[] {
  const contacts = new Set(known.contacts.map((contact) => readInteger(contact.id)));
  const instances = new Set(known.campaigns?.campaign_instances.map((one) => readInteger(one.id)));
  return records
    .filter((one) => contacts.has(readInteger(one.contact_id)))
    .map((one) => {
      const instanceId = readInteger(one.campaign_instance_id);
      return {
        id: readInteger(one.id),
        contact_id: readInteger(one.contact_id),
        email_type: emailType(one.email_type),
        planned_send_date: iso(one.planned_send_date, order),
        scheduled_send_date: iso(one.scheduled_send_date, order),
        actual_send_datetime: iso(one.actual_send_datetime, order),
        status: statusClass(readText(one.status)) === 'other' ? 'failed' : comparedStatus(readText(one.status)),
        skip_reason: readText(one.skip_reason),
        priority: readPriority(one.priority),
        campaign_instance_id: instances.has(instanceId) ? instanceId : null,
        event_year: readInteger(one.event_year),
      };
    });
}

/** The suppressions of contacts that are there, by id, of scopes that name something, each as it is read (Rules 2). */
export function wellFormedSuppressions(
  records: readonly SuppressionRecord[],
  known: { readonly contacts: readonly ContactRecord[]; readonly campaigns?: CampaignRecords },
  order: DateOrder = 'iso',
): SuppressionRecord[] {
  const ids = new Set(known.contacts.map((contact) => readInteger(contact.id)));
  const campaigns = {
    emailTypes: (known.campaigns?.campaign_instances ?? []).map((one) => `campaign_${one.campaign_type}_${one.id}`),
    typeNames: (known.campaigns?.campaign_types ?? []).map((one) => String(one.name)),
  };
  const namesSomething = (one: SuppressionRecord) =>
    [...(readSuppressionScope(one.scope) ?? [])].every((element) => isKnownScope(element, campaigns));
  return records
    .filter((one) => ids.has(readInteger(one.contact_id)) && namesSomething(one))
    .map((one) => ({
      contact_id: readInteger(one.contact_id),
      email: null,
      scope: [...(readSuppressionScope(one.scope) ?? [])].join(',') || null,
      reason: readSuppressionReason(one.reason),
      starts_on: iso(one.starts_on, order),
      ends_on: iso(one.ends_on, order),
    }));
}

/** An organization without broken or odd values, and without what refers to nothing (Rules 1, 2, 6, 10). */
export function wellFormed(records: OrganizationRecords, today: number, order: DateOrder = 'iso'): OrganizationRecords {
  const contacts = wellFormedContacts(records.contacts, today, order);
  const campaigns = wellFormedCampaigns(
    { campaign_types: records.campaign_types ?? [], campaign_instances: records.campaign_instances ?? [] },
    order,
  );
  const contactIds = new Set(contacts.map((one) => one.id));
  const instanceIds = new Set(campaigns.campaign_instances.map((one) => one.id));
  const enrolments = (records.contact_campaigns ?? []).map((one) => ({
    contact_id: readInteger(one.contact_id),
    campaign_instance_id: readInteger(one.campaign_instance_id),
    trigger_date: iso(one.trigger_date, order),
    status: isLiveEnrolment(one.status) ? trimmed(one.status)!.toLowerCase() : 'completed',
  }));
  const clicks = (records.tracking_clicks ?? []).map((one) => ({ ...one, contact_id: readInteger(one.contact_id) }));
  const events = (records.contact_events ?? []).map((one) => ({ ...one, contact_id: readInteger(one.contact_id) }));
  return {
    contacts,
    ...campaigns,
    contact_campaigns: enrolments.filter(
      (one) => contactIds.has(one.contact_id) && instanceIds.has(one.campaign_instance_id),
    ),
    email_schedules: wellFormedSchedules(records.email_schedules ?? [], { contacts, campaigns }, order),
    tracking_clicks: clicks.filter((one) => contactIds.has(one.contact_id) && iso(one.clicked_at, order) !== null),
    contact_events: events.filter((one) => contactIds.has(one.contact_id) && iso(one.created_at, order) !== null),
    suppressions: wellFormedSuppressions(records.suppressions ?? [], { contacts, campaigns }, order),
  };
}
