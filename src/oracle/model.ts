import type { Capacity } from '../rules/capacity.js';
import type { Config } from '../rules/config.js';
import type { StatusClass } from '../rules/emailTypes.js';
import type { DailyLimits } from '../rules/limits.js';
import type { Issue, PlannedRow, ScheduleRecord } from '../rules/records.js';
import type { StartStep } from '../rules/startDay.js';
import type { Suppression } from '../rules/suppressions.js';
import type { ExclusionWindow, WindowedContact } from '../rules/windows.js';
import type { CrowdedDay, OverloadedDay } from './dailyCap.js';

// The nouns of the rulebook as plain objects. Days are days since 1970-01-01; null is "there is none".

/** A contact that was accepted, its columns read (Rules 2). */
export interface Contact extends WindowedContact {
  readonly id: number;
  /** As addresses are compared: trimmed, A to Z in lower case. */
  readonly email: string;
  /** Whether its state is unknown although its columns say something: it may be one that forbids emails. */
  readonly hasUnreadableState: boolean;
  readonly carrier: string | null;
  readonly failedUnderwriting: boolean;
  readonly hasPhone: boolean;
}

/** A campaign type, its columns read (Rules 6). */
export interface PlainCampaignType {
  readonly name: string;
  readonly active: boolean;
  readonly respectsWindows: boolean;
  readonly enablesFollowups: boolean;
  readonly targetsAll: boolean;
  readonly spreadsEvenly: boolean;
  readonly skipsFailedUnderwriting: boolean;
  readonly daysBeforeEvent: number;
  readonly priority: number;
}

/** A campaign instance of a known type, its columns read (Rules 6). */
export interface PlainCampaignInstance {
  readonly id: number;
  readonly type: PlainCampaignType;
  /** Whether all of its dates that are not blank can be read; without that it does not run. */
  readonly hasReadableDates: boolean;
  readonly emailTemplate: string | null;
  readonly smsTemplate: string | null;
  readonly activeStart: number | null;
  readonly activeEnd: number | null;
  readonly spreadStart: number | null;
  readonly spreadEnd: number | null;
  /** Two capital letters each. */
  readonly states: ReadonlySet<string> | null;
  /** In lower case. */
  readonly carriers: ReadonlySet<string> | null;
}

/** An enrolment that counts (Rules 6, audience). */
export interface Enrolment {
  readonly contactId: number;
  readonly instanceId: number;
  readonly triggerDay: number | null;
}

/** A row of `email_schedules` that was there before the run, its columns read (Rules 1). */
export interface ScheduleRow {
  readonly record: ScheduleRecord;
  readonly id: number | null;
  readonly contactId: number | null;
  /** In lower case: email types are compared without regard to case. */
  readonly type: string;
  /** Trimmed, in lower case: statuses are compared without regard to case. */
  readonly status: string | null;
  readonly statusClass: StatusClass;
  readonly isPreScheduled: boolean;
  readonly skipReason: string | null;
  readonly plannedDay: number | null;
  readonly scheduledDay: number | null;
  /** The date of `actual_send_datetime`, else `scheduledDay`. */
  readonly sentDay: number | null;
  readonly priority: number | null;
  readonly instanceId: number | null;
  readonly eventYear: number | null;
}

/** Something a contact did on a day: a click, or an answered questionnaire (Rules 10). */
export interface Reaction {
  readonly day: number;
  readonly kind: 'clicked' | 'answered' | 'answered_yes';
}

/** Everything a run looks at, read once. */
export interface PlainOrganization {
  readonly today: number;
  readonly config: Config;
  readonly limits: DailyLimits;
  /** The open days and their caps. */
  readonly capacity: Capacity;
  /** By id. */
  readonly contacts: readonly Contact[];
  readonly types: readonly PlainCampaignType[];
  /** By id. */
  readonly instances: readonly PlainCampaignInstance[];
  readonly enrolmentsOf: ReadonlyMap<number, readonly Enrolment[]>;
  /** By id within a contact; those of no known contact are only in `schedules`. */
  readonly schedulesOf: ReadonlyMap<number, readonly ScheduleRow[]>;
  readonly schedules: readonly ScheduleRow[];
  readonly reactionsOf: ReadonlyMap<number, readonly Reaction[]>;
  /** Those that hold today, in the order of their rows. */
  readonly suppressions: readonly Suppression[];
}

/** The six kinds of candidates (Rules 5, the table). */
export type CandidateKind = 'birthday' | 'effective_date' | 'aep' | 'post_window' | 'campaign' | 'followup';

/** A candidate before its start day is known (Rules 5, the table). */
export interface Proposal {
  readonly contact: Contact;
  readonly kind: CandidateKind;
  readonly emailType: string;
  readonly typeCode: number;
  readonly eventDay: number;
  readonly idealDay: number;
  /** Null is none: the email makes sense for ever. */
  readonly deadline: number | null;
  readonly priority: number;
  readonly respectsWindows: boolean;
  readonly emailTemplate: string | null;
  readonly smsTemplate: string | null;
  /** What the row's `event_year` will hold, and what its owned row is found by; null for follow-ups. */
  readonly eventYear: number | null;
  readonly instanceId: number | null;
  /** The instance of a campaign; a follow-up of a campaign's email has none. */
  readonly instance: PlainCampaignInstance | null;
  /** The window a post-window email is about. */
  readonly window: ExclusionWindow | null;
  /** The email a follow-up follows, and what decided its kind. */
  readonly followed: { readonly row: ScheduleRow; readonly decidedBy: Decision } | null;
}

/** What decided the kind of a follow-up (Rules 10, 11 metadata). */
export type Decision = 'nothing' | Reaction['kind'];

/** A candidate on its way through the rules; only the fields at the end change after Rules 7. */
export interface Candidate extends Proposal {
  readonly startDay: number;
  /** The step that gave the start day; those that are suppressed or skipped by underwriting go through none. */
  readonly step: StartStep | 'suppressed' | 'underwriting';
  /** The day that the step gave, before rows that hold days and closed days moved it; `startDay` where it went through none. */
  readonly stepDay: number;
  /** The owned row that was looked at for a plan to keep. */
  readonly ownedRow: ScheduleRow | null;
  /** How many days the start moved because a row that is not owned held the day. */
  readonly heldDays: number;
  /** The closed day that the start moved away from, or could not move away from; null when it was open (Rules 5, step 6). */
  readonly closedDay: number | null;
  /** The day that the owned row promised, today or later (Rules 1, booked day). */
  readonly bookedDay: number | null;
  /** The suppression that covers it, null also when it is suppressed for bounces (Rules 2). */
  readonly suppression: Suppression | null;
  /** The window that excluded it (Rules 7); null also in all-year states. */
  readonly excludedBy: ExclusionWindow | null;
  sendDay: number;
  /** The day that smoothing left it and the daily cap took it from; null where it did not come that far (Rules 9). */
  balancedFrom: number | null;
  /** The last day that the daily cap could give it; null where it did not come that far (Rules 9, last day). */
  lastDay: number | null;
  status: PlannedRow['status'];
  skipReason: string | null;
}

/** What the reference model says a run must leave behind, and how it came to it. */
export interface OracleResult {
  /** The owned rows after the run, by contact id, email type and send day. */
  readonly rows: PlannedRow[];
  /** By contact id, kind and detail; null comes first. */
  readonly issues: Issue[];
  readonly overloadedDays: OverloadedDay[];
  /** The days that could not take all emails that waited (Rules 9, daily cap). */
  readonly crowdedDays: CrowdedDay[];
  /** The candidates whose send day smoothing changed. */
  readonly movedBySmoothing: number;
  /** The candidates that the daily cap gave another day than smoothing had left them. */
  readonly movedByCap: number;
  readonly limits: DailyLimits;
  /** Every candidate, refused ones included, in the order of `rows`. */
  readonly candidates: readonly Candidate[];
  /** What the run looked at: the tables as they were read, today and the complete configuration. */
  readonly organization: PlainOrganization;
}
