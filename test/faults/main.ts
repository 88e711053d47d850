import { resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { type CampaignReport, type FaultKind, runCampaign } from './campaign.js';
import { disks } from './disks.js';
import { fleets } from './fleets.js';
import { kills } from './kills.js';
import { mutations } from './mutations.js';
import { pairs } from './pairs.js';
import { senders } from './senders.js';
import { syscalls } from './syscalls.js';

const KINDS: Readonly<Record<string, FaultKind>> = { kills, syscalls, disks, pairs, senders, mutations, fleets };

interface Flags {
  readonly seed: number;
  readonly count?: number;
  readonly contacts?: number;
  readonly first: number;
  readonly minutes?: number;
  readonly program: string;
  readonly keep: string;
}

function wholeNumber(text: string): number {
  if (/^[0-9]{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Allowed is a whole number from 0 on.');
}

function tell({ kind, skipped, cases, labels, failures }: CampaignReport, seed: number, seconds: number): void {
  if (skipped !== null) {
    console.log(`${kind}: SKIPPED, ${skipped}.`);
    return;
  }
  console.log(`${kind}: ${cases} cases, seed ${seed}, ${Math.round(seconds)} s, ${failures.length} failed.`);
  for (const label of Object.keys(labels).sort()) console.log(`  ${String(labels[label]).padStart(6)}  ${label}`);
  for (const { number, faults, folder } of failures) console.log(`  FAILED ${number}, kept in ${folder}: ${faults[0]}`);
}

async function tryKinds(names: readonly string[], flags: Flags): Promise<void> {
  for (const name of names.length > 0 ? names : Object.keys(KINDS)) {
    const kind = KINDS[name];
    if (kind === undefined) {
      throw new InvalidArgumentError(`There is no kind "${name}"; there are ${Object.keys(KINDS).join(', ')}.`);
    }
    const startMs = performance.now();
    const report = await runCampaign(name, kind, {
      seed: flags.seed,
      count: flags.count ?? kind.count,
      contacts: flags.contacts,
      first: flags.first,
      minutes: flags.minutes,
      main: resolve(flags.program),
      keepIn: resolve(flags.keep),
      onCase(done, faultCount) {
        if (done % 100 === 0) console.log(`  ${name}: ${done} done, ${faultCount} failed`);
      },
    });
    tell(report, flags.seed, (performance.now() - startMs) / 1000);
    if (report.failures.length > 0) process.exitCode = 1;
  }
}

const kindList = Object.entries(KINDS).map(
  ([name, { summary, count }]) => `  ${name.padEnd(10)} ${summary} (${count} cases)`,
);

await new Command('npm run test:faults --')
  .description(
    'Disturbs runs of the built program at random and looks whether anything is lost, damaged or not foreseen.',
  )
  .argument('[kinds...]', `which kinds of faults: ${Object.keys(KINDS).join(', ')} (default: all)`)
  .option('--seed <n>', 'which cases', wholeNumber, 1)
  .option('--count <n>', 'how many cases of each kind (default: as many as the list says)', wholeNumber)
  .option(
    '--contacts <n>',
    'how many contacts books have; from 100000 on runs have threads, early copies and leaves that stay (default: few)',
    wholeNumber,
  )
  .option('--first <n>', 'the number of the first case', wholeNumber, 0)
  .option('--minutes <n>', 'begin no case of a kind after so many minutes', wholeNumber)
  .option('--program <file>', 'the built program', 'dist/cli/main.js')
  .option(
    '--keep <folder>',
    'where failing cases are kept, each with the command that repeats it',
    '/tmp/sendplan-faults',
  )
  .addHelpText('after', `\nKinds:\n${kindList.join('\n')}\n\nExits 1 when a case failed.`)
  .action(tryKinds)
  .parseAsync();
