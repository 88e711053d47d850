import { createHash } from 'node:crypto';
import { type RangeGroups, sumCounts } from '../../balance/ranges.js';
import { SendplanError } from '../../errors.js';
import { countWithdrawnEmails } from '../../plan/withdrawnEmails.js';
import { settingsText } from '../../store/write/lastRun.js';
import { findGuards, type GuardName, requirePassed } from '../guards.js';
import type { BookJournal } from './journal.js';
import type { Book } from './manifest.js';
import { sumReadings } from './partsReport.js';
import { balanceParts, type CountedPart, digestOfGroups, type PartSettings } from './rounds.js';
import { type WriteOptions, writePart } from './writePart.js';

/** What the first two rounds found out about all parts of a book, in their order. */
export interface RoundsBefore {
  readonly counted: readonly CountedPart[];
  readonly groups: readonly RangeGroups[];
  /** `stampOf` each part before it was counted. */
  readonly stamps: readonly string[];
}

/** Refuses parts of which one has other campaigns than the others. @throws SendplanError `bad_book` */
export function requireAlike(book: Book, counted: readonly CountedPart[]): void {
  const other = counted.findIndex(({ shared }) => shared !== counted[0].shared);
  if (other < 0) return;
  const [first, strange] = [book.parts[0].file, book.parts[other].file];
  throw new SendplanError('bad_book', `The campaigns of ${strange} are others than those of ${first}.`, {
    hint: 'Every part has all campaigns: change them in all parts alike.',
  });
}

/** The balance of a book: gives the groups of all parts their days (Rules 9). @returns what the parts are written by */
export function makeJournal(
  book: Book,
  settings: PartSettings,
  { counted, groups, stamps }: RoundsBefore,
): BookJournal {
  const all = sumCounts(counted.map(({ counts }) => counts));
  const placements = balanceParts(all, groups, settings);
  const text = settingsText(settings.config, settings.today, 'range');
  const parts = book.parts.map(({ file }, i) => {
    const [{ counts }, digest, stamp] = [counted[i], digestOfGroups(groups[i]), stamps[i]];
    return { file, counts, digest, placements: placements[i], stamp };
  });
  // The days of the groups follow from the rest. Of one state of the files there is one plan, whoever makes it.
  const hash = createHash('sha256').update(text);
  for (const { file, digest, stamp } of parts) hash.update(`\n${file} ${digest} ${stamp}`);
  return { id: hash.digest('hex').slice(0, 16), settings: text, all, parts };
}

/** Judges the guards over the whole book (docs/rules.md, guards). @throws SendplanError `held_back` */
export async function passGuards(
  { book, settings, journal, options }: BookToWrite,
  counted: readonly CountedPart[],
  force: readonly GuardName[],
): Promise<void> {
  const { config, today } = settings;
  const withdrawn = { found: 0, withdrawn: 0 };
  if (config.guards.removed !== null) {
    for (const part of book.parts) {
      await writePart(
        { part, settings, journal, options },
        {
          dryRun: true,
          onPlan: (plan, staysAsIs) => {
            const own = countWithdrawnEmails(plan, staysAsIs);
            withdrawn.found += own.found;
            withdrawn.withdrawn += own.withdrawn;
          },
        },
      );
    }
  }
  const days = counted.flatMap(({ lastDay }) => (lastDay === null ? [] : [lastDay]));
  const findings = findGuards({
    guards: config.guards,
    reading: sumReadings(counted.map(({ reading }) => reading)),
    withdrawn,
    today,
    lastDay: days.length === 0 ? null : Math.max(...days),
    isOtherConfig: counted.some((part) => part.isOtherConfig),
  });
  requirePassed(findings, force);
}

/** A book whose parts are going to be written. */
export interface BookToWrite {
  readonly book: Book;
  readonly settings: PartSettings;
  readonly journal: BookJournal;
  readonly options: WriteOptions;
}
