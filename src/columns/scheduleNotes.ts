import { comparedStatus, FOLLOWED_TYPES, isAepDateType, isFollowupType } from '../rules/emailTypes.js';
import { quoted, quoteValue } from '../rules/quote.js';
import type { RowCursor } from './rowCursor.js';

/** A text that rows hold and no rule knows, quoted, and how many rows hold it. */
export interface UnknownText {
  readonly value: string;
  readonly rows: number;
}

/** A text that rows hold and no rule knows as it is, and how many rows hold it. */
export interface HeldText {
  readonly text: string;
  readonly rows: number;
}

/** Texts as they are told, the commonest first. */
export function shownTexts(texts: readonly HeldText[]): UnknownText[] {
  const shown = texts.map(({ text, rows }) => ({ value: text === '' ? '(none)' : quoted(text), rows }));
  return shown.sort((a, b) => b.rows - a.rows || (a.value < b.value ? -1 : 1));
}

/** What rows of `email_schedules` hold that was read as if it were not there (Rules 1). */
export interface ScheduleNotes {
  /** Statuses that are neither owned nor history nor ended: such rows are ignored. */
  readonly unknownStatuses: readonly HeldText[];
  /** Types of history and ended rows that no rule has: they are no reason not to send an email again. */
  readonly unknownTypes: readonly HeldText[];
  /** History and ended rows without a sent day because none of their dates can be read, and one of these dates, quoted. */
  readonly unreadableDays: { readonly rows: number; readonly example: string | null };
}

/** Tells whether an email type, in any case, is one that a run plans or could have planned under another configuration. */
export function isKnownType(type: string): boolean {
  const lower = type.toLowerCase();
  return (
    FOLLOWED_TYPES.includes(lower) || isAepDateType(lower) || isFollowupType(lower) || lower.startsWith('campaign_')
  );
}

/** Statuses whose emails are planned again, as whoever writes them expects (Rules 1). */
const PLANNED_AGAIN = ['failed', 'missed'];

/** Each text once. */
function addedUp(texts: readonly HeldText[]): HeldText[] {
  const counts = new Map<string, number>();
  for (const { text, rows } of texts) counts.set(text, (counts.get(text) ?? 0) + rows);
  return [...counts].map(([text, rows]) => ({ text, rows }));
}

/** What the rows of two parts of a table hold. */
export function joinNotes(a: ScheduleNotes, b: ScheduleNotes): ScheduleNotes {
  return {
    unknownStatuses: addedUp([...a.unknownStatuses, ...b.unknownStatuses]),
    unknownTypes: addedUp([...a.unknownTypes, ...b.unknownTypes]),
    unreadableDays: {
      rows: a.unreadableDays.rows + b.unreadableDays.rows,
      example: a.unreadableDays.example ?? b.unreadableDays.example,
    },
  };
}

/** Texts that no rule knows, by the forms of the rows that hold them. */
class UnknownTexts {
  readonly #textOf = new Map<number, string>();

  add(form: number, text: string | null): void {
    this.#textOf.set(form, text ?? '');
  }

  /** @param rowsOf how many rows there are of each form */
  list(rowsOf: Uint32Array): HeldText[] {
    return addedUp([...this.#textOf].map(([form, text]) => ({ text, rows: rowsOf[form] })));
  }
}

/** Where a row has the fields that may be unreadable. */
export interface NotedPlaces {
  readonly typeAt: number;
  readonly statusAt: number;
  readonly actualAt: number;
  readonly scheduledAt: number;
}

/** Collects what rows hold that cannot be read. */
export class ScheduleNotesBuilder {
  readonly #statuses = new UnknownTexts();
  readonly #types = new UnknownTexts();
  readonly #places: NotedPlaces;
  #unreadableDays = 0;
  #example: string | null = null;

  constructor(places: NotedPlaces) {
    this.#places = places;
  }

  /**
   * Notes the form of the row that a cursor stands on, whose status no rule knows, or whose type. Emails that failed or were missed
   * are known to be planned again.
   *
   * @param isIgnored whether it is the status
   */
  addUnknown(form: number, cursor: RowCursor, isIgnored: boolean): void {
    if (!isIgnored) {
      this.#types.add(form, cursor.text(this.#places.typeAt));
      return;
    }
    const status = cursor.text(this.#places.statusAt);
    if (!PLANNED_AGAIN.includes(comparedStatus(status) ?? '')) this.#statuses.add(form, status);
  }

  /** Notes a history or ended row without a sent day, where it has a date that cannot be read. */
  addUnreadableDay(cursor: RowCursor): void {
    const value = quoteValue(cursor.value(this.#places.actualAt)) ?? quoteValue(cursor.value(this.#places.scheduledAt));
    if (value === null) return;
    this.#unreadableDays++;
    this.#example ??= value;
  }

  /** @param form the form of every row */
  build(form: Int32Array, formCount: number): ScheduleNotes {
    const rowsOf = new Uint32Array(formCount);
    for (let i = 0; i < form.length; i++) rowsOf[form[i]]++;
    return {
      unknownStatuses: this.#statuses.list(rowsOf),
      unknownTypes: this.#types.list(rowsOf),
      unreadableDays: { rows: this.#unreadableDays, example: this.#example },
    };
  }
}
