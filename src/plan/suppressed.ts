import type { PlannedType } from '../columns/plannedTypes.js';
import { BOUNCED } from '../rules/reasons.js';
import { scopeCovers } from '../rules/suppressions.js';
import type { Plan } from './plan.js';

/** Tells whether a scope covers the emails of a type (Rules 2, suppressions). */
export function covers(scope: ReadonlySet<string> | null, { kind, name, instance }: PlannedType): boolean {
  return scopeCovers(scope, { kind, emailType: name, campaignTypeName: instance?.type.name ?? null });
}

/** What a plan says of suppressed candidates. */
type Suppressed = Pick<Plan, 'organization' | 'views' | 'run'>;

/**
 * Which of a contact's suppressions covers its emails of a type on a day, an index into the columns of `Suppressions`; -1 for
 * none: where a candidate is suppressed, it is for bounces (Rules 2, suppressions).
 */
export function coveringSuppression(
  { organization, views }: Suppressed,
  contact: number,
  type: number,
  day: number,
): number {
  const { count, first, scope, startDay, endDay } = organization.suppressions;
  if (count === 0) return -1;
  const typeCount = organization.planned.types.length;
  for (let i = first[contact]; i < first[contact + 1]; i++) {
    if (day < startDay[i] || day > endDay[i]) continue;
    if (views.scopeTypes[scope[i] * typeCount + type] === 1) return i;
  }
  return -1;
}

/**
 * The number of the reason for which a candidate is suppressed: 0 for bounces, else one more than its place in the reasons of
 * `Suppressions`.
 */
export function suppressionNumber(plan: Suppressed, candidate: number): number {
  const { candidateContact, candidateType } = plan.views;
  const i = coveringSuppression(plan, candidateContact[candidate], candidateType[candidate], plan.run.today);
  return i < 0 ? 0 : plan.organization.suppressions.reason[i] + 1;
}

/** The reason of a number that `suppressionNumber` gives. */
export function suppressionReason({ organization }: Pick<Plan, 'organization'>, number: number): string {
  return number === 0 ? BOUNCED : organization.suppressions.reasons[number - 1];
}
