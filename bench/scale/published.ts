/** What was published about a planner at one size. */
export interface PublishedFigure {
  readonly contacts: number;
  readonly rows: number;
  readonly rowsPerContact: number;
  readonly seconds: string;
}

/**
 * The published figures of the planner in use, on the same workload. They were read, not measured: another machine, another
 * day.
 */
export const PUBLISHED_FIGURES: readonly PublishedFigure[] = [
  { contacts: 1000, rows: 4084, rowsPerContact: 4.08, seconds: '1.79' },
  { contacts: 750_000, rows: 151, rowsPerContact: 0.0002, seconds: '> 600' },
];
