import { readCampaignInstances, readCampaignTypes, runsOn } from '../../columns/campaigns.js';
import { IssueLog } from '../../columns/issueLog.js';
import { SendplanError } from '../../errors.js';
import { sharesOf } from '../../plan/rangePlans.js';
import type { Config } from '../../rules/config.js';
import type { Connection } from '../driver/connection.js';
import { openDatabaseReader } from '../format/databaseReader.js';
import { estimateRows } from '../format/estimateRows.js';
import {
  type DatabaseSchema,
  findTable,
  isSameName,
  quoteName,
  readSchema,
  requireContacts,
} from '../schema/readSchema.js';
import { organizationOfDatabase } from './organizationOfDatabase.js';

/** How a run goes about its file, as far as its memory is concerned. */
export type MemoryWay = 'native' | 'sqljs' | 'sqljs by SQL';

/** What the memory of a run depends on. */
export interface MemoryNeeds {
  readonly contacts: number;
  /** Of these, the contacts of a book that was never planned: their table gets its index by this run. */
  readonly newContacts: number;
  /** The rows that `email_schedules` has. */
  readonly foundRows: number;
  /** Of these, the rows of a book that was never planned: they get their indexes by this run. */
  readonly historyRows: number;
  /** The rows that it will have, about. */
  readonly expectedRows: number;
  /** How many other threads plan a share of the contacts. */
  readonly sharesBeside: number;
}

type Counted = Exclude<keyof MemoryNeeds, 'sharesBeside'>;

/** The bytes of one each; fitted to runs that were measured, see docs/performance.md, "Memory". */
const COSTS: Readonly<Record<MemoryWay, Readonly<Record<'base' | Counted, number>>>> = {
  native: { base: 190e6, contacts: 127, newContacts: 0, foundRows: 75, historyRows: 70, expectedRows: 30 },
  sqljs: { base: 152e6, contacts: 84, newContacts: 21, foundRows: 99, historyRows: 25, expectedRows: 26 },
  'sqljs by SQL': { base: 152e6, contacts: 85, newContacts: 0, foundRows: 150, historyRows: 150, expectedRows: 430 },
};

/** What a thread takes that plans a share: the program once more, and for each row that is found what threads cannot share, its texts. */
const SHARE_COSTS = { base: 50e6, foundRows: 7 } as const;

/**
 * About how many bytes of memory a run needs at its peak: a base and so much for each contact and row. The size of the file is
 * of no account, for it is read in pieces. Runs with few changes stay below it.
 */
export function estimatePeakBytes(needs: MemoryNeeds, way: MemoryWay): number {
  const { base, ...costs } = COSTS[way];
  const names = Object.keys(costs) as Counted[];
  const ofShares = needs.sharesBeside * (SHARE_COSTS.base + SHARE_COSTS.foundRows * needs.foundRows);
  return names.reduce((bytes, name) => bytes + costs[name] * needs[name], base + ofShares);
}

/** The rows of a table: about as many where its pages can be scanned, else counted by SQLite; 0 for one that is not there. */
function rowsOf(connection: Connection, schema: DatabaseSchema, name: string): number {
  const table = findTable(schema, name);
  if (table === null) return 0;
  const pages = connection.pages?.() ?? null;
  const scan = pages === null ? '' : openDatabaseReader(pages);
  if (typeof scan === 'object' && table.kind === 'table' && !table.isWithoutRowid) {
    const entry = scan.entries.find(({ type, name: found }) => type === 'table' && isSameName(found, table.name));
    const rows = entry === undefined ? null : estimateRows(scan, entry.rootPage);
    if (rows !== null) return rows;
  }
  for (const [count] of connection.query(`SELECT count(*) FROM ${quoteName(table.name)}`)) return Number(count);
  return 0;
}

/**
 * What the memory of a run over a database depends on. Of tables that grow with the contacts only a few pages are read, where
 * the file can be scanned.
 *
 * @param run its day: campaigns that run on it and go to all have a row for every contact; and how many threads it may have
 * @throws SendplanError `missing_table` or `missing_column` when there are no contacts to plan
 */
export function readMemoryNeeds(
  connection: Connection,
  config: Config,
  { today, threads }: { readonly today: number; readonly threads: number },
): MemoryNeeds {
  const schema = readSchema(connection);
  const contacts = rowsOf(connection, schema, requireContacts(schema).name);
  const foundRows = rowsOf(connection, schema, 'email_schedules');
  const { campaign_types, campaign_instances } = organizationOfDatabase(connection, schema);
  const types = readCampaignTypes(campaign_types);
  const instances = readCampaignInstances(campaign_instances, types, config.reading.dates, new IssueLog());
  const toAll = instances.filter((instance) => runsOn(instance, today) && instance.type.targetsAll).length;
  const perContact = 2 + config.aep.length + toAll;
  const enrolments = rowsOf(connection, schema, 'contact_campaigns');
  const plannedRows = contacts * perContact + enrolments;
  const always = { contacts, foundRows, sharesBeside: sharesOf(contacts, threads) - 1 };
  // A run before has left its rows among those that are found.
  return findTable(schema, 'scheduler_checkpoints') === null
    ? { ...always, newContacts: contacts, historyRows: foundRows, expectedRows: foundRows + plannedRows }
    : { ...always, newContacts: 0, historyRows: 0, expectedRows: Math.max(foundRows, plannedRows) };
}

function sizeText(bytes: number): string {
  return bytes < 1e9 ? `${Math.ceil(bytes / 1e6)} MB` : `${(Math.ceil(bytes / 1e7) / 100).toFixed(2)} GB`;
}

function waysOut(areFewThreadsEnough: boolean, isNativeEnough: boolean): string {
  if (areFewThreadsEnough) return 'Use --threads 2, which needs less, or allow more';
  return isNativeEnough ? 'Use --driver native, which needs less, or allow more' : 'Allow more';
}

/**
 * Gives a run up that would need more memory than it is allowed.
 *
 * @throws SendplanError `memory_limit`, naming what it would need and the limit
 */
export function requireMemory(needs: MemoryNeeds, way: MemoryWay, limitBytes: number): void {
  const estimate = estimatePeakBytes(needs, way);
  if (estimate <= limitBytes) return;
  const { contacts, foundRows } = needs;
  const isNativeEnough = way !== 'native' && estimatePeakBytes(needs, 'native') <= limitBytes;
  const areFewThreadsEnough = estimatePeakBytes({ ...needs, sharesBeside: 0 }, way) <= limitBytes;
  throw new SendplanError(
    'memory_limit',
    `The run would need about ${sizeText(estimate)} of memory for ${contacts} contacts and ${foundRows} rows of email_schedules; the limit is ${sizeText(limitBytes)}.`,
    {
      hint: `Nothing was planned. ${waysOut(areFewThreadsEnough, isNativeEnough)} by --memory-limit (memoryLimitBytes).`,
    },
  );
}
