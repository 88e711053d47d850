import { formatIsoDay } from '../calendar/iso.js';
import { GrowingColumns } from '../columns/growing.js';
import { NULL_INT32 } from '../columns/nulls.js';
import { type RowBatch, type RowColumn, type RowTable, rowTable } from '../columns/rowTable.js';
import { NULL_TEXT, TextDictionary } from '../columns/texts.js';
import { type AuditedType, typeFilter } from './auditedTypes.js';
import { FINDING_KINDS, type FindingGroup, type FindingKind, groupOf } from './kinds.js';

/** Something that is not as the rules have it. */
export interface Finding {
  readonly kind: FindingKind;
  readonly group: FindingGroup;
  /** Null for a day, and for a row whose contact_id is no whole number. */
  readonly contact_id: number | null;
  /** The id of the row in `email_schedules`; null for what is missing there, and for a day. */
  readonly row_id: number | null;
  readonly email_type: string | null;
  /** The day of the row; of what is missing, the planned one. */
  readonly send_date: string | null;
  /** What is there, where the day alone does not tell. */
  readonly found: string | null;
  /** What the rules or the plan have instead. */
  readonly expected: string | null;
}

/** Where something was found. */
export interface FindingPlace {
  /** NaN for none. */
  readonly contactId: number;
  /** NaN for none. */
  readonly rowId: number;
  readonly emailType: string | null;
  /** Days since 1970-01-01, `NULL_INT32` for none. */
  readonly day: number;
}

const COLUMN_TYPES = {
  kind: Uint8Array,
  contactId: Float64Array,
  rowId: Float64Array,
  emailType: Int32Array,
  day: Int32Array,
  found: Int32Array,
  expected: Int32Array,
} as const;

const KIND_INDEXES = new Map(FINDING_KINDS.map((kind, i) => [kind, i]));

interface FindingBatch extends RowBatch {
  readonly kind: Int32Array;
  readonly group: Int32Array;
  readonly columns: GrowingColumns<typeof COLUMN_TYPES>['at'];
}

const FINDING_COLUMNS: readonly RowColumn<FindingBatch>[] = [
  { name: 'kind', type: 'word', take: (batch) => batch.kind },
  { name: 'group', type: 'word', take: (batch) => batch.group },
  { name: 'contact_id', type: 'id', take: (batch) => batch.columns.contactId },
  { name: 'row_id', type: 'id', take: (batch) => batch.columns.rowId },
  { name: 'email_type', type: 'word', take: (batch) => batch.columns.emailType },
  { name: 'send_date', type: 'day', take: (batch) => batch.columns.day },
  { name: 'found', type: 'text', take: (batch) => batch.columns.found },
  { name: 'expected', type: 'text', take: (batch) => batch.columns.expected },
];

const BATCH_ROWS = 65_536;

/** What an audit finds, as columns: millions of findings cost some dozen bytes each. */
export class Findings {
  /** How many there are of each of `FINDING_KINDS`. */
  readonly counts = new Uint32Array(FINDING_KINDS.length);
  readonly #columns = new GrowingColumns(COLUMN_TYPES);
  readonly #texts = new TextDictionary();
  readonly #isWanted: readonly boolean[];

  /** Tells whether findings about an email type, in any case, are kept. */
  readonly isOfType: (emailType: string | null) => boolean;

  /**
   * @param kinds the kinds to keep; all when null
   * @param types the types of emails to keep what is found about; all when null. What is found about a day is kept
   */
  constructor(kinds: readonly FindingKind[] | null, types: readonly AuditedType[] | null = null) {
    this.isOfType = typeFilter(types);
    this.#isWanted = FINDING_KINDS.map((kind) => kinds === null || kinds.includes(kind));
  }

  get count(): number {
    return this.#columns.count;
  }

  add(kind: FindingKind, place: FindingPlace, found: string | null = null, expected: string | null = null): void {
    const index = KIND_INDEXES.get(kind) ?? 0;
    if (!this.#isWanted[index]) return;
    const isAboutDay = Number.isNaN(place.rowId) && place.emailType === null;
    if (!isAboutDay && !this.isOfType(place.emailType)) return;
    this.counts[index]++;
    const row = this.#columns.addRow();
    const { at } = this.#columns;
    at.kind[row] = index;
    at.contactId[row] = place.contactId;
    at.rowId[row] = place.rowId;
    at.emailType[row] = this.#texts.codeOf(place.emailType);
    at.day[row] = place.day;
    at.found[row] = this.#texts.codeOf(found);
    at.expected[row] = this.#texts.codeOf(expected);
  }

  /** The first findings of every kind, at most so many of each, by the place of the kind in `FINDING_KINDS`. */
  examples(limit: number): readonly (readonly Finding[])[] {
    const examples: Finding[][] = FINDING_KINDS.map(() => []);
    const { kind } = this.#columns.at;
    for (let row = 0; row < this.count; row++) {
      if (examples[kind[row]].length < limit) examples[kind[row]].push(this.#finding(row));
    }
    return examples;
  }

  /** All findings, in the order in which they were found. */
  toRows(): RowTable {
    const kindCodes = FINDING_KINDS.map((kind) => this.#texts.codeOf(kind));
    const groupCodes = FINDING_KINDS.map((kind) => this.#texts.codeOf(groupOf(kind)));
    return rowTable(FINDING_COLUMNS, () => this.#batches(kindCodes, groupCodes));
  }

  *#batches(kindCodes: readonly number[], groupCodes: readonly number[]): Generator<FindingBatch> {
    const all = this.#columns.values();
    for (let start = 0; start < this.count; start += BATCH_ROWS) {
      const end = Math.min(start + BATCH_ROWS, this.count);
      const columns = {
        kind: all.kind.subarray(start, end),
        contactId: all.contactId.subarray(start, end),
        rowId: all.rowId.subarray(start, end),
        emailType: all.emailType.subarray(start, end),
        day: all.day.subarray(start, end),
        found: all.found.subarray(start, end),
        expected: all.expected.subarray(start, end),
      };
      const kind = Int32Array.from(columns.kind, (index) => kindCodes[index]);
      const group = Int32Array.from(columns.kind, (index) => groupCodes[index]);
      yield { count: end - start, texts: this.#texts.texts, kind, group, columns };
    }
  }

  #finding(row: number): Finding {
    const { at } = this.#columns;
    const id = (value: number) => (Number.isNaN(value) ? null : value);
    const text = (code: number) => (code === NULL_TEXT ? null : this.#texts.texts[code]);
    const kind = FINDING_KINDS[at.kind[row]];
    return {
      kind,
      group: groupOf(kind),
      contact_id: id(at.contactId[row]),
      row_id: id(at.rowId[row]),
      email_type: text(at.emailType[row]),
      send_date: at.day[row] === NULL_INT32 ? null : formatIsoDay(at.day[row]),
      found: text(at.found[row]),
      expected: text(at.expected[row]),
    };
  }
}
