import { NULL_INT32 } from '../../columns/nulls.js';
import type { ScheduleRowBuffers, ScheduleRows } from '../../columns/scheduleRows.js';
import { NULL_TEXT, type TextDictionary } from '../../columns/texts.js';
import type { CountedRow } from '../../plan/countRows.js';
import { endOfMetadata, followupMetadata } from '../../plan/rows.js';

/** What the rows of a kind have in common; texts are codes. */
interface RowTemplate {
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
    const key = `${Object.values(template).join(' ')} ${digits}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#templates.push(template) - 1;
    this.#numbers.set(key, number);
    return number;
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
    const kept = this.#templates.push(this.#templates[number]) - 1;
    this.#keeping.set(key, kept);
    return kept;
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
