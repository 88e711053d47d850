/** What an audit can be limited to: the kinds of emails, each with all its types (aep with aep_2, followup with all four). */
export const AUDITED_TYPES = ['birthday', 'effective_date', 'aep', 'post_window', 'followup', 'campaign'] as const;

/** One of `AUDITED_TYPES`. */
export type AuditedType = (typeof AUDITED_TYPES)[number];

/** The kind of an email type, in any case; null for one that the rules do not have (Rules 5 and 6). */
export function auditedTypeOf(emailType: string): AuditedType | null {
  const type = emailType.trim().toLowerCase();
  if (type.startsWith('campaign_')) return 'campaign';
  if (type.startsWith('followup_')) return 'followup';
  if (/^aep_[0-9]+$/.test(type)) return 'aep';
  return AUDITED_TYPES.find((known) => known === type && known !== 'campaign' && known !== 'followup') ?? null;
}

/** Tells of email types, in any case, whether an audit of these kinds looks at them; of every type when null. */
export function typeFilter(types: readonly AuditedType[] | null): (emailType: string | null) => boolean {
  if (types === null) return () => true;
  const answers = new Map<string, boolean>();
  return (emailType) => {
    if (emailType === null) return false;
    const known = answers.get(emailType);
    if (known !== undefined) return known;
    const kind = auditedTypeOf(emailType);
    const isWanted = kind !== null && types.includes(kind);
    answers.set(emailType, isWanted);
    return isWanted;
  };
}
