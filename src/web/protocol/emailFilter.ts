/** Which emails are meant, planned or lived through; null takes all. */
export interface KindFilter {
  /** A kind of `DailyVolume`. */
  readonly kind: string | null;
  /** The state of the contact, `UNKNOWN_STATE_NAME` where it is not known. */
  readonly state: string | null;
}
