import { comparedStatus, FOLLOWED_TYPES, isAepDateType, isFollowupType } from '../rules/emailTypes.js';
import { quoted, quoteValue } from '../rules/quote.js';
import type { RowCursor } from './rowCursor.js';

/** A text that rows hold and no rule knows, quoted, and how many rows hold it. */
export interface UnknownText {
  readonly value: string;
  readonly rows: number;
}

/** What rows of `email_schedules` hold that was read as if it were not there (Rules 1). */
export interface ScheduleNotes {
  /** Statuses that are neither owned nor history nor ended: such rows are ignored. The commonest first. */
  readonly unknownStatuses: readonly UnknownText[];
  /** Types of history and ended rows that no rule has: they are no reason not to send an email again. The commonest first. */
  readonly unknownTypes: readonly UnknownText[];
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

/** Counts texts that no rule knows, while rows are read. */
class TextCounts {
  readonly #counts = new Map<string, number>();

  add(text: string | null): void {
    const value = text ?? '';
    this.#counts.set(value, (this.#counts.get(value) ?? 0) + 1);
  }

  list(): UnknownText[] {
    const found = [...this.#counts].map(([value, rows]) => ({
      value: value === '' ? '(none)' : quoted(value),
      rows,
    }));
    return found.sort((a, b) => b.rows - a.rows || (a.value < b.value ? -1 : 1));
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
  readonly #statuses = new TextCounts();
  readonly #types = new TextCounts();
  readonly #places: NotedPlaces;
  #unreadableDays = 0;
  #example: string | null = null;

  constructor(places: NotedPlaces) {
    this.#places = places;
  }

  /**
   * Notes the row that a cursor stands on, whose status no rule knows, or whose type. Emails that failed or were missed are known to
   * be planned again.
   *
   * @param isIgnored whether it is the status
   */
  addUnknown(cursor: RowCursor, isIgnored: boolean): void {
    if (!isIgnored) {
      this.#types.add(cursor.text(this.#places.typeAt));
      return;
    }
    const status = cursor.text(this.#places.statusAt);
    if (!PLANNED_AGAIN.includes(comparedStatus(status) ?? '')) this.#statuses.add(status);
  }

  /** Notes a history or ended row without a sent day, where it has a date that cannot be read. */
  addUnreadableDay(cursor: RowCursor): void {
    const value = quoteValue(cursor.value(this.#places.actualAt)) ?? quoteValue(cursor.value(this.#places.scheduledAt));
    if (value === null) return;
    this.#unreadableDays++;
    this.#example ??= value;
  }

  build(): ScheduleNotes {
    return {
      unknownStatuses: this.#statuses.list(),
      unknownTypes: this.#types.list(),
      unreadableDays: { rows: this.#unreadableDays, example: this.#example },
    };
  }
}
