// The numbers of the rulebook that no configuration changes.

/** How many days a start moves on from days that other rows hold (Rules 5, step 5). */
export const MOST_HELD_MOVES = 7;

/** How far an open day may lie from a start that is closed, in days (Rules 5, step 6). */
export const OPEN_DAY_SEARCH_DAYS = 366;

/** How far from its event a row without event year counts as that event's, in days (Rules 5, history has it). */
export const NEAR_EVENT_DAYS = 182;

/** How far after today the daily cap looks for a candidate's last day, in days (Rules 9, last day). */
export const BALANCE_HORIZON_DAYS = 1826;

/** The share of the cap from which on a day's policy anniversary emails are smoothed (Rules 9, smoothing). */
export const SMOOTHING_SHARE = 0.3;

/** The longest reason of a suppression, in characters (Rules 2, suppressions). */
export const LONGEST_SUPPRESSION_REASON = 40;

/** The largest distance in days that a campaign's `days_before_event` may name (Rules 6). */
export const MOST_DAYS_BEFORE = 36_500;

/** The largest priority, either way, that is read (Rules 6). */
export const MOST_PRIORITY = 1_000_000_000;
