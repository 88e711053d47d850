import type { Config } from '../rules/config.js';
import {
  isLiveEnrolment,
  readDate,
  readDaysBefore,
  readFlag,
  readInteger,
  readPriority,
  readTargetCarriers,
  readTargetStates,
  readText,
} from '../rules/fields.js';
import type { CampaignInstanceRecord, CampaignTypeRecord, EnrolmentRecord } from '../rules/records.js';
import type { CampaignInstance, CampaignType, Enrolment } from './model.js';

/** Reads the campaign types; of several with one name the first counts (Rules 6). */
export function readCampaignTypes(records: readonly CampaignTypeRecord[], config: Config): CampaignType[] {
  const types: CampaignType[] = [];
  for (const record of records) {
    const name = readText(record.name);
    if (name === null || types.some((type) => type.name === name)) continue;
    types.push({
      name,
      active: readFlag(record.active),
      respectsWindows: readFlag(record.respect_exclusion_windows),
      enablesFollowups: readFlag(record.enable_followups),
      targetsAll: readFlag(record.target_all_contacts),
      spreadsEvenly: readFlag(record.spread_evenly),
      skipsFailedUnderwriting: readFlag(record.skip_failed_underwriting),
      daysBeforeEvent: readDaysBefore(record.days_before_event),
      priority: readPriority(record.priority) ?? config.priorities.campaign,
    });
  }
  return types;
}

/** Reads the campaign instances in the order of their ids; of several with one id the first counts (Rules 6). */
export function readInstances(
  records: readonly CampaignInstanceRecord[],
  types: readonly CampaignType[],
): CampaignInstance[] {
  const instances: CampaignInstance[] = [];
  for (const record of records) {
    const id = readInteger(record.id);
    if (id === null || id < 0 || instances.some((instance) => instance.id === id)) continue;
    const typeName = readText(record.campaign_type);
    instances.push({
      id,
      typeName,
      type: types.find((type) => type.name === typeName) ?? null,
      emailTemplate: readText(record.email_template),
      smsTemplate: readText(record.sms_template),
      activeStart: readDate(record.active_start_date).day,
      activeEnd: readDate(record.active_end_date).day,
      spreadStart: readDate(record.spread_start_date).day,
      spreadEnd: readDate(record.spread_end_date).day,
      states: readTargetStates(record.target_states).states,
      carriers: readTargetCarriers(record.target_carriers),
    });
  }
  return instances.sort((a, b) => a.id - b.id);
}

/** Reads the enrolments whose status counts; the others count nowhere (Rules 6, audience). */
export function readEnrolments(records: readonly EnrolmentRecord[]): Enrolment[] {
  return records.flatMap((record) => {
    const contactId = readInteger(record.contact_id);
    const instanceId = readInteger(record.campaign_instance_id);
    if (contactId === null || instanceId === null || !isLiveEnrolment(record.status)) return [];
    return [{ contactId, instanceId, triggerDay: readDate(record.trigger_date).day }];
  });
}
