import { parentPort, workerData } from 'node:worker_threads';
import type { Placements } from '../balance/groups.js';
import type { RangeCounts, RangeGroups } from '../balance/ranges.js';
import { fromShared, type SharedOrganization } from '../columns/sharedOrganization.js';
import { type PlainError, plainError } from '../errors.js';
import { type KernelLimits, RangePlans } from '../plan/rangePlans.js';
import type { RunRules } from '../plan/runRules.js';
import { Capacity } from '../rules/capacity.js';
import { collectGarbage } from './collectGarbage.js';
import { PlanShare, type ShareCounts, Taking } from './planShare.js';
import { Stopwatch } from './stopwatch.js';
import type { TakenBeside } from './takePlans.js';

/** What the thread of a share is given. */
export interface PlanTask {
  readonly organization: SharedOrganization;
  /** The rules of the share's contacts. */
  readonly run: Omit<RunRules, 'capacity'>;
  readonly limits: KernelLimits;
  readonly batchSize: number | undefined;
}

/** What it is asked, one after the other; it counts unasked. */
export type PlanQuestion =
  | { readonly round: 'group'; readonly all: RangeCounts }
  | { readonly round: 'take'; readonly all: RangeCounts; readonly placements: readonly Placements[] };

/** What it tells: how far it has come, and its answers in the order of the rounds. */
export type PlanMessage =
  | { readonly contactsDone: number }
  | { readonly counts: ShareCounts }
  | { readonly groups: readonly RangeGroups[] }
  | { readonly taken: TakenBeside }
  | { readonly error: PlainError };

const { organization: given, run: rules, limits, batchSize }: PlanTask = workerData;
const run = { ...rules, capacity: new Capacity(rules.config, rules.limits) };
const organization = fromShared(given);
const { texts, planned, issues, contacts } = organization;
const plans = new RangePlans(organization, run, limits);
const onProgress = (contactsDone: number) => tell({ contactsDone });
const share = new PlanShare(plans, { batchSize, collect: collectGarbage, onProgress }, new Stopwatch());
let candidateCount = 0;

function tell(message: PlanMessage): void {
  parentPort?.postMessage(message);
}

async function count(): Promise<PlanMessage> {
  const counts = await share.count();
  candidateCount = counts.candidateCount;
  return { counts };
}

async function answer(question: PlanQuestion): Promise<PlanMessage> {
  if (question.round === 'group') return { groups: await share.group(question.all) };
  const book = { texts, planned, issues, contactCount: contacts.count };
  const taking = new Taking(book, candidateCount, run.today);
  const balances = await share.take(question.all, question.placements, taking);
  const textCount = given.texts.length;
  const newTexts = texts.texts.slice(textCount);
  return { taken: { ...taking.plain(), balances, textCount, newTexts, issues: issues.issues } };
}

/** Tells an answer, or the error that was in its way, after which there are none. */
async function give(work: Promise<PlanMessage>): Promise<void> {
  try {
    const message = await work;
    tell(message);
    if ('taken' in message) parentPort?.close();
  } catch (error) {
    end(error);
  }
}

function end(error: unknown): void {
  tell({ error: plainError(error) });
  parentPort?.close();
}

parentPort?.on('message', (question: PlanQuestion) => void give(answer(question)));
// A question that there is no memory for.
parentPort?.on('messageerror', end);
void give(count());
