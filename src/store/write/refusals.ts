import { formatIsoDay } from '../../calendar/iso.js';
import type { Plan } from '../../plan/plan.js';

/** Notes the rows that a unique index refused as issues (Rules 11). @param refused their candidates */
export function noteRefusals({ organization, views }: Plan, refused: ReadonlySet<number>): void {
  const { contacts, planned, issues } = organization;
  for (const candidate of refused) {
    const day = formatIsoDay(views.candidateSend[candidate]);
    const detail = `${planned.types[views.candidateType[candidate]].name} ${day}`;
    issues.add(contacts.id[views.candidateContact[candidate]], 'refused_by_index', detail);
  }
}
