/** How rows may get into the database: `sql` by statements, `pages` by building b-trees, `auto` by what is faster for as much as changes. */
export type FlushWay = 'auto' | 'sql' | 'pages';

/**
 * How a run writes its rows: `pages` builds the table's b-trees, which whoever opened the database puts into a copy of it;
 * `staged` builds them beside the database and moves the rows over; `contacts` replaces rows contact by contact; `sql` deletes
 * and inserts.
 */
export type WriteWay = 'staged' | 'pages' | 'contacts' | 'sql';

/** The way that a run's rows go, and the reason, the end of a sentence. */
export interface WritePlan {
  readonly way: WriteWay;
  readonly because: string;
  /** Of `pages`: whether the leaves stay in which nothing changes, instead of all being written anew. */
  readonly keepsLeaves: boolean;
}

/** Everything that the choice of a way depends on. */
export interface WriteSituation {
  /** Rows that come and take the place of none. */
  readonly coming: number;
  /** Owned rows that go, those included that are replaced. */
  readonly going: number;
  /** Rows of `email_schedules` that were found. */
  readonly found: number;
  /** What the caller asked for. */
  readonly flush: FlushWay;
  /** Where the result goes: into a copy of the database's pages, into the database itself, or there by statements only. */
  readonly target: 'copy' | 'in_place' | 'statements';
  /** Whether contacts' rows can be replaced one contact after the other: no trigger or unique index makes them depend on each other. */
  readonly isByContact: boolean;
  /** Why the page writer cannot write these rows into this table, the end of a sentence; null as far as is known. */
  readonly unfit: string | null;
}

/**
 * From this many changed rows on, and this part of the table, pages are faster than SQL: SQLite looks every row up in every b-tree,
 * and pages are all copied, each in a fraction of that time. Into an empty table SQLite appends.
 *
 * Where `keptRows` and more were found, and no more than the part `keptPart` changes, leaves stay in which nothing changes. Written anew,
 * they are full, and what is wrong with an index is noticed and mended, so that small tables are.
 */
export const PAGES_FROM = { rows: 2_000, part: 0.0005, firstRows: 20_000, keptRows: 200_000, keptPart: 0.02 } as const;

/** Where pages begin to pay; other values than `PAGES_FROM` change the way and never the rows. */
export type PagesThreshold = { readonly [Key in keyof typeof PAGES_FROM]: number };

function isMuch({ coming, going, found }: WriteSituation, from: PagesThreshold): boolean {
  const changed = coming + going;
  if (found === 0) return changed > from.firstRows;
  return changed > from.rows && changed > from.part * (found + coming);
}

function changesLittle({ coming, going, found }: WriteSituation, from: PagesThreshold): boolean {
  return found >= from.keptRows && coming + going <= from.keptPart * found;
}

/** Why rows are not for pages; null when they are. */
function reasonAgainstPages(situation: WriteSituation, from: PagesThreshold): string | null {
  const { coming, going, flush, target, unfit } = situation;
  if (coming + going === 0) return 'no rows change';
  if (flush === 'sql') return 'SQL was asked for';
  if (flush === 'auto' && !isMuch(situation, from)) return 'little changes';
  if (target === 'statements') return 'this driver works in the database itself';
  if (unfit !== null) return unfit;
  return target === 'in_place' && (going > 0 || situation.found > 0) ? 'it has rows already' : null;
}

/** Chooses the way that a run's rows go (docs/architecture.md, writing pages). */
export function planWrite(situation: WriteSituation, from: PagesThreshold = PAGES_FROM): WritePlan {
  const { target, going, isByContact } = situation;
  const reason = reasonAgainstPages(situation, from);
  if (reason === null) {
    const because = situation.flush === 'pages' ? 'pages were asked for' : 'much changes';
    const way = target === 'in_place' ? 'staged' : 'pages';
    return { way, because, keepsLeaves: way === 'pages' && changesLittle(situation, from) };
  }
  const way = target === 'in_place' && going > 0 && isByContact ? 'contacts' : 'sql';
  return { way, because: reason, keepsLeaves: false };
}
