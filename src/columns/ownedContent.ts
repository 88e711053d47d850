import { GrowingColumns } from './growing.js';
import { FIELD_KIND, INVALID_DAY, MISSING_DAY, NOT_PLAIN, type RowCursor } from './rowCursor.js';
import { TextMemo } from './textMemo.js';
import type { TextDictionary } from './texts.js';

/** The columns of `email_schedules` that a run writes and an unchanged row must have the same (Rules 11), but for keys. */
export const CONTENT_FIELDS = [
  ...([
    'email_type',
    'planned_send_date',
    'scheduled_send_date',
    'scheduled_send_time',
    'status',
    'skip_reason',
  ] as const),
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

  /** Makes room for so many rows. */
  reserve(rowCount: number): void {
    this.columns.reserve(rowCount);
  }

  /**
   * Adds the row that a cursor stands on.
   *
   * @param emailType the code of its type's text
   * @param plannedDay as the cursor's `day` reads it
   * @param sendDay likewise
   * @param priority as the cursor's `plainInteger` reads it
   * @param instance likewise
   * @param eventYear likewise
   */
  add(
    row: RowCursor,
    emailType: number,
    plannedDay: number,
    sendDay: number,
    priority: number,
    instance: number,
    eventYear: number,
  ): void {
    const { places } = this;
    const place = this.columns.addRow();
    const { at } = this.columns;
    this.rowIsClean =
      isPlainDay(row, places[1], plannedDay) &&
      isPlainDay(row, places[2], sendDay) &&
      row.kind(places[0]) === FIELD_KIND.text &&
      (instance !== NOT_PLAIN || isPlainInstance(row, places[7])) &&
      eventYear !== NOT_PLAIN;
    at.emailType[place] = emailType;
    at.sendTime[place] = this.checked(row.plainCode(places[3], this.times));
    // The status is one of the two that a run writes, or the row would not be owned.
    at.skipReason[place] = this.checked(row.plainCode(places[5], this.reasons));
    at.priority[place] = this.checked(priority);
    at.emailTemplate[place] = this.checked(row.plainCode(places[8], this.emailTemplates));
    at.smsTemplate[place] = this.checked(row.plainCode(places[9], this.smsTemplates));
    at.eventMonth[place] = this.checked(row.plainInteger(places[11]));
    at.eventDay[place] = this.checked(row.plainInteger(places[12]));
    at.metadata[place] = this.checked(row.plainCode(places[13], this.metadataTexts));
    const createdAt = this.checked(row.plainCode(places[14], this.createdTimes));
    // A row that takes its place keeps when it was made, in whatever form.
    at.createdAt[place] = createdAt === NOT_PLAIN ? row.code(places[14], this.createdTimes) : createdAt;
    at.isClean[place] = this.rowIsClean ? 1 : 0;
  }

  private checked(value: number): number {
    if (value === NOT_PLAIN) this.rowIsClean = false;
    return value;
  }

  /** The columns; views that later rows may leave behind. */
  build(): OwnedContent {
    return this.columns.values();
  }
}

/** Tells whether an instance id of more than 32 bits is a whole number. */
function isPlainInstance(row: RowCursor, place: number): boolean {
  return row.kind(place) === FIELD_KIND.number && row.integer(place) !== null;
}

/** Tells whether a date is written as a run writes it: one with a time behind it reads as its day all the same. */
function isPlainDay(row: RowCursor, place: number, day: number): boolean {
  if (day === MISSING_DAY) return row.kind(place) === FIELD_KIND.null;
  return day !== INVALID_DAY && row.textLength(place) === DAY_LENGTH;
}
