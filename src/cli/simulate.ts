import { Command, InvalidArgumentError, Option } from 'commander';
import { parseIsoDay } from '../calendar/iso.js';
import { SendplanError } from '../errors.js';
import { writeSimulationChart } from '../report/simulationFile.js';
import { simulationText, whatIfText } from '../report/simulationText.js';
import { grouped } from '../report/text/prose.js';
import { readConfig } from '../run/config/configFile.js';
import { MOST_DAYS } from '../simulate/simulate.js';
import { simulateFile } from '../simulate/simulateFile.js';
import type { SimulatedDay, Simulation } from '../simulate/simulation.js';
import type { WhatIf } from '../simulate/whatIf.js';
import { interruptible } from './interruptible.js';
import { configOption, dateText } from './options.js';
import { writeError, writeJson, writeOut } from './output.js';
import { terminalBar } from './progress.js';

interface SimulateFlags {
  readonly from: string;
  readonly to: string;
  readonly config?: string;
  readonly whatIf?: string;
  readonly skipWeekends?: true;
  readonly outageRate: number;
  readonly bounceRate: number;
  readonly failureRate: number;
  readonly seed: number;
  readonly chart?: string;
  readonly theme: 'light' | 'dark';
  readonly driver: 'sqljs' | 'native';
  readonly json?: true;
}

const EXAMPLES = `
The tables are read once. Then every day is planned as a run on that day would plan it, and what is due is sent; what was sent
is history of the next day. Nothing is written into the database. At the end every email that was expected is accounted for:
sent, skipped by a rule, or left over for a reason that is told.

Exit codes: 0 done, 1 an email was lost or sent twice, or it failed, 2 wrong use.

Examples:
  $ npx sendplan simulate a.sqlite3 --from 2025-01-01 --to 2025-12-31
  $ npx sendplan simulate a.sqlite3 --from 2025-01-01 --to 2025-12-31 --skip-weekends --outage-rate 0.05 --seed 7
  $ npx sendplan simulate a.sqlite3 --from 2025-06-13 --to 2025-12-31 --chart volumes.svg
  $ npx sendplan simulate a.sqlite3 --from 2025-06-13 --to 2025-12-31 --what-if smaller-cap.yaml --chart difference.png
  $ npx sendplan simulate a.sqlite3 --from 2025-06-13 --to 2025-07-13 --json | jq '.days[] | {day, sent}'
`;

function rate(text: string): number {
  const value = /^(0|1|0?\.[0-9]{1,9}|1\.0*)$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('Allowed is a share from 0 to 1, such as 0.05.');
}

function seed(text: string): number {
  const value = /^[0-9]{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value < 2 ** 32) return value;
  throw new InvalidArgumentError('Allowed is a whole number from 0 to 4294967295.');
}

function chartPath(text: string): string {
  if (/\.(svg|png)$/i.test(text)) return text;
  throw new InvalidArgumentError('Allowed is a file whose name ends in .svg or .png.');
}

/** Shows on a terminal which day it is. */
async function dayProgress(): Promise<{ update(day: SimulatedDay, done: number, count: number): void; stop(): void }> {
  const bar = await terminalBar('simulating {day} [{bar}] {value}/{total} days, {sent} emails that day');
  if (bar === null) return { update: () => {}, stop: () => {} };
  let isShown = false;
  return {
    update: ({ day, sent, bounced }, done, count) => {
      const payload = { day, sent: sent + bounced };
      if (isShown) bar.update(done, payload);
      else bar.start(count, done, payload);
      isShown = true;
    },
    stop: () => bar.stop(),
  };
}

function isSound({ accounts }: Simulation): boolean {
  return accounts.lost.count + accounts.repeated.count === 0;
}

function isWhatIf(result: Simulation | WhatIf): result is WhatIf {
  return 'base' in result;
}

/** What options cannot say together. @throws SendplanError */
function refuseContradictions({ from, to, bounceRate, failureRate }: SimulateFlags): void {
  const firstDay = parseIsoDay(from) ?? 0;
  const lastDay = parseIsoDay(to) ?? 0;
  if (lastDay < firstDay) {
    throw new SendplanError('bad_input', `--to ${to} lies before --from ${from}.`, {
      hint: 'Give the first day as --from and the last as --to; both are simulated.',
    });
  }
  if (lastDay - firstDay >= MOST_DAYS) {
    throw new SendplanError('bad_input', `--to ${to}: allowed are at most ${grouped(MOST_DAYS)} days from --from on.`);
  }
  if (bounceRate + failureRate > 1) {
    throw new SendplanError('bad_input', '--bounce-rate and --failure-rate together are more than 1.');
  }
}

async function simulate(path: string, flags: SimulateFlags): Promise<void> {
  const config = await readConfig(flags.config);
  const whatIf = flags.whatIf === undefined ? undefined : await readConfig(flags.whatIf);
  refuseContradictions(flags);
  const progress = await dayProgress();
  const { from, to, skipWeekends, outageRate, bounceRate, failureRate, driver } = flags;
  const result = await interruptible((signal) =>
    simulateFile(path, {
      ...{
        from,
        to,
        config,
        whatIf,
        skipWeekends,
        outageRate,
        bounceRate,
        failureRate,
        seed: flags.seed,
        driver,
        signal,
      },
      onDay: progress.update,
    }),
  ).finally(() => progress.stop());
  if (flags.chart !== undefined) {
    await writeSimulationChart(flags.chart, result, flags.theme);
    writeError(`Wrote ${flags.chart}\n`);
  }
  if (flags.json) writeJson(result, 2);
  else writeOut(isWhatIf(result) ? whatIfText(result) : simulationText(result));
  const simulations = isWhatIf(result) ? [result.base, result.other] : [result];
  if (!simulations.every(isSound)) process.exitCode = 1;
}

/** The `simulate` command: lives through days. Its action throws `SendplanError`; commander answers bad options. */
export function simulateCommand(): Command {
  return new Command('simulate')
    .argument('<db>', 'the SQLite file with the contacts; it is only read')
    .requiredOption('--from <date>', 'the first day, YYYY-MM-DD', dateText)
    .requiredOption('--to <date>', 'the last day, YYYY-MM-DD', dateText)
    .addOption(configOption())
    .option('--what-if <file>', 'simulate the same days by other rules too, and tell the difference')
    .option(
      '--skip-weekends',
      'send nothing on Saturdays and Sundays; where the configuration has a calendar, that counts instead',
    )
    .option('--outage-rate <share>', 'the share of days on which nothing goes out', rate, 0)
    .option('--bounce-rate <share>', 'the share of emails that go out and come back', rate, 0)
    .option('--failure-rate <share>', 'the share of emails whose sending fails, to be planned again', rate, 0)
    .option('--seed <s>', 'which days and emails chance hits, 0 to 4294967295', seed, 1)
    .option('--chart <file>', 'draw the daily volumes, or the difference, into a .svg or .png file', chartPath)
    .addOption(new Option('--theme <theme>', 'the ground of the chart').choices(['light', 'dark']).default('light'))
    .addOption(
      new Option('--driver <name>', "sqljs: reads the file without locking it; native: reads under SQLite's own locks")
        .choices(['sqljs', 'native'])
        .default('sqljs'),
    )
    .option('--json', 'print one JSON object for programs instead of tables')
    .addHelpText('after', EXAMPLES)
    .action(simulate);
}
