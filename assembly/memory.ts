/*
 * The kernel's memory: every number and every address it works from.
 *
 * The host lays all columns out in one arena above `heapBase()`, writes their addresses and the run's numbers into the
 * globals below by name, and only then makes its views, so that nothing moves while a run lasts. Columns are plain
 * arrays, element i at address + i * size:
 *
 *   group             column                     size   meaning
 *   contacts          contactId                  f64    id, ascending; whole numbers from 1 to 2^53-1
 *   (contactCount)    contactState               u8     state code, 0 unknown
 *                     contactRule                u8     rule code, 0 none
 *                     contactBirth               i32    birth day or NULL
 *                     contactEffective           i32    effective day or NULL
 *                     contactCarrier             i32    carrier code, -1 none
 *                     contactFlags               u8     1 failed underwriting
 *   (padded by 16)    laneBirth                  u16    month-day of the birth date, 0xffff none
 *                     laneEffectiveDate          u16    month-day of the effective date
 *                     laneAnchor                 u16    month-day of the window's anchor
 *                     laneFlags                  u8     see lanes.ts
 *                     laneBirthday, laneEffective, laneAep   u16   out, see lanes.ts
 *   suppressions      suppressionFirst           u32    [contactCount + 1] where a contact's suppressions start, by row
 *   (see              suppressionScope           u32    which row of scopeTypes
 *   suppressions.ts)  suppressionStart           i32    the first day on which it holds
 *                     suppressionEnd             i32    the last one
 *                     scopeTypes                 u8     1 where a scope covers a type, at scope * typeCount + type
 *   signals           lastClickDay               i32    latest click, NULL never
 *   (contactCount)    lastAnswerDay              i32    latest answered health questions
 *                     lastConditionDay           i32    latest answer that tells of a condition
 *   rules             ruleKind                   u8     1 by birth date, 2 by effective date, 3 all year
 *   (rule code)       ruleLead, ruleTail         i32    days before and after the anchor, buffer included in front
 *                     ruleMonthStart             u8     1: the anchor is the first day of the month
 *   (and month-day)   windowStarts               4xi32  first days of the windows of last year, this year and the next two,
 *                                                       at (rule code * 366 + month-day of the date) * 16
 *   days              monthDays                  u16    by days since 1900-01-01, to 2199-12-31: the month-day, see calendar.ts
 *   open days         nextOpen                   i32    by days since openFirst: the first open day from it on, NEVER for none
 *                     lastOpen                   i32    the last open day up to it, NULL for none
 *   aep dates         aepMonthDay                u16    month-day of the event
 *                     aepDeadline                u16    month-day of the deadline
 *   email types       typePriority               i32    priority (follow-ups: where the initial row has none)
 *   (type index)      typeRank                   u16    order of the type codes
 *                     typeCode                   u32    type code modulo 2^32
 *                     deadlineDays               2xi32  days from event to deadline; of campaigns without, and with a trigger date
 *                     deadlineMost               4xi32  last day of those whose event is this year's, the next's, a later one's; unused
 *   row types         rowTypeFlags               u8     1 follow-up, 2 initial email, 4 campaign with follow-ups
 *   campaigns         campaignFlags              u16    see CAMPAIGN_* below
 *   (campaign index)  campaignDaysBefore         i32
 *                     campaignEnd                i32    last day, NO_DEADLINE none
 *                     campaignFixedDay           i32    day of a campaign without trigger date
 *                     campaignSpreadStart        i32
 *                     campaignSpreadDays         i32
 *                     campaignStates             u64    bit per state code
 *                     campaignCarriers           u8     bit per carrier code, carrierBytes bytes a campaign
 *                     campaignInstance           i32    instance index of the schedule rows
 *                     campaignBareType           i32    row type `campaign_<name>`, -1 when no row has it
 *   instances         instanceFollowups          u8     1: the type enables follow-ups
 *   enrolments        enrolmentFirst             u32    [contactCount + 1] where a contact's enrolments start
 *                     enrolmentCampaign          u32    campaign index, ascending within a contact
 *                     enrolmentTrigger           i32    trigger day or NULL
 *   schedule rows     rowFirst                   u32    [contactCount + 1] where a contact's rows start, by row id
 *   (rowCount)        rowClass                   u8     see ROW_* below
 *                     rowType                    i32    type index, or a code above them
 *                     rowEventYear               i32    or NULL
 *                     rowSentDay                 i32    or NULL
 *                     rowPlannedDay              i32    or NULL
 *                     rowScheduledDay            i32    or NULL
 *                     rowInstance                i32    instance index, -1 none, -2 an id that names no instance
 *                     rowPriority                i32    or NULL
 *   candidates        candidateFirst             u32    [contactCount + 1] where a contact's candidates start
 *   (out)             candidateContact           u32    contact index
 *                     candidateType              u16    type index
 *                     candidateStep              u8     bits 0 to 2 which step gave the start day, 1 to 4; 0 suppressed or underwriting.
 *                                                       STEP_TRIGGERED: a campaign's, by a trigger date
 *                     candidateReason            u8     see REASON_* below
 *                     candidateEvent             i32    day
 *                     candidateStart             i32    day
 *                     candidateSend              i32    day; of a grouped candidate its group until it is placed, see groups.ts
 *                     candidateDetail            i32    post_window: anchor year; follow-up: row of the initial email; campaign
 *                                                       skipped by a conflict: the winning campaign's type index
 *                     candidateBooked            i32    the day that its owned row promised, in days from today on, plus 1; 0 none
 *   replanning        replanList                 u32    contacts that are to be planned again
 *                     changeDay                  i32    by contact: the first day on which its plan can be another one
 *                     plannedReason              u8     by candidate: its reason before days are balanced
 *   balance           smoothingHistogram         i32    [daySpan] policy anniversary emails per day from today on
 *   (days from        dayCount                   u32    [daySpan] scheduled candidates
 *   today on)         isGroupedDay               u8     [daySpan] 1 where candidates are grouped, see groups.ts
 *   groups            groups                     20 B   see groups.ts
 *   (groupCapacity)   groupSlots                 u32    a hash table of groups
 *                     groupCursor                u32    by group: its next placement
 *   placements        placementDay               i32    days from today on, twice; plus 1 where candidates are skipped
 *                     placementSize              u32    how many candidates of the group
 *   scratch           pending                    16 B   candidates of one contact on their way out
 *                     windowYears                i32    anchor years that owe a post-window email
 *                     limitOrder                 u32    candidates of one contact in order of acceptance
 *                     limitDays                  i32    days that hold one of the contact's emails, ascending
 */

/** Stands for NULL in every i32 column. */
export const NULL: i32 = i32.MIN_VALUE;

/** The deadline of a candidate that has none. */
export const NO_DEADLINE: i32 = i32.MAX_VALUE;

/** A day that never comes. */
export const NEVER: i32 = i32.MAX_VALUE;

export const RULE_BIRTHDAY: u8 = 1;
export const RULE_EFFECTIVE: u8 = 2;
export const RULE_YEAR_ROUND: u8 = 3;

export const FAILED_UNDERWRITING: u8 = 1;
/** The state is unknown although the contact's columns say something. */
export const UNREADABLE_STATE: u8 = 4;

/** The bits of `laneFlags`: everything, or the effective date, has to be planned one by one. */
export const LANE_ASK_ALL: u8 = 1;
export const LANE_ASK_EFFECTIVE: u8 = 2;

export const ROW_PRE_SCHEDULED: u8 = 0;
/** Skipped by a contact limit: its day stays booked (Rules 1). */
export const ROW_LIMITED: u8 = 1;
export const ROW_SKIPPED: u8 = 2;
export const ROW_HISTORY: u8 = 3;
export const ROW_SENT: u8 = 4;
export const ROW_DELIVERED: u8 = 5;
export const ROW_BOUNCED: u8 = 6;
export const ROW_ENDED: u8 = 7;
export const ROW_OTHER: u8 = 8;

export const TYPE_FOLLOWUP: u8 = 1;
export const TYPE_INITIAL: u8 = 2;
export const TYPE_CAMPAIGN_FOLLOWED: u8 = 4;

export const CAMPAIGN_RESPECTS_WINDOWS: u16 = 1;
export const CAMPAIGN_TARGETS_ALL: u16 = 2;
export const CAMPAIGN_SKIPS_FAILED: u16 = 4;
export const CAMPAIGN_SPREADS: u16 = 8;
export const CAMPAIGN_NAMED_AEP: u16 = 16;
export const CAMPAIGN_FILTERS_STATES: u16 = 32;
export const CAMPAIGN_FILTERS_CARRIERS: u16 = 64;

export const OPTION_POST_WINDOW: u32 = 1;
export const OPTION_EXCLUDE_FAILED: u32 = 2;
export const OPTION_UNIVERSAL_WITHOUT_STATE: u32 = 4;
export const OPTION_FOLLOWUPS: u32 = 8;
export const OPTION_SUPPRESSIONS: u32 = 16;
export const OPTION_CLOSED_DAYS: u32 = 32;
/** There are rows, which may promise days. */
export const OPTION_ROWS: u32 = 64;

/** The bits of `candidateStep` that hold the step. */
export const STEP_BITS: u8 = 7;
export const STEP_TRIGGERED: u8 = 8;

export const REASON_NONE: u8 = 0;
export const REASON_SUPPRESSED: u8 = 1;
export const REASON_UNDERWRITING_ORGANIZATION: u8 = 2;
export const REASON_UNDERWRITING_CAMPAIGN: u8 = 3;
export const REASON_EXCLUSION: u8 = 4;
export const REASON_NO_OPEN_DAY: u8 = 5;
export const REASON_CONFLICT: u8 = 6;
export const REASON_FREQUENCY: u8 = 7;
export const REASON_DAILY_CAP: u8 = 8;
export const REASON_EXPIRED: u8 = 9;
export const REASON_OUTSIDE_ACTIVE_WINDOW: u8 = 10;

export const BIRTHDAY: i32 = 0;
export const EFFECTIVE_DATE: i32 = 1;
export const FIRST_AEP: i32 = 2;

// The run.
export let today: i32 = 0;
export let options: u32 = 0;
export let contactCount: u32 = 0;
export let rowCount: u32 = 0;
export let birthdayDaysBefore: i32 = 0;
export let effectiveDaysBefore: i32 = 0;
export let firstEmailMonths: i32 = 0;
export let catchUpDays: i32 = 0;
export let maxEmails: i32 = 0;
export let periodDays: i32 = 0;
export let followupDelayDays: i32 = 0;
export let followupLookbackDays: i32 = 0;
export let smoothingLimit: i32 = 0;
export let smoothingWindowDays: i32 = 0;
export let suppressAfterBounces: i32 = 0;
export let daySpan: u32 = 0;
export let typeCount: u32 = 0;
export let openFirst: i32 = 0;
export let groupCapacity: u32 = 0;

// The order of email types: birthday, effective date, the aep dates, post-window, the follow-ups, the campaigns.
export let aepCount: i32 = 0;
export let postWindowType: i32 = 0;
export let firstFollowup: i32 = 0;
export let firstCampaign: i32 = 0;

export let contactId: usize = 0;
export let contactState: usize = 0;
export let contactRule: usize = 0;
export let contactBirth: usize = 0;
export let contactEffective: usize = 0;
export let contactCarrier: usize = 0;
export let contactFlags: usize = 0;

export let laneBirth: usize = 0;
export let laneEffectiveDate: usize = 0;
export let laneAnchor: usize = 0;
export let laneFlags: usize = 0;
export let laneBirthday: usize = 0;
export let laneEffective: usize = 0;
export let laneAep: usize = 0;

export let suppressionFirst: usize = 0;
export let suppressionScope: usize = 0;
export let suppressionStart: usize = 0;
export let suppressionEnd: usize = 0;
export let scopeTypes: usize = 0;

export let lastClickDay: usize = 0;
export let lastAnswerDay: usize = 0;
export let lastConditionDay: usize = 0;

export let ruleKind: usize = 0;
export let ruleLead: usize = 0;
export let ruleTail: usize = 0;
export let ruleMonthStart: usize = 0;
export let ruleCount: u32 = 0;
export let windowStarts: usize = 0;

export let monthDays: usize = 0;

export let nextOpen: usize = 0;
export let lastOpen: usize = 0;

export let aepMonthDay: usize = 0;
export let aepDeadline: usize = 0;

export let typePriority: usize = 0;
export let typeRank: usize = 0;
export let typeCode: usize = 0;
export let deadlineDays: usize = 0;
export let deadlineMost: usize = 0;
export let rowTypeFlags: usize = 0;

export let campaignCount: u32 = 0;
export let carrierBytes: u32 = 0;
export let campaignFlags: usize = 0;
export let campaignDaysBefore: usize = 0;
export let campaignEnd: usize = 0;
export let campaignFixedDay: usize = 0;
export let campaignSpreadStart: usize = 0;
export let campaignSpreadDays: usize = 0;
export let campaignStates: usize = 0;
export let campaignCarriers: usize = 0;
export let campaignInstance: usize = 0;
export let campaignBareType: usize = 0;
export let instanceFollowups: usize = 0;

export let enrolmentFirst: usize = 0;
export let enrolmentCampaign: usize = 0;
export let enrolmentTrigger: usize = 0;

export let rowFirst: usize = 0;
export let rowClass: usize = 0;
export let rowType: usize = 0;
export let rowEventYear: usize = 0;
export let rowSentDay: usize = 0;
export let rowPlannedDay: usize = 0;
export let rowScheduledDay: usize = 0;
export let rowInstance: usize = 0;
export let rowPriority: usize = 0;

export let candidateFirst: usize = 0;
export let candidateContact: usize = 0;
export let candidateType: usize = 0;
export let candidateStep: usize = 0;
export let candidateReason: usize = 0;
export let candidateEvent: usize = 0;
export let candidateStart: usize = 0;
export let candidateSend: usize = 0;
export let candidateDetail: usize = 0;
export let candidateBooked: usize = 0;

export let replanList: usize = 0;
export let changeDay: usize = 0;
export let plannedReason: usize = 0;

export let smoothingHistogram: usize = 0;
export let dayCount: usize = 0;
export let isGroupedDay: usize = 0;
export let groups: usize = 0;
export let groupSlots: usize = 0;
export let groupCursor: usize = 0;
export let placementDay: usize = 0;
export let placementSize: usize = 0;

export let pending: usize = 0;
export let windowYears: usize = 0;
export let limitOrder: usize = 0;
export let limitDays: usize = 0;

/** The first address that the kernel does not use itself; the host's arena starts here. */
export function heapBase(): usize {
  return __heap_base;
}
