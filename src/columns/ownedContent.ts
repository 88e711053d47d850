import { type FieldValue, readText } from '../rules/fields.js';
import { parseIsoDay } from '../calendar/iso.js';
import { NULL_INT32 } from './arrowTable.js';
import { GrowingColumn } from './growing.js';
import type { TextDictionary } from './texts.js';

/** The columns of `email_schedules` that a run writes and an unchanged row must have the same (Rules 11), but for keys. */
export const CONTENT_FIELDS = [
  ...(['email_type', 'planned_send_date', 'scheduled_send_date', 'scheduled_send_time', 'status', 'skip_reason'] as const),
  ...(['priority', 'campaign_instance_id', 'email_template', 'sms_template'] as const),
  ...(['event_year', 'event_month', 'event_day', 'metadata', 'created_at'] as const),
] as const;

/**
 * The content of the owned rows that were found, to compare planned rows with (Rules 11). Texts are codes of the run's
 * dictionary, days are days, `NULL_INT32` and NaN are NULL.
 */
export interface OwnedContent {
  readonly emailType: Int32Array;
  readonly plannedDay: Int32Array;
  readonly sendDay: Int32Array;
  readonly sendTime: Int32Array;
  readonly status: Int32Array;
  readonly skipReason: Int32Array;
  readonly priority: Float64Array;
  readonly instanceId: Float64Array;
  readonly emailTemplate: Int32Array;
  readonly smsTemplate: Int32Array;
  readonly eventYear: Float64Array;
  readonly eventMonth: Float64Array;
  readonly eventDay: Float64Array;
  readonly metadata: Int32Array;
  readonly createdAt: Int32Array;
  /** 0 where a value is of a form that a run never writes, so that the row cannot be unchanged. */
  readonly isClean: Uint8Array;
}

/** Collects the content of owned rows while `email_schedules` is read. */
export class OwnedContentBuilder {
  readonly #texts: TextDictionary;
  readonly #codes = Array.from({ length: 8 }, () => new GrowingColumn(Int32Array));
  readonly #days = [new GrowingColumn(Int32Array), new GrowingColumn(Int32Array)];
  readonly #numbers = Array.from({ length: 5 }, () => new GrowingColumn(Float64Array));
  readonly #isClean = new GrowingColumn(Uint8Array);
  #rowIsClean = true;
  readonly #dayOf = new Map<string, number>();

  constructor(texts: TextDictionary) {
    this.#texts = texts;
  }

  get count(): number {
    return this.#isClean.length;
  }

  /** Adds a row. @param values in the order of `CONTENT_FIELDS` */
  add(values: readonly FieldValue[]): void {
    this.#rowIsClean = true;
    const [type, planned, send, time, status, reason, priority, instance, email, sms, year, month, day, metadata, created] =
      values;
    [type, time, status, reason, email, sms, metadata, created].forEach((value, i) => {
      this.#codes[i].push(this.#text(value));
    });
    [planned, send].forEach((value, i) => {
      this.#days[i].push(this.#day(value));
    });
    [priority, instance, year, month, day].forEach((value, i) => {
      this.#numbers[i].push(this.#number(value));
    });
    this.#isClean.push(this.#rowIsClean ? 1 : 0);
  }

  #text(value: FieldValue): number {
    if (value !== null && value !== undefined && typeof value !== 'string') this.#rowIsClean = false;
    return this.#texts.codeOf(readText(value));
  }

  #day(value: FieldValue): number {
    if (value === null || value === undefined) return NULL_INT32;
    if (typeof value === 'string' && value.length === 10) {
      let day = this.#dayOf.get(value);
      if (day === undefined) {
        day = parseIsoDay(value) ?? NULL_INT32;
        this.#dayOf.set(value, day);
      }
      if (day !== NULL_INT32) return day;
    }
    this.#rowIsClean = false;
    return NULL_INT32;
  }

  #number(value: FieldValue): number {
    if (value === null || value === undefined) return Number.NaN;
    if (typeof value === 'number') return value;
    this.#rowIsClean = false;
    return Number.NaN;
  }

  build(): OwnedContent {
    const [emailType, sendTime, status, skipReason, emailTemplate, smsTemplate, metadata, createdAt] = this.#codes.map(
      (column) => column.values(),
    );
    const [priority, instanceId, eventYear, eventMonth, eventDay] = this.#numbers.map((column) => column.values());
    const [plannedDay, sendDay] = this.#days.map((column) => column.values());
    const texts = { emailType, sendTime, status, skipReason, emailTemplate, smsTemplate, metadata, createdAt };
    const numbers = { priority, instanceId, eventYear, eventMonth, eventDay };
    return { ...texts, ...numbers, plannedDay, sendDay, isClean: this.#isClean.values() };
  }
}
