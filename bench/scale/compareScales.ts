import { readFileSync } from 'node:fs';
import { grouped, seconds, times } from '../tools/format.js';
import { drawTable, type TableStyle } from '../tools/table.js';
import type { SizeResult } from './measureSize.js';

/** What is compared of a run that was measured before. */
export interface EarlierSize {
  readonly contacts: number;
  /** Null where a database of the user's own was run. */
  readonly shape: string | null;
  readonly run: { readonly seconds: number; readonly stages: Readonly<Record<string, number>> };
}

/** What `npm run bench` left as JSON. */
export interface EarlierScale {
  readonly commit: string | null;
  readonly sizes: readonly EarlierSize[];
}

/** Reads the JSON of an earlier ladder. @throws Error when the file is none */
export function readEarlier(path: string): EarlierScale {
  let earlier: (Partial<EarlierScale> & { readonly workload?: { readonly shape?: string } }) | null;
  try {
    earlier = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new Error(`${path} cannot be read as JSON`, { cause });
  }
  const isSize = (size: Partial<EarlierSize>) =>
    typeof size.contacts === 'number' && typeof size.run?.seconds === 'number' && typeof size.run.stages === 'object';
  if (!Array.isArray(earlier?.sizes) || !earlier.sizes.every(isSize)) {
    throw new Error(`${path} is not what \`npm run bench -- --json FILE\` writes for a ladder of sizes`);
  }
  // A ladder of one shape has told it once.
  const told = earlier.workload?.shape ?? null;
  const sizes = earlier.sizes.map((size) => ({ ...size, shape: size.shape === undefined ? told : size.shape }));
  return { commit: earlier.commit ?? null, sizes };
}

/** Draws what was measured beside what was measured before, of the sizes that both have. */
export function drawComparison(results: readonly SizeResult[], earlier: EarlierScale, style: TableStyle): string {
  const rows = results.flatMap(({ contacts, shape, run }) => {
    const before = earlier.sizes.find((size) => size.contacts === contacts && size.shape === shape);
    const kind = shape ?? '-';
    if (before === undefined) return [[grouped(contacts), kind, 'all', 'not run', seconds(run.seconds), '-']];
    const stages = Object.keys(run.stages).filter((stage) => before.run.stages[stage] !== undefined);
    const row = (name: string, was: number, is: number) => [
      grouped(contacts),
      kind,
      name,
      seconds(was),
      seconds(is),
      was === 0 ? '-' : times(is / was),
    ];
    return [
      row('all', before.run.seconds, run.seconds),
      ...stages.map((stage) => row(stage, before.run.stages[stage], run.stages[stage])),
    ];
  });
  const from = earlier.commit === null ? 'before' : `before (${earlier.commit.slice(0, 7)})`;
  return drawTable(
    { head: ['contacts', 'shape', 'stage', `${from} s`, 'now s', 'now / before'], rows, leftColumns: 3 },
    style,
  );
}
