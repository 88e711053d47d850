// `npm run test:long`: compares far more random organizations than `npm test` does, by a new seed each time.
// SENDPLAN_RUNS and SENDPLAN_SEED in the environment choose the number and the seed.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const runs = process.env.SENDPLAN_RUNS ?? '20000';
const seed = process.env.SENDPLAN_SEED ?? String(Math.floor(Math.random() * 2 ** 31));
const tests = ['test/plan/plan.test.ts', 'test/run/equality.test.ts'];
const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const told = `${runs} random organizations in each of ${tests.join(' and ')}, seed ${seed}`;

console.log(`Comparing ${told}.`);
const start = performance.now();
const { status } = spawnSync(process.execPath, [vitest, 'run', ...tests], {
  stdio: 'inherit',
  env: { ...process.env, SENDPLAN_RUNS: runs, SENDPLAN_SEED: seed },
});
const minutes = ((performance.now() - start) / 60_000).toFixed(1);
console.log(`${status === 0 ? 'Equal' : 'NOT equal'}: ${told}, in ${minutes} minutes.`);
process.exitCode = status ?? 1;
