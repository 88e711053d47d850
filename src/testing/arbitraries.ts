// Apart from `sendplan/testing` because it needs fast-check, which not everybody has.

export type { CampaignRecords } from './arbitraries/campaignRecords.js';
export { campaigns } from './arbitraries/campaigns.js';
export { configuration } from './arbitraries/configuration.js';
export type { DayConstraints } from './arbitraries/constraints.js';
export { contacts } from './arbitraries/contacts.js';
export { type HistoryConstraints, history } from './arbitraries/history.js';
export { type OrganizationCase, type OrganizationConstraints, organization } from './arbitraries/organization.js';
export { suppressions } from './arbitraries/suppressions.js';
