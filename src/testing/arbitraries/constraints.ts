/** What generated records are relative to, and how tidy they are. */
export interface DayConstraints {
  /** The day of the run they are for, `YYYY-MM-DD` or days since 1970-01-01. */
  readonly today: number | string;
  /**
   * True for records without broken or odd values: dates that are dates, states that are known, flags 0 and 1, references
   * that lead somewhere. For schedulers that expect nothing else.
   */
  readonly wellFormed?: boolean;
}
