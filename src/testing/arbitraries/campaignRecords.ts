import type { CampaignInstanceRecord, CampaignTypeRecord } from '../../rules/records.js';

/** Campaign types and instances of them. */
export interface CampaignRecords {
  readonly campaign_types: readonly CampaignTypeRecord[];
  readonly campaign_instances: readonly CampaignInstanceRecord[];
}
