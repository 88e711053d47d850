import type { Config } from '../rules/config.js';
import { aepType, CAMPAIGN_CODE_BASE, campaignType, FOLLOWUP_TYPES, TYPE_CODES } from '../rules/emailTypes.js';
import type { CampaignInstance } from './campaigns.js';

/** An email type that a run can plan. */
export interface PlannedType {
  readonly name: string;
  readonly kind: 'birthday' | 'effective_date' | 'aep' | 'post_window' | 'followup' | 'campaign';
  /** The type code of the rules, which enters the mix and breaks ties (Rules 3). */
  readonly code: number;
  /** The priority of its emails; of a follow-up where its initial email has none. */
  readonly priority: number;
  readonly emailTemplate: string | null;
  readonly smsTemplate: string | null;
  /** The running instance of a campaign type, null for the other kinds. */
  readonly instance: CampaignInstance | null;
}

/** The types a run can plan in the kernel's order, and where its kinds start. */
export interface PlannedTypes {
  readonly types: readonly PlannedType[];
  readonly aepCount: number;
  readonly postWindow: number;
  readonly firstFollowup: number;
  readonly firstCampaign: number;
}

/**
 * The email types a run can plan (Rules 3, 5, 6 and 10), in the order birthday, effective date, the aep dates, post-window,
 * the follow-ups, the running campaigns by instance id.
 */
export function plannedTypes(config: Config, running: readonly CampaignInstance[]): PlannedTypes {
  const ofKind = (name: string, kind: Exclude<PlannedType['kind'], 'campaign'>): PlannedType => ({
    name,
    kind,
    code: TYPE_CODES[kind],
    priority: config.priorities[kind],
    emailTemplate: config.templates[kind].email ?? name,
    smsTemplate: config.templates[kind].sms,
    instance: null,
  });
  const ofCampaign = (instance: CampaignInstance): PlannedType => ({
    name: campaignType(instance.type.name, instance.id),
    kind: 'campaign',
    code: CAMPAIGN_CODE_BASE + instance.id,
    priority: instance.type.priority ?? config.priorities.campaign,
    emailTemplate: instance.emailTemplate,
    smsTemplate: instance.smsTemplate,
    instance,
  });
  const aepCount = config.aep.length;
  const postWindow = 2 + aepCount;
  return {
    types: [
      ofKind('birthday', 'birthday'),
      ofKind('effective_date', 'effective_date'),
      ...config.aep.map((_, i) => ofKind(aepType(i), 'aep')),
      ofKind('post_window', 'post_window'),
      ...FOLLOWUP_TYPES.map((name) => ofKind(name, 'followup')),
      ...running.map(ofCampaign),
    ],
    aepCount,
    postWindow,
    firstFollowup: postWindow + 1,
    firstCampaign: postWindow + 1 + FOLLOWUP_TYPES.length,
  };
}
