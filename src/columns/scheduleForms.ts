import { limitPriority } from '../rules/fields.js';
import { type Affinity, isStoredWhole, makesNumbers, storedInteger, storedText } from './affinity.js';
import { GrowingColumns } from './growing.js';
import { NULL_INT32 } from './nulls.js';
import { FIELD_KIND, NOT_PLAIN, type RowCursor, UNKNOWN_FORM } from './rowCursor.js';
import { TextMemo } from './textMemo.js';
import type { TextDictionary } from './texts.js';

/** The columns of `email_schedules` that are the same in all rows of a form: many rows have the same in all of these. */
export const FORM_FIELDS = [
  ...(['email_type', 'scheduled_send_time', 'status', 'skip_reason', 'priority', 'campaign_instance_id'] as const),
  ...(['email_template', 'sms_template', 'event_year'] as const),
] as const;

/** The columns that differ from row to row. */
export const ROW_FIELDS = [
  ...(['id', 'contact_id', 'planned_send_date', 'scheduled_send_date', 'actual_send_datetime'] as const),
  ...(['event_month', 'event_day', 'metadata', 'created_at'] as const),
] as const;

/** What a row's status, email type and campaign mean; `readSchedules` says what the codes are. */
export interface FormMeaning {
  readonly classOf: (status: string | null, skipReason: string | null) => number;
  readonly isOwned: (rowClass: number) => boolean;
  readonly isIgnored: (rowClass: number) => boolean;
  readonly typeOf: (name: string) => number;
  /** Whether no rule knows the class's status, or the type of a row that is history or has ended. */
  readonly isStrange: (rowClass: number, type: number) => boolean;
  readonly instanceOf: (id: number | null) => number;
  /** The templates that a run can write. */
  readonly templates: readonly string[];
}

const FORM_COLUMNS = {
  rowClass: Uint8Array,
  type: Int32Array,
  eventYear: Int32Array,
  instance: Int32Array,
  instanceId: Float64Array,
  priority: Int32Array,
  emailType: Int32Array,
  status: Int32Array,
  sendTime: Int32Array,
  skipReason: Int32Array,
  storedPriority: Int32Array,
  emailTemplate: Int32Array,
  smsTemplate: Int32Array,
  /** 0 where a value is of a kind that a run never writes, so that the row cannot be unchanged. */
  isClean: Uint8Array,
};

/**
 * What the rows of each form hold: a form is a row's content but for its contact, its days and what else hardly any two rows
 * have in common. Texts are codes of the run's dictionary, `NULL_INT32` is a number that is NULL.
 *
 * From `emailType` on a column is good for owned rows only: it is the content that an unchanged row must have (Rules 11).
 */
export type ScheduleForms = {
  readonly [Name in keyof typeof FORM_COLUMNS]: InstanceType<(typeof FORM_COLUMNS)[Name]>;
};

const LARGEST_INT32 = 2147483647;

/** Bytes of `YYYY-MM-DD`, the one form in which a run writes days. */
const DAY_LENGTH = 10;

/** Collects the forms of rows while `email_schedules` is read. */
export class ScheduleFormsBuilder {
  // A memo of its own for each column finds the column's few texts with the fewest steps.
  private readonly types: TextMemo;
  private readonly statuses: TextMemo;
  private readonly times: TextMemo;
  private readonly reasons: TextMemo;
  private readonly emailTemplates: TextMemo;
  private readonly smsTemplates: TextMemo;
  private readonly columns = new GrowingColumns(FORM_COLUMNS);
  /** Of every form whether its rows hold a status or a type that no rule knows. */
  private readonly isStrange: boolean[] = [];
  /** Our number of every form that the cursor has remembered. */
  private readonly known: number[] = [];

  /**
   * @param formPlaces where a row has the `FORM_FIELDS`, in their order
   * @param dayPlaces where it has `planned_send_date` and `scheduled_send_date`
   * @param affinities of the columns in the order of `FORM_FIELDS`
   */
  constructor(
    private readonly texts: TextDictionary,
    private readonly meaning: FormMeaning,
    private readonly formPlaces: readonly number[],
    private readonly dayPlaces: readonly number[],
    private readonly affinities: readonly Affinity[],
  ) {
    const memo = () => new TextMemo((text) => texts.codeOf(text));
    this.statuses = memo();
    this.types = new TextMemo((name) => texts.codeOf(name ?? ''));
    this.times = memo();
    this.reasons = memo();
    this.emailTemplates = memo();
    this.smsTemplates = memo();
  }

  /** The form of the row that a cursor stands on, whose `knowForms` knows of the `FORM_FIELDS`. */
  formOf(cursor: RowCursor): number {
    const { form } = cursor;
    return form === UNKNOWN_FORM ? this.add(cursor) : this.known[form];
  }

  /** Tells whether the rows of a form are owned. */
  isOwned(form: number): boolean {
    return this.meaning.isOwned(this.columns.at.rowClass[form]);
  }

  /** Tells whether all values of a form are of kinds that a run writes; good for owned rows. */
  isClean(form: number): boolean {
    return this.columns.at.isClean[form] === 1;
  }

  /** Tells whether the rows of a form have a status that no rule knows, so that they are ignored. */
  isIgnored(form: number): boolean {
    return this.meaning.isIgnored(this.columns.at.rowClass[form]);
  }

  /** Tells whether rows of a form, which are not owned, hold a status or a type that no rule knows. */
  holdsUnknown(form: number): boolean {
    return this.isStrange[form];
  }

  private add(cursor: RowCursor): number {
    const [typeAt, , statusAt, reasonAt, priorityAt, instanceAt, , , yearAt] = this.formPlaces;
    const form = this.columns.addRow();
    const { at } = this.columns;
    const year = cursor.integer(yearAt);
    const instanceId = cursor.integer(instanceAt);
    const typeText = cursor.code(typeAt, this.types);
    at.rowClass[form] = this.meaning.classOf(cursor.text(statusAt), cursor.text(reasonAt));
    at.type[form] = this.meaning.typeOf(this.texts.texts[typeText]);
    at.eventYear[form] = year === null ? NULL_INT32 : Math.abs(year) > LARGEST_INT32 ? LARGEST_INT32 : year;
    at.instance[form] = this.meaning.instanceOf(instanceId);
    at.instanceId[form] = instanceId ?? Number.NaN;
    at.priority[form] = limitPriority(cursor.integer(priorityAt)) ?? NULL_INT32;
    at.emailType[form] = typeText;
    this.isStrange[form] = this.meaning.isStrange(at.rowClass[form], at.type[form]);
    if (this.isOwned(form)) this.addContent(cursor, form);
    const number = cursor.rememberForm();
    if (number !== UNKNOWN_FORM) this.known[number] = form;
    return form;
  }

  private addContent(cursor: RowCursor, form: number): void {
    const [typeAt, timeAt, statusAt, reasonAt, priorityAt, instanceAt, emailTemplateAt, smsTemplateAt, yearAt] =
      this.formPlaces;
    const [, , , , priorityAffinity, instanceAffinity, emailAffinity, smsAffinity, yearAffinity] = this.affinities;
    const { at } = this.columns;
    at.status[form] = cursor.plainCode(statusAt, this.statuses);
    at.sendTime[form] = cursor.plainCode(timeAt, this.times);
    at.skipReason[form] = cursor.plainCode(reasonAt, this.reasons);
    at.storedPriority[form] = storedInteger(cursor, priorityAt, priorityAffinity);
    at.emailTemplate[form] = this.templateOf(cursor, emailTemplateAt, this.emailTemplates, emailAffinity);
    at.smsTemplate[form] = this.templateOf(cursor, smsTemplateAt, this.smsTemplates, smsAffinity);
    const isClean =
      cursor.kind(typeAt) === FIELD_KIND.text &&
      this.dayPlaces.every((place) => isOfPlainDays(cursor, place)) &&
      isStoredWhole(cursor, instanceAt, instanceAffinity) &&
      storedInteger(cursor, yearAt, yearAffinity) !== NOT_PLAIN &&
      [at.status, at.sendTime, at.skipReason, at.storedPriority, at.emailTemplate, at.smsTemplate].every(
        (column) => column[form] !== NOT_PLAIN,
      );
    at.isClean[form] = isClean ? 1 : 0;
  }

  /** The code of a template, also where it is a number that the column has made of it. */
  private templateOf(cursor: RowCursor, place: number, memo: TextMemo, affinity: Affinity): number {
    if (!makesNumbers(affinity) || cursor.kind(place) !== FIELD_KIND.number) return cursor.plainCode(place, memo);
    const number = cursor.text(place);
    return memo.codeOf(this.meaning.templates.find((text) => storedText(text, affinity) === number) ?? number);
  }

  /** The forms so far, with room to spare; others after the next form. */
  get columnsSoFar(): ScheduleForms {
    return this.columns.at;
  }

  /** The forms in the order of their numbers; views that later rows may leave behind. */
  build(): ScheduleForms {
    return this.columns.values();
  }
}

/**
 * Tells whether a date is stored as a run stores it, if it is one: a date with a time behind it reads as its day all the
 * same, and an empty text as a missing one.
 */
function isOfPlainDays(row: RowCursor, place: number): boolean {
  const kind = row.kind(place);
  return kind === FIELD_KIND.null || (kind === FIELD_KIND.text && row.textLength(place) === DAY_LENGTH);
}
