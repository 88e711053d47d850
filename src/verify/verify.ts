import { formatIsoDay } from '../calendar/iso.js';
import { COMPARED_FIELDS } from '../columns/differingColumns.js';
import { ROW_CLASS } from '../columns/schedules.js';
import type { OrganizationSource } from '../columns/source.js';
import { requireLimit } from '../diff/diff.js';
import { encodeRows } from '../export/encodeRows.js';
import type { ExportFormat } from '../export/formats.js';
import type { Plan } from '../plan/plan.js';
import { type Config, resolveConfig } from '../rules/config.js';
import { type ScheduleInput, type ScheduleOptions, stopwatchOf, withSource } from '../run/library.js';
import { planAndBalance } from '../run/schedule.js';
import { Stopwatch } from '../run/stopwatch.js';
import { resolveToday } from '../run/today.js';
import { AUDITED_TYPES, type AuditedType, typeFilter } from './auditedTypes.js';
import { auditPlan } from './auditPlan.js';
import type { Finding, Findings } from './findings.js';
import { FINDING_KINDS, type FindingGroup, type FindingKind, groupOf, sentenceOf } from './kinds.js';
import { refusedCandidates } from './refusals.js';

/** What is audited and told. */
export interface AuditOptions {
  /** Look at emails that were sent or are on their way, too, and at rows whose status is misspelled. */
  readonly history?: boolean;
  /** The kinds of findings to look for; all when left out. */
  readonly kinds?: readonly FindingKind[];
  /**
   * The types of emails to look at, for a scheduler that plans only some; all when left out. They are compared with a plan of all
   * types, whose other emails take their seats.
   */
  readonly types?: readonly AuditedType[];
  /** How many findings of each kind are told as examples, the first ones; 3 when left out. */
  readonly limit?: number;
}

/** The findings of one kind. */
export interface KindReport {
  readonly kind: FindingKind;
  readonly group: FindingGroup;
  /** What is wrong, in words. */
  readonly sentence: string;
  readonly count: number;
  readonly examples: readonly Finding[];
}

/** What an audit has to tell; `sendplan verify --json` prints it, and its names are stable. */
export interface VerifyReport {
  /** `YYYY-MM-DD`, the day of the audit. */
  readonly as_of: string;
  readonly contacts: number;
  /** The rows that were audited: those that are to be sent or skipped, and with `history` those that went out. */
  readonly rows: number;
  /** Whether what went out was audited, too. */
  readonly history: boolean;
  /** The types of emails that were audited, null for all. */
  readonly types: readonly AuditedType[] | null;
  /** How many findings there are. */
  readonly findings: number;
  /** The kinds of which there are any, in the order of `FINDING_KINDS`. */
  readonly kinds: readonly KindReport[];
  /** The columns that were not compared with the plan, because the table does not have them. */
  readonly columns_not_compared: readonly string[];
}

/** An audit. */
export interface Verification {
  readonly report: VerifyReport;
  /**
   * All findings as the bytes of a file, with the columns kind, group, contact_id, row_id, email_type, send_date, found and
   * expected, made piece by piece as they are asked for.
   *
   * @throws RangeError when the format is none of `EXPORT_FORMATS`
   */
  exportAs(format: ExportFormat): Iterable<Uint8Array>;
}

/** How `verify` audits. */
export interface VerifyOptions extends ScheduleOptions, AuditOptions {}

const DEFAULT_LIMIT = 3;

/** @throws TypeError or RangeError when an option is not what it has to be */
function requireOptions({ kinds, types, limit = DEFAULT_LIMIT }: AuditOptions): void {
  requireLimit(limit);
  requireTypes(types);
  if (kinds === undefined) return;
  if (!Array.isArray(kinds)) throw new TypeError('kinds: expected an array of kinds of findings');
  const unknown = kinds.find((kind) => !FINDING_KINDS.includes(kind));
  if (unknown !== undefined) {
    throw new RangeError(`kinds: expected some of ${FINDING_KINDS.join(', ')}, got ${JSON.stringify(unknown)}`);
  }
}

/** @throws TypeError or RangeError when they are not what they have to be */
function requireTypes(types: AuditOptions['types']): void {
  if (types === undefined) return;
  if (!Array.isArray(types)) throw new TypeError('types: expected an array of types of emails');
  const unknown = types.find((type) => !AUDITED_TYPES.includes(type));
  if (types.length > 0 && unknown === undefined) return;
  throw new RangeError(`types: expected some of ${AUDITED_TYPES.join(', ')}, got ${JSON.stringify(unknown) ?? 'none'}`);
}

function kindReports(findings: Findings, limit: number): KindReport[] {
  const examples = findings.examples(limit);
  return FINDING_KINDS.map((kind, i) => ({
    kind,
    group: groupOf(kind),
    sentence: sentenceOf(kind),
    count: findings.counts[i],
    examples: examples[i],
  })).filter(({ count }) => count > 0);
}

function countAudited({ organization }: Plan, history: boolean, types: readonly AuditedType[] | null): number {
  const { rowClass, count, type } = organization.schedules;
  const last = history ? ROW_CLASS.delivered : ROW_CLASS.skipped;
  const isWanted = typeFilter(types);
  const isAudited = organization.emailTypes.names.map(isWanted);
  let rows = 0;
  for (let row = 0; row < count; row++) if (rowClass[row] <= last && isAudited[type[row]]) rows++;
  return rows;
}

/**
 * Audits an organization that is open: plans it as a run of that day would, and compares (Rules 1 to 12).
 *
 * @param today the day of the audit
 * @throws SendplanError as `schedule` does
 */
export async function verifySource(
  source: OrganizationSource,
  { config, today }: { readonly config: Config; readonly today: number },
  options: AuditOptions,
  watch: Stopwatch = new Stopwatch(),
): Promise<Verification> {
  requireOptions(options);
  const { history = false, kinds = null, types = null, limit = DEFAULT_LIMIT } = options;
  const { plan } = await planAndBalance(source, { config, today }, watch);
  const isRefused = refusedCandidates(plan, source);
  const findings = await watch.measure('diff', () => auditPlan(plan, source, { history, kinds, types, isRefused }));
  const columns = source.email_schedules?.columns;
  const report: VerifyReport = {
    as_of: formatIsoDay(today),
    contacts: plan.organization.contacts.count,
    rows: countAudited(plan, history, types),
    history,
    types,
    findings: findings.count,
    kinds: kindReports(findings, limit),
    columns_not_compared: COMPARED_FIELDS.filter((name) => columns?.has(name) === false),
  };
  return { report, exportAs: (format) => encodeRows(findings.toRows(), format) };
}

/**
 * Audits the emails that wait to be sent, and those that are skipped, whoever planned them: windows, days, limits, repetitions
 * and broken rows by the rules themselves, everything else against our own plan of the same day (Rules 1 to 12). Nothing is
 * written.
 *
 * The plan is that of `options.today`, and knows the rows that are there as a run would. So audit on the day for which the
 * rows were planned: a later day finds emails that were not sent in the past.
 *
 * @param input the organization with its `email_schedules`
 * @throws TypeError or RangeError when an argument is not what it has to be
 * @throws SendplanError as `schedule` does
 * @example
 * import { verify } from 'sendplan';
 * const contacts = [{ id: 1, email: 'ann@example.com', state: 'TX', birth_date: '1960-07-20' }];
 * const { report } = await verify({ contacts, email_schedules: [] }, { today: '2025-06-13' });
 * for (const { kind, count } of report.kinds) console.log(kind, count); // missing_email 2
 */
export async function verify(input: ScheduleInput, options: VerifyOptions = {}): Promise<Verification> {
  requireOptions(options);
  const config = resolveConfig(options.config);
  const today = resolveToday(options.today, config, 'today');
  return withSource(input, options.sqlJs, (source) =>
    verifySource(source, { config, today }, options, stopwatchOf(options)),
  );
}
