import { WORKLOAD } from '../scale/measureSize.js';
import { grouped } from '../tools/format.js';
import { type Machine, machineLine } from '../tools/machine.js';
import type { TableStyle } from '../tools/table.js';
import { type WorkFolder, writeJson } from '../tools/workFolder.js';
import { measureNights, type NightsResult } from './measureNights.js';
import { drawNights, restlessnessOf } from './nightsTables.js';

/** What nights are asked for. */
export interface NightsFlags {
  readonly sizes: readonly number[];
  readonly nights: number;
  readonly shape: string;
  readonly keep: boolean;
  /** More options for `sendplan run`. */
  readonly runOptions: readonly string[];
  readonly json?: string;
  readonly style: TableStyle;
  readonly machine: Machine;
  /** The command that was given. */
  readonly command: string;
  readonly say: (text: string) => void;
}

/**
 * Measures nights over books of some sizes and prints what was found.
 *
 * @throws Error when a run changes other rows than its diff foretold
 */
export async function runNights(folder: WorkFolder, flags: NightsFlags): Promise<void> {
  const { sizes, nights, shape, keep, runOptions, style, machine, say } = flags;
  const results: NightsResult[] = [];
  for (const [i, contacts] of sizes.entries()) {
    const onStep = (step: string) => say(`[${i + 1}/${sizes.length}] ${grouped(contacts)} contacts: ${step}`);
    results.push(await measureNights(folder, contacts, { nights, shape, keep, runOptions, onStep }));
  }
  process.stdout.write(`${drawNights(results, style)}\n${machineLine(machine)}. Made by \`${flags.command}\`.\n`);
  const path = writeJson(flags.json ?? new URL('../../bench-results/nights.json', import.meta.url).pathname, {
    workload: { ...WORKLOAD, shape },
    machine,
    measured_at: new Date().toISOString(),
    sizes: results.map((result) => ({
      ...result,
      nights: result.nights.map((night) => ({ ...night, restlessness: restlessnessOf(night) })),
    })),
  });
  say(`Results as JSON: ${path}`);
}
