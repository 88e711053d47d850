import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { verifyFile } from '../../src/node.js';
import { type BookOptions, FIRST_DAY } from './books.js';
import type { FaultCase } from './campaign.js';
import { ask, damageOf } from './sqlite3.js';

/** Where the books of a fleet lie: `shared` are those that two fleets have, `disk` is where a disk may fill up. */
const PLACES = ['plain', 'shared', 'parts', 'disk'] as const;

/** A book of a fleet and what it was made of. */
export interface FleetBook {
  readonly path: string;
  readonly made: BookOptions;
}

/** How many books a fleet has, and how many of them are not copies of others. */
export interface FleetSize {
  readonly books: number;
  readonly distinct: number;
  /** How often it is disturbed in a night, at the most. */
  readonly acts: number;
}

const LEAST_CONTACTS = 200;
const PARTS = 3;

/** Sizes from the least to the most contacts, as many of each doubling; some in WAL mode. */
function drawnBooks(most: number, { distinct }: FleetSize): BookOptions[] {
  const least = Math.min(LEAST_CONTACTS, Math.ceil(most / 4));
  return Array.from({ length: distinct }, (_, i) => {
    const contacts = Math.round(least * (most / least) ** (i / Math.max(1, distinct - 1)));
    return { contacts, shape: i % 2 === 0 ? 'realistic' : 'seed', isWal: i % 7 === 3, days: [] };
  });
}

/** The files of a folder and of those in it, as paths from it. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(folder, name)).isFile())
    .sort();
}

/** The books of a fleet, in a folder that they are made in. */
export class FleetOfBooks {
  readonly root: string;
  readonly books: FleetBook[] = [];
  #files: readonly string[] = [];

  private constructor(
    private readonly fault: FaultCase,
    name: string,
  ) {
    this.root = join(fault.folder, name);
  }

  /** @param isDiskShort whether the disk that one of the books lies on has no room for what a run writes */
  static async make(fault: FaultCase, size: FleetSize, name: string, isDiskShort: boolean): Promise<FleetOfBooks> {
    const fleet = new FleetOfBooks(fault, name);
    for (const place of PLACES) mkdirSync(join(fleet.root, place), { recursive: true });
    const drawn = drawnBooks(fault.contacts, size);
    for (let i = 0; i < size.books; i++) await fleet.#add(i, drawn[i % drawn.length]);
    if (isDiskShort) await fleet.#addOnShortDisk(drawn[Math.floor(drawn.length / 2)]);
    fleet.#files = filesBelow(fleet.root);
    return fleet;
  }

  async #add(i: number, made: BookOptions): Promise<void> {
    const found = await this.fault.books.make(made);
    if (i % 50 === 0) {
      const path = join(this.root, 'parts', `book-${i}`);
      const { code, stderr } = await this.fault.program.run('split', found, '--parts', String(PARTS), '--out', path);
      if (code !== 0) throw new Error(`sendplan split exited ${code}: ${stderr}`);
      this.books.push({ path, made });
      return;
    }
    const path = join(this.root, i % 10 === 1 ? 'shared' : 'plain', `book-${i}.sqlite3`);
    cpSync(found, path);
    this.books.push({ path, made });
  }

  async #addOnShortDisk(made: BookOptions): Promise<void> {
    const found = await this.fault.books.make({ ...made, isWal: false });
    const disk = join(this.root, 'disk');
    const bytes = Math.ceil((statSync(found).size + 65_536) / 4096) * 4096;
    mountDisk(['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', disk]);
    const path = join(disk, 'book.sqlite3');
    cpSync(found, path);
    this.books.push({ path, made });
  }

  /** Gives the disk that is short of room enough of it. */
  makeRoom(): void {
    mountDisk(['-o', 'remount,size=512m', join(this.root, 'disk')]);
  }

  unmount(): void {
    spawnSync('umount', ['-l', join(this.root, 'disk')]);
  }

  /** What must not be when all books are planned for the day. */
  async faults(): Promise<string[]> {
    const faults: string[] = [];
    // Before the books are asked: whoever opens one has SQLite see to what lies beside it.
    const known = new Set(this.#files);
    const found = filesBelow(this.root);
    faults.push(...found.filter((name) => !known.has(name)).map((name) => `${name} is left`));
    faults.push(...this.#files.filter((name) => !existsSync(join(this.root, name))).map((name) => `${name} is gone`));
    for (const book of this.books) faults.push(...(await this.#faultsOf(book)).map((text) => `${book.path}: ${text}`));
    return faults;
  }

  async #faultsOf({ path, made }: FleetBook): Promise<string[]> {
    const files = statSync(path).isDirectory()
      ? readdirSync(path).flatMap((name) => (name.endsWith('.sqlite3') ? [join(path, name)] : []))
      : [path];
    const faults = files.flatMap((file) => damageOf(file).map((text) => `${basename(file)}: ${text}`));
    if (faults.length > 0) return faults;
    for (const file of files) {
      const runs = completedRuns(file);
      if (runs !== 1) faults.push(`${basename(file)} was planned ${runs} times for the day`);
    }
    const wanted = plannedRows([await this.fault.books.make({ ...made, isWal: false, days: [FIRST_DAY] })]);
    const rows = plannedRows(files);
    if (rows.join('\n') !== wanted.join('\n')) {
      const other = rows.findIndex((row, i) => row !== wanted[i]);
      faults.push(`the rows are others than those of a single run: ${rows.length}, wanted ${wanted.length}`);
      faults.push(`the first other row is ${rows[other]}, wanted ${wanted[other]}`);
    }
    const { report } = await verifyFile(path, { asOf: FIRST_DAY, driver: 'native' });
    if (report.findings > 0) faults.push(`verify has ${report.findings} findings`);
    return faults;
  }
}

function mountDisk(words: readonly string[]): void {
  const { status, stderr } = spawnSync('mount', words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`mount ${words.join(' ')}: ${stderr}`);
}

function completedRuns(path: string): number {
  if (ask(path, "SELECT 1 FROM sqlite_schema WHERE name = 'scheduler_checkpoints'") === '') return 0;
  const sql = `SELECT count(*) FROM scheduler_checkpoints WHERE status = 'completed' AND as_of = '${FIRST_DAY}'`;
  return Number(ask(path, sql));
}

const COLUMNS = [
  ...['contact_id', 'email_type', 'planned_send_date', 'scheduled_send_date', 'scheduled_send_time', 'status'],
  ...['skip_reason', 'priority', 'campaign_instance_id', 'email_template', 'sms_template'],
  ...['event_year', 'event_month', 'event_day'],
];

/** The rows of a book, but for the ids that tell runs and rows apart, in one order. */
function plannedRows(files: readonly string[]): string[] {
  const shown = COLUMNS.map((column) => `quote(${column})`);
  shown.push("CASE WHEN metadata IS NULL THEN NULL ELSE quote(json_remove(metadata, '$.initial_schedule_id')) END");
  const sql = `SELECT ${shown.map((column) => `coalesce(${column}, '')`).join(` || ' ' || `)} FROM email_schedules`;
  return files.flatMap((file) => ask(file, sql).split('\n').slice(0, -1)).sort();
}
