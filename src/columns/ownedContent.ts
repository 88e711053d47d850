import { NULL_INT32 } from './arrowTable.js';
import { GrowingColumns } from './growing.js';
import { FIELD_KIND, INVALID_DAY, MISSING_DAY, type RowCursor } from './rowCursor.js';
import { TextMemo } from './textMemo.js';
import type { TextDictionary } from './texts.js';

/** The columns of `email_schedules` that a run writes and an unchanged row must have the same (Rules 11), but for keys. */
export const CONTENT_FIELDS = [
  ...(['email_type', 'planned_send_date', 'scheduled_send_date', 'scheduled_send_time', 'status', 'skip_reason'] as const),
  ...(['priority', 'campaign_instance_id', 'email_template', 'sms_template'] as const),
  ...(['event_year', 'event_month', 'event_day', 'metadata', 'created_at'] as const),
] as const;

/**
 * The content of the owned rows that were found, to compare planned rows with (Rules 11). Texts are codes of the run's
 * dictionary, `NULL_INT32` is a number that is NULL.
 *
 * What is missing here stands in `Schedules`: of a clean row the days, the status, the instance id and the event year there
 * are just what the database holds.
 */
export interface OwnedContent {
  readonly emailType: Int32Array;
  readonly sendTime: Int32Array;
  readonly skipReason: Int32Array;
  readonly priority: Int32Array;
  readonly emailTemplate: Int32Array;
  readonly smsTemplate: Int32Array;
  readonly eventMonth: Int32Array;
  readonly eventDay: Int32Array;
  readonly metadata: Int32Array;
  readonly createdAt: Int32Array;
  /** 0 where a value is of a form that a run never writes, so that the row cannot be unchanged. */
  readonly isClean: Uint8Array;
}

/** Bytes of `YYYY-MM-DD`, the one form in which a run writes days. */
const DAY_LENGTH = 10;

/** Collects the content of owned rows while `email_schedules` is read. */
export class OwnedContentBuilder {
  // A memo of its own for each column finds the column's few texts with the fewest steps.
  private readonly times: TextMemo;
  private readonly reasons: TextMemo;
  private readonly emailTemplates: TextMemo;
  private readonly smsTemplates: TextMemo;
  private readonly metadataTexts: TextMemo;
  private readonly createdTimes: TextMemo;

  private readonly columns = new GrowingColumns({
    emailType: Int32Array,
    sendTime: Int32Array,
    skipReason: Int32Array,
    priority: Int32Array,
    emailTemplate: Int32Array,
    smsTemplate: Int32Array,
    eventMonth: Int32Array,
    eventDay: Int32Array,
    metadata: Int32Array,
    createdAt: Int32Array,
    isClean: Uint8Array,
  });
  private rowIsClean = true;

  /** @param places where a row has the `CONTENT_FIELDS`, in their order */
  constructor(
    dictionary: TextDictionary,
    private readonly places: readonly number[],
  ) {
    const memo = () => new TextMemo((text) => dictionary.codeOf(text));
    this.times = memo();
    this.reasons = memo();
    this.emailTemplates = memo();
    this.smsTemplates = memo();
    this.metadataTexts = memo();
    this.createdTimes = memo();
  }

  /** How many rows were added. */
  get count(): number {
    return this.columns.count;
  }

  /**
   * Adds the row that a cursor stands on.
   *
   * @param emailType the code of its type's text
   * @param plannedDay as the cursor reads it
   * @param sendDay likewise
   */
  add(row: RowCursor, emailType: number, plannedDay: number, sendDay: number): void {
    const { places } = this;
    const place = this.columns.addRow();
    const { at } = this.columns;
    this.rowIsClean = isPlainText(row, places[0]) && isPlainDay(row, places[1], plannedDay);
    if (!isPlainDay(row, places[2], sendDay)) this.rowIsClean = false;
    at.emailType[place] = emailType;
    at.sendTime[place] = this.text(row, places[3], this.times);
    // The status is one of the two that a run writes, or the row would not be owned.
    at.skipReason[place] = this.text(row, places[5], this.reasons);
    at.priority[place] = this.number(row, places[6]);
    this.checkInteger(row, places[7]);
    at.emailTemplate[place] = this.text(row, places[8], this.emailTemplates);
    at.smsTemplate[place] = this.text(row, places[9], this.smsTemplates);
    this.number(row, places[10]);
    at.eventMonth[place] = this.number(row, places[11]);
    at.eventDay[place] = this.number(row, places[12]);
    at.metadata[place] = this.text(row, places[13], this.metadataTexts);
    at.createdAt[place] = this.text(row, places[14], this.createdTimes);
    at.isClean[place] = this.rowIsClean ? 1 : 0;
  }

  private text(row: RowCursor, place: number, memo: TextMemo): number {
    if (!isPlainText(row, place)) this.rowIsClean = false;
    return row.code(place, memo);
  }

  private checkInteger(row: RowCursor, place: number): void {
    const kind = row.kind(place);
    if (kind === FIELD_KIND.null) return;
    if (kind !== FIELD_KIND.number || row.integer(place) === null) this.rowIsClean = false;
  }

  /** A number of 32 bits; one that is not is none a run writes. */
  private number(row: RowCursor, place: number): number {
    const kind = row.kind(place);
    if (kind === FIELD_KIND.null) return NULL_INT32;
    const value = kind === FIELD_KIND.number ? row.integer(place) : null;
    if (value !== null && value === (value | 0) && value !== NULL_INT32) return value;
    this.rowIsClean = false;
    return NULL_INT32;
  }

  /** The columns; views that later rows may leave behind. */
  build(): OwnedContent {
    return this.columns.values();
  }
}

function isPlainText(row: RowCursor, place: number): boolean {
  const kind = row.kind(place);
  return kind === FIELD_KIND.null || kind === FIELD_KIND.text;
}

/** Tells whether a date is written as a run writes it: one with a time behind it reads as its day all the same. */
function isPlainDay(row: RowCursor, place: number, day: number): boolean {
  if (day === MISSING_DAY) return row.kind(place) === FIELD_KIND.null;
  return day !== INVALID_DAY && row.textLength(place) === DAY_LENGTH;
}
