/** One thing that is timed: a call that works on many units at once. */
export interface MicroTask {
  readonly name: string;
  /** What the time is told per. */
  readonly unit: 'contact' | 'group' | 'date';
  /** How many units a call works on. */
  readonly units: number;
  readonly run: () => unknown;
  /** Puts everything back before each call, untimed. */
  readonly before?: () => void;
}
