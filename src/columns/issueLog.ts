import type { Issue, IssueKind } from '../rules/records.js';

/** The issues of a run, noted as they are found (Rules 2, issues). */
export class IssueLog {
  readonly issues: Issue[] = [];

  add(contactId: number | null, kind: IssueKind, detail: string | null = null): void {
    this.issues.push({ contact_id: contactId, kind, detail });
  }

  /** How many issues there are of each kind that occurs. */
  counts(): Partial<Record<IssueKind, number>> {
    const counts: Partial<Record<IssueKind, number>> = {};
    for (const issue of this.issues) counts[issue.kind] = (counts[issue.kind] ?? 0) + 1;
    return counts;
  }
}
