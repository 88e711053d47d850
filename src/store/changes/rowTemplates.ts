import { NULL_INT32 } from '../../columns/nulls.js';
import type { ScheduleRowBuffers, ScheduleRows } from '../../columns/scheduleRows.js';
import { NULL_TEXT, type TextDictionary } from '../../columns/texts.js';
import type { CountedRow } from '../../plan/countRows.js';
import { endOfMetadata, followupMetadata } from '../../plan/rows.js';

/** What of a template is a code of a text. */
const TEXTS = ['emailType', 'sendTime', 'status', 'skipReason', 'emailTemplate', 'smsTemplate'] as const;

/** What the rows of a kind have in common; texts are codes. */
export interface RowTemplate {
  readonly emailType: number;
  readonly sendTime: number;
  readonly status: number;
  readonly skipReason: number;
  readonly emailTemplate: number;
  readonly smsTemplate: number;
  readonly priority: number;
  readonly instanceId: number;
  /** Of follow-ups what their metadata end in, behind the initial email's id; null of other rows, which tell of an event. */
  readonly metadataEnd: string | null;
}

/** A template as data that goes from thread to thread. */
export interface PlainTemplate {
  readonly template: RowTemplate;
  /** See `numberOf`. */
  readonly digits: number;
  /** The code of the `created_at` that its rows keep; `NULL_TEXT` where they keep none. */
  readonly createdAt: number;
}

/** What a row has besides its template. */
export interface RowContent {
  readonly id: number;
  readonly createdAt: number;
  readonly contactId: number;
  readonly plannedDay: number;
  readonly sendDay: number;
  /** See `packDate`. */
  readonly eventDate: number;
  /** NaN but for follow-ups. */
  readonly initialId: number;
}

/** The templates of rows, each once, by number. */
export class RowTemplates {
  readonly #texts: TextDictionary;
  readonly #templates: RowTemplate[] = [];
  /** Of every template the digits that its rows have in common, and the `created_at` that they keep. */
  readonly #digits: number[] = [];
  readonly #createdAt: number[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #keeping = new Map<number, number>();

  /** @param texts whose codes all rows hold */
  constructor(texts: TextDictionary) {
    this.#texts = texts;
  }

  /**
   * The number of the template of a row, a new one when there is none like it.
   *
   * @param rows whose first row it is
   * @param initialId of a follow-up; NaN of other rows
   * @param digits how many of them that id has, which rows of a kind have in common; 0 where that is of no account
   */
  numberOf(rows: ScheduleRows, initialId: number, digits: number): number {
    const metadata = rows.metadata[0];
    const template: RowTemplate = {
      emailType: rows.emailType[0],
      sendTime: rows.sendTime[0],
      status: rows.status[0],
      skipReason: rows.skipReason[0],
      emailTemplate: rows.emailTemplate[0],
      smsTemplate: rows.smsTemplate[0],
      priority: rows.priority[0],
      instanceId: rows.instanceId[0],
      metadataEnd: metadata === NULL_TEXT ? null : endOfMetadata(rows.texts[metadata], initialId),
    };
    return this.#numberOfTemplate(template, digits);
  }

  #numberOfTemplate(template: RowTemplate, digits: number): number {
    const key = `${Object.values(template).join(' ')} ${digits}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#add(template, digits, NULL_TEXT);
    this.#numbers.set(key, number);
    return number;
  }

  #add(template: RowTemplate, digits: number, createdAt: number): number {
    this.#digits.push(digits);
    this.#createdAt.push(createdAt);
    return this.#templates.push(template) - 1;
  }

  /**
   * The number of the kind of those rows that keep a `created_at`: rows are of one kind only when it is the same.
   *
   * @param number of their template
   * @param createdAt its text's code
   */
  keeping(number: number, createdAt: number): number {
    const key = number * 2 ** 32 + createdAt;
    const known = this.#keeping.get(key);
    if (known !== undefined) return known;
    const kept = this.#add(this.#templates[number], this.#digits[number], createdAt);
    this.#keeping.set(key, kept);
    return kept;
  }

  /** The templates for another thread, in the order of their numbers. */
  plain(): PlainTemplate[] {
    return this.#templates.map((template, i) => ({
      template,
      digits: this.#digits[i],
      createdAt: this.#createdAt[i],
    }));
  }

  /**
   * The numbers of another thread's templates among these, which learn them.
   *
   * @param codeOf the code of each of its texts, `NULL_TEXT` that of none
   */
  learn(templates: readonly PlainTemplate[], codeOf: (code: number) => number): Int32Array {
    return Int32Array.from(templates, ({ template, digits, createdAt }) => {
      const own = Object.fromEntries(TEXTS.map((name) => [name, codeOf(template[name])]));
      const number = this.#numberOfTemplate({ ...template, ...own }, digits);
      return createdAt === NULL_TEXT ? number : this.keeping(number, codeOf(createdAt));
    });
  }

  /** What the rows of a template say of themselves. @param number of the template */
  contentOf(number: number): CountedRow {
    const { emailType, skipReason } = this.#templates[number];
    const { texts } = this.#texts;
    return { emailType: texts[emailType], skipReason: skipReason < 0 ? null : texts[skipReason] };
  }

  /** Fills a row of some buffers. @param number of its template */
  fill(rows: ScheduleRowBuffers, i: number, number: number, content: RowContent): void {
    const template = this.#templates[number];
    const { metadataEnd } = template;
    rows.id[i] = content.id;
    rows.createdAt[i] = content.createdAt;
    rows.contactId[i] = content.contactId;
    rows.emailType[i] = template.emailType;
    rows.plannedDay[i] = content.plannedDay;
    rows.sendDay[i] = content.sendDay;
    rows.sendTime[i] = template.sendTime;
    rows.status[i] = template.status;
    rows.skipReason[i] = template.skipReason;
    rows.priority[i] = template.priority;
    rows.instanceId[i] = template.instanceId;
    rows.emailTemplate[i] = template.emailTemplate;
    rows.smsTemplate[i] = template.smsTemplate;
    const isFollowup = metadataEnd !== null;
    rows.eventYear[i] = isFollowup ? NULL_INT32 : content.eventDate >> 9;
    rows.eventMonth[i] = isFollowup ? NULL_INT32 : (content.eventDate >> 5) & 15;
    rows.eventDay[i] = isFollowup ? NULL_INT32 : content.eventDate & 31;
    rows.metadata[i] = isFollowup ? this.#texts.codeOf(followupMetadata(content.initialId, metadataEnd)) : NULL_TEXT;
  }
}
