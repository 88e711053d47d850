import { createHash } from 'node:crypto';
import type { Placements } from '../../balance/groups.js';
import { balanceBook, countRange, groupRange, type RangeCounts, type RangeGroups } from '../../balance/ranges.js';
import { loadOrganization, type Organization } from '../../columns/organization.js';
import { SendplanError } from '../../errors.js';
import { planOrganization } from '../../plan/planOrganization.js';
import { Capacity } from '../../rules/capacity.js';
import type { Config } from '../../rules/config.js';
import { dailyLimits } from '../../rules/limits.js';
import { isOtherConfig } from '../../rules/storedConfig.js';
import { readDatabaseFile } from '../../store/driver/readDatabaseFile.js';
import { lastAsOfDay } from '../../store/read/lastAsOf.js';
import { latestConfigText } from '../../store/read/latestConfig.js';
import { organizationOfDatabase } from '../../store/read/organizationOfDatabase.js';
import { filledAlikeColumns } from '../../store/schema/alikeColumns.js';
import { readSchema, requireContacts } from '../../store/schema/readSchema.js';
import { type ReadingReport, reportReading } from '../readingReport.js';
import type { Part } from './manifest.js';

/** What all parts of a book are planned by. */
export interface PartSettings {
  readonly config: Config;
  readonly today: number;
  readonly driver: 'sqljs' | 'native';
}

/** What the first round finds out about a part. */
export interface CountedPart {
  readonly counts: RangeCounts;
  readonly reading: ReadingReport;
  /** The day of the run before; null when none is known. */
  readonly lastDay: number | null;
  readonly isOtherConfig: boolean;
  /** What of the part has to be the same in all parts: its campaigns, as a text. */
  readonly shared: string;
}

/** The campaigns that run, as a text. */
function sharedText({ running }: Organization): string {
  return JSON.stringify(running, (_key, value) => (value instanceof Set ? [...value].sort() : value));
}

/** Refuses contacts that do not belong into a part. @throws SendplanError `bad_book` */
function requireRange({ contacts }: Organization, { file, firstId, endId }: Part): void {
  for (const id of [contacts.id[0], contacts.id[contacts.count - 1]]) {
    if (contacts.count === 0 || (id >= firstId && id < endId)) continue;
    throw new SendplanError(
      'bad_book',
      `${file} has the contact ${id}, and holds those from ${firstId} to below ${endId}.`,
      {
        hint: 'Put the contact into the part that its id belongs to.',
      },
    );
  }
}

/** The first round: counts a part (Rules 9). @throws SendplanError when it cannot be read */
export function countPart(part: Part, { config, today, driver }: PartSettings): Promise<CountedPart> {
  return readDatabaseFile(part.path, driver, async (connection, endReading) => {
    const schema = readSchema(connection);
    const organization = loadOrganization(organizationOfDatabase(connection, schema), config, today);
    const alike = filledAlikeColumns(connection, requireContacts(schema));
    const lastConfig = latestConfigText(connection, schema);
    const lastDay = lastAsOfDay(connection, schema);
    endReading();
    requireRange(organization, part);
    const plan = await planOrganization(organization, config, today);
    return {
      reading: reportReading(plan.organization, config, today, alike),
      counts: countRange(plan),
      lastDay,
      isOtherConfig: lastConfig !== null && isOtherConfig(lastConfig, config),
      shared: sharedText(organization),
    };
  });
}

/** The second round: groups a part's candidates (Rules 9). @param own what the part counted; @param all what all parts counted */
export function groupPart(
  part: Part,
  { config, today, driver }: PartSettings,
  own: RangeCounts,
  all: RangeCounts,
): Promise<RangeGroups> {
  return readDatabaseFile(part.path, driver, async (connection, endReading) => {
    const organization = loadOrganization(organizationOfDatabase(connection, readSchema(connection)), config, today);
    endReading();
    const plan = await planOrganization(organization, config, today, { contactRows: all.contactRows });
    const { groups, starting } = groupRange(plan, own, all);
    return { groups, starting };
  });
}

/** A text that tells whether groups and the days they start on are the same. */
export function digestOfGroups({ groups, starting }: RangeGroups): string {
  const hash = createHash('sha256');
  for (const name of ['priority', 'start', 'last', 'booked', 'size'] as const) hash.update(groups[name]);
  return hash.update(starting).digest('hex');
}

/** The third round's part of the balance: gives the groups of all parts their days (Rules 9, daily cap). */
export function balanceParts(
  counts: RangeCounts,
  ranges: readonly RangeGroups[],
  { config, today }: PartSettings,
): Placements[] {
  const capacity = new Capacity(config, dailyLimits(config, counts.contactRows));
  return balanceBook(counts.history, ranges, { config, today, capacity });
}
