import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Draw } from '../helpers/scanDatabases.js';
import { Books } from './books.js';
import { Program } from './sendplanProgram.js';

/** What a fault is tried with. */
export interface FaultCase {
  /** From 0 on; with the campaign's seed it decides everything that is drawn. */
  readonly number: number;
  readonly draw: Draw;
  /** An empty folder, which is kept when the case fails. */
  readonly folder: string;
  /** How many contacts its books have. */
  readonly contacts: number;
  readonly program: Program;
  readonly books: Books;
}

/** What came of a case. */
export interface CaseResult {
  /** What happened, in few words; cases of one label are counted together. */
  readonly label: string;
  /** What must not be, a sentence each; empty when all is well. */
  readonly faults: readonly string[];
}

/** A kind of fault that is tried at random. */
export interface FaultKind {
  /** One line for the help. */
  readonly summary: string;
  readonly count: number;
  readonly contacts: number;
  /** What the system lacks for it, a sentence; null when nothing. */
  missing(): string | null;
  tryCase(fault: FaultCase): Promise<CaseResult>;
  /** Called when all cases are done. */
  end?(): Promise<void>;
}

/** Which cases are tried, and with what. */
export interface CampaignOptions {
  readonly seed: number;
  readonly count: number;
  /** The number of the first case. */
  readonly first?: number;
  /** How many contacts books have; as many as the kind says when left out. */
  readonly contacts?: number;
  /** The built program. */
  readonly main: string;
  /** No case begins after so many minutes; no end when left out. */
  readonly minutes?: number;
  /** Where failing cases are kept. */
  readonly keepIn: string;
  readonly onCase?: (done: number, faultCount: number) => void;
}

/** What a campaign found. */
export interface CampaignReport {
  readonly kind: string;
  /** Why nothing was tried; null when it was. */
  readonly skipped: string | null;
  readonly cases: number;
  /** How many cases ended in what way. */
  readonly labels: Readonly<Record<string, number>>;
  /** The failing ones, each with the folder that it is kept in. */
  readonly failures: readonly {
    readonly number: number;
    readonly faults: readonly string[];
    readonly folder: string;
  }[];
}

function keep(kind: string, fault: FaultCase, { faults, label }: CaseResult, options: CampaignOptions): string {
  const kept = join(options.keepIn, `${kind}-${options.seed}-${fault.number}`);
  rmSync(kept, { recursive: true, force: true });
  mkdirSync(kept);
  for (const name of readdirSync(fault.folder)) {
    try {
      cpSync(join(fault.folder, name), join(kept, name), { recursive: true });
    } catch {
      // A process that still goes on may take its files away just then.
    }
  }
  const size = options.contacts === undefined ? '' : ` --contacts ${options.contacts}`;
  const command = `npm run test:faults -- ${kind} --seed ${options.seed} --first ${fault.number} --count 1${size}`;
  writeFileSync(join(kept, 'FAULT.txt'), `${faults.join('\n')}\n\n${label}\nAgain: ${command}\n`);
  return kept;
}

/** Tries cases of one kind one after the other. Every failing one is kept as a folder, with the command that repeats it. */
export async function runCampaign(name: string, kind: FaultKind, options: CampaignOptions): Promise<CampaignReport> {
  const { seed, count, first = 0, contacts = kind.contacts, main, onCase } = options;
  const skipped = kind.missing();
  if (skipped !== null) return { kind: name, skipped, cases: 0, labels: {}, failures: [] };
  mkdirSync(options.keepIn, { recursive: true });
  const folder = mkdtempSync(join(tmpdir(), `sendplan-${name}-`));
  const labels: Record<string, number> = {};
  const failures: CampaignReport['failures'][number][] = [];
  const program = new Program(main);
  const books = new Books(join(folder, 'books'), program);
  const endMs = performance.now() + (options.minutes ?? Number.POSITIVE_INFINITY) * 60_000;
  let cases = 0;
  try {
    for (let number = first; number < first + count && performance.now() < endMs; number++) {
      cases++;
      const caseFolder = join(folder, 'case');
      mkdirSync(caseFolder);
      const draw = new Draw(Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b));
      const fault: FaultCase = { number, draw, folder: caseFolder, contacts, program, books };
      const result = await kind.tryCase(fault).catch((error: unknown): CaseResult => {
        const shown = error instanceof Error ? (error.stack ?? error.message) : String(error);
        return { label: 'the harness failed', faults: [shown] };
      });
      labels[result.label] = (labels[result.label] ?? 0) + 1;
      if (result.faults.length > 0) {
        failures.push({ number, faults: result.faults, folder: keep(name, fault, result, options) });
      }
      rmSync(caseFolder, { recursive: true, force: true });
      onCase?.(cases, failures.length);
    }
  } finally {
    await kind.end?.();
    rmSync(folder, { recursive: true, force: true });
  }
  return { kind: name, skipped: null, cases, labels, failures };
}
