import { formatIsoDay } from '../calendar/iso.js';
import type { OrganizationSource } from '../columns/source.js';
import { selectColumns } from '../columns/source.js';
import type { Plan } from '../plan/plan.js';
import { readInteger, readText } from '../rules/fields.js';

/**
 * Tells which candidates the last run could not write, because a unique index of the database refused them: their issues are
 * in `scheduler_contact_issues` (Rules 11). Of sources that are no database none is known.
 */
export function refusedCandidates(plan: Plan, source: OrganizationSource): (candidate: number) => boolean {
  const { places, rows } = selectColumns(source.scheduler_contact_issues ?? null, ['contact_id', 'kind', 'detail']);
  const [contactAt, kindAt, detailAt] = places;
  const refused = new Set<string>();
  for (const row of rows) {
    if (row[kindAt] === 'refused_by_index') refused.add(`${readInteger(row[contactAt])} ${readText(row[detailAt])}`);
  }
  const { views, organization } = plan;
  return (candidate) => {
    if (refused.size === 0) return false;
    const contactId = organization.contacts.id[views.candidateContact[candidate]];
    const { name } = organization.planned.types[views.candidateType[candidate]];
    return refused.has(`${contactId} ${name} ${formatIsoDay(views.candidateSend[candidate])}`);
  };
}
