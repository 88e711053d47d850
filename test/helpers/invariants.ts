import { anniversary, civilFromDay, dayFromCivil, yearOf } from '../../src/calendar/day.js';
import { parseIsoDay } from '../../src/calendar/iso.js';
import { Capacity } from '../../src/rules/capacity.js';
import type { Config } from '../../src/rules/config.js';
import { BALANCE_HORIZON_DAYS } from '../../src/rules/constants.js';
import { isFollowupType, statusClass } from '../../src/rules/emailTypes.js';
import {
  comparedEmail,
  type FieldValue,
  isLiveEnrolment,
  isValidEmail,
  readDate,
  readFlag,
  readInteger,
  readState,
  readText,
} from '../../src/rules/fields.js';
import { dailyLimits } from '../../src/rules/limits.js';
import { keepsBookedDay } from '../../src/rules/reasons.js';
import { stateName } from '../../src/rules/states.js';
import {
  holdsOn,
  readSuppression,
  type ScopeSubject,
  SUPPRESSION_COLUMNS,
  type Suppression,
  scopeCovers,
} from '../../src/rules/suppressions.js';
import type { Queried } from './databases.js';

// Rules 12.1 to 12.5 over the tables that a run left, by day arithmetic of their own: no kernel, no reference model.

/** What the checks need to know of a contact. */
interface Person {
  /** As addresses are compared. */
  readonly email: string | null;
  readonly state: string | null;
  readonly birthDay: number | null;
  readonly effectiveDay: number | null;
}

/** A row of `email_schedules` as the checks see it; days are days since 1970-01-01. */
export interface CheckedRow {
  readonly id: number;
  readonly contactId: number;
  readonly type: string;
  readonly status: string;
  readonly reason: string | null;
  readonly sendDay: number;
  readonly instanceId: number | null;
  readonly event: { readonly year: number; readonly month: number; readonly day: number } | null;
  /** The text of `metadata`. */
  readonly metadata: string | null;
}

interface Instance {
  readonly endDay: number | null;
  readonly isSpread: boolean;
  readonly respectsWindows: boolean;
  readonly daysBefore: number;
  readonly typeName: string;
}

/** What a check found. */
export interface Checked {
  /** Sentences on what does not hold, a few for each rule. */
  readonly violations: readonly string[];
  readonly rows: number;
  readonly preScheduled: number;
  /** Days over the threshold. */
  readonly overloadedDays: number;
}

const MOST_EXAMPLES = 10;

const COLUMNS = 'id, contact_id, lower(email_type), status, skip_reason, scheduled_send_date, campaign_instance_id';
const EVENT_COLUMNS = 'event_year, event_month, event_day, metadata';

function columnOf(database: Queried, table: string, ...names: string[]): string {
  const columns = database.query('SELECT lower(name) FROM pragma_table_info(?)', [table]).flat();
  return names.find((name) => columns.includes(name)) ?? 'NULL';
}

/** The contacts and campaigns of a database, to ask for windows and deadlines. */
export class OrganizationFacts {
  readonly #people = new Map<number, Person>();
  readonly #instances = new Map<number, Instance>();
  /** The contacts and instances of enrolments with a trigger date. */
  readonly #triggers = new Set<string>();
  readonly #suppressions: Suppression[] = [];
  readonly contactRows: number;

  constructor(
    database: Queried,
    readonly config: Config,
    readonly today: number,
  ) {
    const names = ['id', 'email', 'state', 'zip_code', 'effective_date'];
    const columns = [
      ...names.map((name) => columnOf(database, 'contacts', name)),
      columnOf(database, 'contacts', 'birth_date', 'birthday'),
    ];
    const contacts = database.query(`SELECT ${columns.join(', ')} FROM contacts`);
    this.contactRows = contacts.length;
    for (const [id, email, state, zip, effective, birth] of contacts) {
      const birthDay = this.dayOf(birth);
      if (!isValidEmail(email)) continue;
      this.#people.set(Number(id), {
        email: comparedEmail(email),
        state: stateName(readState(state, zip)),
        birthDay: birthDay === null || birthDay > today ? null : birthDay,
        effectiveDay: this.dayOf(effective),
      });
    }
    this.#readInstances(database);
    this.#readTriggers(database);
    this.#readSuppressions(database);
  }

  #readInstances(database: Queried): void {
    const sql = `SELECT i.id, i.active_end_date, i.spread_start_date, i.spread_end_date, t.spread_evenly,
      t.respect_exclusion_windows, t.days_before_event, t.name FROM campaign_instances i JOIN campaign_types t ON t.name = i.campaign_type`;
    for (const [id, end, spreadStart, spreadEnd, spreads, respects, before, name] of database.query(sql)) {
      const isSpread = readFlag(spreads) && this.dayOf(spreadStart) !== null && this.dayOf(spreadEnd) !== null;
      this.#instances.set(Number(id), {
        endDay: this.dayOf(end),
        isSpread,
        respectsWindows: readFlag(respects),
        daysBefore: readInteger(before) ?? 0,
        typeName: String(name),
      });
    }
  }

  #readTriggers(database: Queried): void {
    const sql = 'SELECT contact_id, campaign_instance_id, trigger_date, status FROM contact_campaigns';
    for (const [contactId, instanceId, trigger, status] of database.query(sql)) {
      if (!isLiveEnrolment(status) || this.dayOf(trigger) === null) continue;
      this.#triggers.add(`${contactId} ${instanceId}`);
    }
  }

  /** A day as this configuration reads dates. */
  dayOf(value: FieldValue): number | null {
    return readDate(value, this.config.reading.dates).day;
  }

  #readSuppressions(database: Queried): void {
    const has = database.query("SELECT 1 FROM sqlite_schema WHERE name = 'suppressions'").length > 0;
    if (!has) return;
    const columns = SUPPRESSION_COLUMNS.map((name) => columnOf(database, 'suppressions', name));
    for (const values of database.query(`SELECT ${columns.join(', ')} FROM suppressions`)) {
      const record = Object.fromEntries(SUPPRESSION_COLUMNS.map((name, i) => [name, values[i]]));
      const suppression = readSuppression(record, this.config.reading.dates);
      if (holdsOn(suppression, this.today)) this.#suppressions.push(suppression);
    }
  }

  /** Whether a suppression covers a row's email (Rules 2, suppressions); bounces aside. */
  isSuppressed(row: CheckedRow): boolean {
    const { contactId, type } = row;
    const kind = isFollowupType(type) ? 'followup' : (/^(campaign|aep)/.exec(type)?.[0] ?? type);
    const subject = {
      kind: kind as ScopeSubject['kind'],
      emailType: type,
      campaignTypeName: kind === 'campaign' ? (this.#instances.get(row.instanceId ?? -1)?.typeName ?? null) : null,
    };
    const email = this.#people.get(contactId)?.email ?? null;
    return this.#suppressions.some(
      (one) =>
        (one.contactId === contactId || (email !== null && one.email === email)) && scopeCovers(one.scope, subject),
    );
  }

  person(contactId: number): Person | undefined {
    return this.#people.get(contactId);
  }

  /** Whether a day is excluded for a row (Rules 4). */
  isExcluded(row: CheckedRow, day: number): boolean {
    const person = this.#people.get(row.contactId);
    if (person === undefined || person.state === null) return false;
    if (row.type.startsWith('campaign_') && this.#instances.get(row.instanceId ?? -1)?.respectsWindows === false)
      return false;
    const rule = this.config.state_rules[person.state];
    if (rule === undefined) return false;
    if (rule.kind === 'year_round') return true;
    const own = rule.kind === 'birthday_window' ? person.birthDay : person.effectiveDay;
    if (own === null) return false;
    const civil = civilFromDay(own);
    const date = rule.use_month_start ? dayFromCivil(civil.year, civil.month, 1) : own;
    const front = rule.before + (rule.buffer ?? this.config.pre_window_exclusion_days);
    for (let year = yearOf(day) - 1; year <= yearOf(day) + 1; year++) {
      const anchor = anniversary(date, year);
      if (anchor >= date && anchor - front <= day && day <= anchor + rule.after) return true;
    }
    return false;
  }

  /** The last day on which a planned row's email makes sense (Rules 5, 6, 10), infinite for none. */
  deadlineOf(row: CheckedRow, initialSentDay: (id: number) => number | null): number {
    if (isFollowupType(row.type)) {
      const initial = Number(JSON.parse(row.metadata ?? '{}').initial_schedule_id);
      return (initialSentDay(initial) ?? Number.NaN) + this.config.followups.lookback_days;
    }
    if (row.event === null) return Number.NaN;
    const { year, month, day } = row.event;
    const event = dayFromCivil(year, month, day);
    if (row.type.startsWith('campaign_')) {
      const instance = this.#instances.get(row.instanceId ?? -1);
      const end = instance?.endDay ?? Number.POSITIVE_INFINITY;
      const isTriggered = instance?.isSpread === false && this.#triggers.has(`${row.contactId} ${row.instanceId}`);
      return isTriggered && instance.daysBefore >= 0 ? Math.min(end, event) : end;
    }
    if (row.type.startsWith('aep')) {
      const aep = this.config.aep[row.type === 'aep' ? 0 : Number(row.type.slice(4)) - 1];
      return dayFromCivil(year, aep.deadline_month, aep.deadline_day);
    }
    if (row.type !== 'post_window') return event;
    // The row has the anchor's year with the month and day of the window's end, which may lie in the next year.
    const end = event + 1 <= row.sendDay && row.sendDay - event <= 200 ? event : dayFromCivil(year + 1, month, day);
    return end + 1 + this.config.load_balancing.catch_up_spread_days;
  }
}

/** The owned rows of a database. */
export function readPlanned(database: Queried): CheckedRow[] {
  const sql = `SELECT ${COLUMNS}, ${EVENT_COLUMNS} FROM email_schedules WHERE status IN ('pre-scheduled', 'skipped')`;
  return database.query(sql).map(toRow);
}

function toRow(values: readonly FieldValue[]): CheckedRow {
  const [id, contactId, type, status, reason, send, instanceId, year, month, day, metadata] = values;
  return {
    id: Number(id),
    contactId: Number(contactId),
    type: String(type),
    status: String(status),
    reason: readText(reason),
    sendDay: parseIsoDay(String(send)) ?? Number.NaN,
    instanceId: readInteger(instanceId),
    event: year === null ? null : { year: Number(year), month: Number(month), day: Number(day) },
    metadata: readText(metadata),
  };
}

interface SentEmail {
  readonly id: number;
  readonly contactId: number;
  readonly type: string;
  readonly sentDay: number;
}

/** The history rows of a database that have a sent day. */
function readHistory(database: Queried, facts: OrganizationFacts): SentEmail[] {
  const sql =
    'SELECT id, contact_id, lower(email_type), status, actual_send_datetime, scheduled_send_date FROM email_schedules';
  const emails: SentEmail[] = [];
  for (const [id, contactId, type, status, actual, scheduled] of database.query(
    `${sql} WHERE status NOT IN ('pre-scheduled', 'skipped')`,
  )) {
    const sentDay = facts.dayOf(actual) ?? facts.dayOf(scheduled);
    if (statusClass(readText(status)) !== 'history' || sentDay === null) continue;
    emails.push({ id: Number(id), contactId: Number(contactId), type: String(type), sentDay });
  }
  return emails;
}

function push<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

/** Checks Rules 12.1 to 12.5 on what a run with this configuration and day left in a database. */
export function checkInvariants(database: Queried, config: Config, today: number): Checked {
  const facts = new OrganizationFacts(database, config, today);
  const rows = readPlanned(database);
  const history = readHistory(database, facts);
  const violations: string[] = [];
  const found = new Map<string, number>();
  const violated = (rule: string, row: CheckedRow) => {
    const count = (found.get(rule) ?? 0) + 1;
    found.set(rule, count);
    if (count <= MOST_EXAMPLES) violations.push(`${rule}: ${JSON.stringify(row)}`);
  };
  const sentDays = new Map(history.map((email) => [email.id, email.sentDay]));
  const scheduled = rows.filter((row) => row.status === 'pre-scheduled');
  const deadlines = new Map(scheduled.map((row) => [row, facts.deadlineOf(row, (id) => sentDays.get(id) ?? null)]));

  for (const row of rows) {
    const isOutside = Number.isNaN(row.sendDay) || facts.person(row.contactId) === undefined;
    if (isOutside) violated('2 a contact that was accepted, and a day', row);
    if ((row.status === 'skipped') !== (row.reason !== null)) violated('7 a reason exactly when skipped', row);
  }
  for (const row of scheduled) {
    if (facts.isExcluded(row, row.sendDay)) violated('12.1 not on an excluded day', row);
    if (facts.isSuppressed(row)) violated('12.5 nobody who is suppressed', row);
    if (row.sendDay < today) violated('12.2 not before today', row);
    if (!(row.sendDay <= (deadlines.get(row) ?? Number.NaN))) violated('12.2 not after the deadline', row);
  }
  checkContacts(scheduled, history, config, violated);
  checkOnce(rows, violated);

  const overloadedDays = checkDays({ facts, rows, history, deadlines }, violated);
  return { violations, rows: rows.length, preScheduled: scheduled.length, overloadedDays };
}

/** How many emails of overloaded days are looked for other days. */
const MOST_LOOKED_AT = 400;

/**
 * Rules 12.4, as far as rows tell: nothing lies on a closed day, and nothing that lies on a day over its threshold could have
 * had a seat later.
 *
 * @returns how many days are over their thresholds
 */
function checkDays(
  found: {
    readonly facts: OrganizationFacts;
    readonly rows: readonly CheckedRow[];
    readonly history: readonly SentEmail[];
    readonly deadlines: ReadonlyMap<CheckedRow, number>;
  },
  violated: (rule: string, row: CheckedRow) => void,
): number {
  const { facts, rows, history, deadlines } = found;
  const { config, today } = facts;
  const capacity = new Capacity(config, dailyLimits(config, facts.contactRows));
  const loads = new Map<number, number>();
  const taken = new Map<number, number>();
  const add = (counts: Map<number, number>, day: number) => counts.set(day, (counts.get(day) ?? 0) + 1);
  for (const { sentDay } of history) for (const counts of [loads, taken]) add(counts, sentDay);
  for (const row of rows) {
    if (row.status === 'pre-scheduled') for (const counts of [loads, taken]) add(counts, row.sendDay);
    // What a contact's limits skipped after balancing had a seat before.
    else if (keepsBookedDay(row.reason)) add(taken, row.sendDay);
  }
  const isOver = (day: number) => (loads.get(day) ?? 0) > capacity.thresholdOn(day);
  const hasSeat = (day: number) => (taken.get(day) ?? 0) < capacity.capOn(day);
  const scheduled = rows.filter((row) => row.status === 'pre-scheduled');
  for (const row of scheduled) {
    if (!capacity.openDays.isOpen(row.sendDay)) violated('12.4 not on a closed day', row);
    if (config.load_balancing.excess === 'skip' && isOver(row.sendDay)) violated('12.4 no day over its threshold', row);
  }
  for (const row of scheduled.filter(({ sendDay }) => isOver(sendDay)).slice(0, MOST_LOOKED_AT)) {
    const last = Math.min(deadlines.get(row) ?? Number.NaN, today + BALANCE_HORIZON_DAYS);
    for (let day = row.sendDay + 1; day <= last && !facts.isExcluded(row, day); day++) {
      if (!hasSeat(day)) continue;
      violated('12.4 nothing on a day over its threshold has a seat later', row);
      break;
    }
  }
  return new Set(scheduled.map((row) => row.sendDay).filter(isOver)).size;
}

/** Rules 12.3, contact by contact. */
function checkContacts(
  scheduled: readonly CheckedRow[],
  history: readonly SentEmail[],
  { frequency }: Config,
  violated: (rule: string, row: CheckedRow) => void,
): void {
  const days = new Map<number, number[]>();
  for (const row of scheduled) if (!isFollowupType(row.type)) push(days, row.contactId, row.sendDay);
  for (const email of history) if (!isFollowupType(email.type)) push(days, email.contactId, email.sentDay);
  const campaigns = new Set<string>();
  for (const row of scheduled) {
    if (row.type.startsWith('campaign_')) {
      const key = `${row.contactId} ${row.sendDay}`;
      if (campaigns.has(key)) violated('12.3 one campaign a day', row);
      campaigns.add(key);
    }
    if (isFollowupType(row.type) || frequency.max_emails_per_period === 0) continue;
    const own = days.get(row.contactId) ?? [];
    for (let last = row.sendDay; last < row.sendDay + frequency.frequency_period_days; last++) {
      const count = own.filter((day) => last - frequency.frequency_period_days < day && day <= last).length;
      if (count > frequency.max_emails_per_period) violated('12.3 the frequency limit', row);
    }
  }
}

/** Rules 12.5: one row for each email. */
function checkOnce(rows: readonly CheckedRow[], violated: (rule: string, row: CheckedRow) => void): void {
  const seen = new Set<string>();
  for (const row of rows) {
    const key = isFollowupType(row.type) ? `${row.contactId} followup` : `${row.contactId} ${emailKey(row)}`;
    if (seen.has(key)) violated('12.5 one row for each email', row);
    seen.add(key);
  }
}

/** What tells an email of a contact from its others: a campaign's instance, or the type and its event's year. */
export function emailKey(row: Pick<CheckedRow, 'type' | 'instanceId' | 'event'>): string {
  return row.type.startsWith('campaign_') ? `campaign ${row.instanceId}` : `${row.type} ${row.event?.year}`;
}
