import type { Table } from 'apache-arrow';
import { campaignType, FOLLOWED_TYPES, isFollowupType } from '../rules/emailTypes.js';
import type { CampaignInstance, CampaignType } from './campaigns.js';
import type { ScheduleForms } from './scheduleForms.js';
import { isKnownType, type ScheduleNotes } from './scheduleNotes.js';

/**
 * What a row is to the kernel, by its status: owned, of which `limited` are those skipped rows that keep their day booked;
 * history, of which some are sent or delivered; ended, of which some have bounced; or nothing (Rules 1).
 */
export const ROW_CLASS = {
  preScheduled: 0,
  limited: 1,
  skipped: 2,
  history: 3,
  sent: 4,
  delivered: 5,
  bounced: 6,
  ended: 7,
  other: 8,
} as const;

/** Tells whether rows of a class are owned (Rules 1). */
export function isOwnedClass(rowClass: number): boolean {
  return rowClass <= ROW_CLASS.skipped;
}

/** Tells whether rows of a class are history (Rules 1). */
export function isHistoryClass(rowClass: number): boolean {
  return rowClass >= ROW_CLASS.history && rowClass <= ROW_CLASS.delivered;
}

/** Tells whether rows of a class are sent or delivered (Rules 10). */
export function isSentClass(rowClass: number): boolean {
  return rowClass === ROW_CLASS.sent || rowClass === ROW_CLASS.delivered;
}

/** Tells whether rows of a class have ended (Rules 1). */
export function isEndedClass(rowClass: number): boolean {
  return rowClass === ROW_CLASS.bounced || rowClass === ROW_CLASS.ended;
}

/** What the kernel knows of a row's email type. */
export const TYPE_FLAGS = { followup: 1, initial: 2, campaignFollowed: 4 } as const;

/** The instance index of a row without campaign instance id, and of one whose id names no instance. */
export const NO_INSTANCE = -1;
export const UNKNOWN_INSTANCE = -2;

/** The codes of email types in any case: first the types a run can plan, in their order, then what rows hold besides. */
export class EmailTypes {
  readonly #codes = new Map<string, number>();
  readonly #followed: ReadonlySet<string>;
  readonly #plannedCount: number;
  /** The flags of every code, see `TYPE_FLAGS`. */
  readonly flags: number[] = [];
  /** The type of every code, in lower case. */
  readonly names: string[] = [];

  constructor(
    plannedTypes: readonly string[],
    campaignTypes: Iterable<CampaignType>,
    instances: readonly CampaignInstance[],
  ) {
    const followed = new Set<string>();
    for (const type of campaignTypes) if (type.enablesFollowups) followed.add(`campaign_${type.name}`.toLowerCase());
    for (const { type, id } of instances) {
      if (type.enablesFollowups) followed.add(campaignType(type.name, id).toLowerCase());
    }
    this.#followed = followed;
    for (const type of plannedTypes) this.codeOf(type);
    this.#plannedCount = this.names.length;
  }

  codeOf(type: string): number {
    const exact = this.#codes.get(type);
    if (exact !== undefined) return exact;
    const lower = type.toLowerCase();
    let code = this.#codes.get(lower);
    if (code === undefined) {
      code = this.flags.push(this.#flagsOf(lower)) - 1;
      this.names.push(lower);
      this.#codes.set(lower, code);
    }
    this.#codes.set(type, code);
    return code;
  }

  /** Tells whether a run plans emails of a type, or could have planned them. */
  isKnown(code: number): boolean {
    return code < this.#plannedCount || isKnownType(this.names[code]);
  }

  /** The code of a type that some row holds or a run can plan, -1 otherwise. */
  knownCodeOf(type: string): number {
    return this.#codes.get(type.toLowerCase()) ?? -1;
  }

  #flagsOf(lower: string): number {
    if (isFollowupType(lower)) return TYPE_FLAGS.followup;
    if (FOLLOWED_TYPES.includes(lower)) return TYPE_FLAGS.initial;
    return this.#followed.has(lower) ? TYPE_FLAGS.campaignFollowed : 0;
  }
}

/**
 * The rows of `email_schedules` that were found (Rules 1), grouped by contact and ascending by row id within one:
 * `first[i] .. first[i + 1]` are contact i's, the rows of contacts that cannot be planned come last. `NULL_INT32` is null.
 */
export interface Schedules {
  readonly count: number;
  readonly first: Uint32Array;
  readonly rowClass: Uint8Array;
  readonly type: Int32Array;
  readonly eventYear: Int32Array;
  readonly sentDay: Int32Array;
  readonly plannedDay: Int32Array;
  readonly scheduledDay: Int32Array;
  readonly id: Float64Array;
  /** The number of the row's form in `forms`; see `ofForm`. */
  readonly form: Int32Array;
  readonly forms: ScheduleForms;
  /** 0 where a value is of a form that a run never writes, so that the row cannot be unchanged; good for owned rows, as all below. */
  readonly isClean: Uint8Array;
  readonly eventMonth: Int32Array;
  readonly eventDay: Int32Array;
  /** A code of the run's dictionary, and likewise `createdAt`. */
  readonly metadata: Int32Array;
  readonly createdAt: Int32Array;
  /** What rows hold that was read as if it were not there. */
  readonly notes: ScheduleNotes;
  /** The columns as an Arrow table, most of them over their own memory. */
  toTable(): Table;
}

/** What a row has of its form, such as its campaign instance or its priority. */
export function ofForm(
  { form, forms }: Pick<Schedules, 'form' | 'forms'>,
  row: number,
  name: keyof ScheduleForms,
): number {
  return forms[name][form[row]];
}
