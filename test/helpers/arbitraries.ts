export { type OrganizationCase, organization } from '../../src/testing/arbitraries.js';
