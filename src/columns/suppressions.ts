import type { DateOrder } from '../rules/dates.js';
import { emailHash } from '../rules/fieldBytes.js';
import { comparedEmail } from '../rules/fields.js';
import { quoted } from '../rules/quote.js';
import type { SuppressionRecord } from '../rules/records.js';
import {
  checkSuppressionColumns,
  isKnownScope,
  type KnownCampaigns,
  readSuppressedId,
  readSuppressionReason,
  readSuppressionScope,
  SUPPRESSION_COLUMNS,
  suppressionProblems,
} from '../rules/suppressions.js';
import type { ContactIndex } from './contactIndex.js';
import { dateMemo } from './dateMemo.js';
import { GrowingColumns } from './growing.js';
import type { IssueLog } from './issueLog.js';
import { openRows } from './openColumns.js';
import { FIELD_KIND, INVALID_DAY, type RowCursor } from './rowCursor.js';
import type { RowSource } from './source.js';
import { stableOrder } from './stableOrder.js';
import { TextMemo } from './textMemo.js';
import { TextDictionary } from './texts.js';

/** The first and the last day of a suppression that is open. */
export const ALWAYS = { from: -2147483647, to: 2147483647 } as const;

/**
 * The suppressions of contacts (Rules 2), those of one contact in the order in which they count: `first[i] .. first[i + 1]` are
 * contact i's.
 */
export interface Suppressions {
  readonly count: number;
  readonly first: Uint32Array;
  /** Which of `scopes`. */
  readonly scope: Uint32Array;
  /** Which of `reasons`. */
  readonly reason: Uint32Array;
  /** The first and the last day on which it holds. */
  readonly startDay: Int32Array;
  readonly endDay: Int32Array;
  /** Elements in lower case; null covers everything. */
  readonly scopes: readonly (ReadonlySet<string> | null)[];
  readonly reasons: readonly string[];
  /** How many rows the table or view has, whether they hold or not; null when it is not there. */
  readonly rowCount: number | null;
}

const COLUMNS = {
  /** NaN for none. */
  contactId: Float64Array,
  /** Which of the addresses, -1 for none. */
  email: Int32Array,
  scope: Int32Array,
  reason: Int32Array,
  startDay: Int32Array,
  endDay: Int32Array,
};

/** What loading needs to read suppressions. */
export interface SuppressionSettings {
  readonly order: DateOrder;
  /** Suppressions that hold on none of these days are left out. */
  readonly firstDay: number;
  readonly lastDay: number;
  /** What scopes may name. */
  readonly known: KnownCampaigns;
}

/**
 * The table or view `suppressions`, read before the contacts: contacts are looked up by their addresses as they are read, so
 * that nobody's address has to be kept.
 */
export class SuppressionRows {
  private readonly rows = new GrowingColumns(COLUMNS);
  private readonly scopeKeys = new TextDictionary();
  private readonly scopes: (ReadonlySet<string> | null)[] = [];
  private readonly reasonTexts = new TextDictionary();
  private readonly addresses = new TextDictionary();
  /** A bit for each hash of an address, by the hash's last bits. */
  private readonly hashBits: Uint32Array;
  private readonly hashMask: number;
  /** How many rows were read; null without a table. */
  private rowCount: number | null = null;
  /** The contacts that were found to have one of the addresses, and which. */
  private readonly found = new GrowingColumns({ contactId: Float64Array, email: Int32Array });

  /**
   * @param source null when there is no such table
   * @throws SendplanError `missing_column` when it does not say whom it is about
   */
  constructor(
    source: RowSource | null,
    private readonly settings: SuppressionSettings,
    issues: IssueLog,
  ) {
    if (source !== null && saysAnything(source)) this.read(source, issues);
    const bits = 2 ** Math.ceil(Math.log2(Math.max(1024, this.addresses.texts.length * 16)));
    this.hashMask = bits - 1;
    this.hashBits = new Uint32Array(bits / 32);
    for (const address of this.addresses.texts) {
      const bit = emailHash(address) & this.hashMask;
      this.hashBits[bit >>> 5] |= 1 << (bit & 31);
    }
  }

  /** Notes a contact whose address one of the suppressions is for. @param place where the cursor has its address */
  noteContact(contactId: number, cursor: RowCursor, place: number): void {
    if (this.addresses.texts.length === 0) return;
    const bit = cursor.emailHash(place) & this.hashMask;
    if ((this.hashBits[bit >>> 5] & (1 << (bit & 31))) === 0) return;
    const email = this.addresses.knownCodeOf(comparedEmail(cursor.text(place)) ?? '');
    if (email < 0) return;
    const row = this.found.addRow();
    this.found.at.contactId[row] = contactId;
    this.found.at.email[row] = email;
  }

  /** The suppressions of the contacts that were read. */
  ofContacts(contacts: ContactIndex, contactCount: number): Suppressions {
    const rows = this.rows.values();
    const { contactId, email } = this.found.values();
    const byEmail = stableOrder(email, this.addresses.texts.length);
    const contact = new GrowingColumns({ contact: Uint32Array, row: Uint32Array });
    const add = (index: number, row: number) => {
      if (index < 0) return;
      const place = contact.addRow();
      contact.at.contact[place] = index;
      contact.at.row[place] = row;
    };
    for (let row = 0; row < rows.contactId.length; row++) {
      add(contacts.indexOf(rows.contactId[row]), row);
      const code = rows.email[row];
      if (code < 0) continue;
      for (let i = byEmail.first[code]; i < byEmail.first[code + 1]; i++) {
        add(contacts.indexOf(contactId[byEmail.order[i]]), row);
      }
    }
    const found = contact.values();
    const { order, first } = stableOrder(found.contact, contactCount);
    const column = (values: Int32Array) => Int32Array.from(order, (place) => values[found.row[place]]);
    return {
      count: order.length,
      first,
      scope: new Uint32Array(column(rows.scope).buffer),
      reason: new Uint32Array(column(rows.reason).buffer),
      startDay: column(rows.startDay),
      endDay: column(rows.endDay),
      scopes: this.scopes,
      reasons: this.reasonTexts.texts,
      rowCount: this.rowCount,
    };
  }

  private read(source: RowSource, issues: IssueLog): void {
    checkSuppressionColumns(source.columns);
    const { order, firstDay, lastDay } = this.settings;
    const dates = dateMemo(order);
    const unknownOfScope: string[][] = [];
    const scopeCodes = new TextMemo((text) => this.scopeOf(text, unknownOfScope));
    const reasonCodes = new TextMemo((text) => this.reasonTexts.codeOf(readSuppressionReason(text)));
    const { places, cursor } = openRows(source, SUPPRESSION_COLUMNS);
    const [idAt, emailAt, scopeAt, reasonAt, startAt, endAt] = places;
    let rowCount = 0;
    try {
      while (cursor.next()) {
        rowCount++;
        const contactId = cursor.integer(idAt) ?? readSuppressedId(cursor.value(idAt));
        const startDay = cursor.day(startAt, dates);
        const endDay = cursor.day(endAt, dates);
        const scope = cursor.code(scopeAt, scopeCodes);
        const isForOddId = contactId === null && cursor.kind(idAt) !== FIELD_KIND.null;
        if (startDay === INVALID_DAY || endDay === INVALID_DAY || isForOddId) {
          for (const detail of suppressionProblems(recordOf(cursor, places), order)) {
            issues.add(contactId, 'unreadable_suppression', detail);
          }
        }
        for (const element of unknownOfScope[scope]) {
          issues.add(contactId, 'unknown_suppression_scope', quoted(element));
        }
        if (startDay > lastDay || (endDay > INVALID_DAY && endDay < firstDay)) continue;
        const row = this.rows.addRow();
        const { at } = this.rows;
        at.contactId[row] = contactId ?? Number.NaN;
        at.email[row] = this.addresses.codeOf(comparedEmail(cursor.text(emailAt)));
        at.scope[row] = scope;
        at.reason[row] = cursor.code(reasonAt, reasonCodes);
        at.startDay[row] = startDay > INVALID_DAY ? startDay : ALWAYS.from;
        at.endDay[row] = endDay > INVALID_DAY ? endDay : ALWAYS.to;
      }
    } finally {
      cursor.close();
    }
    this.rowCount = rowCount;
  }

  /** The number of a scope; what none knows of its elements goes to `unknownOfScope`. */
  private scopeOf(text: string | null, unknownOfScope: string[][]): number {
    const scope = readSuppressionScope(text);
    const code = this.scopeKeys.codeOf(scope === null ? '*' : [...scope].join());
    this.scopes[code] ??= scope;
    unknownOfScope[code] ??= [...(scope ?? [])].filter((element) => !isKnownScope(element, this.settings.known));
    return code;
  }
}

/** Tells whether a source has rows or columns: records that are none have neither. */
function saysAnything(source: RowSource): boolean {
  if (source.columns.size > 0) return true;
  for (const _ of source.rows([])) return true;
  return false;
}

function recordOf(cursor: RowCursor, places: readonly number[]): SuppressionRecord {
  return Object.fromEntries(SUPPRESSION_COLUMNS.map((name, i) => [name, cursor.value(places[i])]));
}
