import { Command, InvalidArgumentError, Option } from 'commander';
import { type PictureOptions, writePictures } from '../report/planned/plannedFiles.js';
import { plannedPage } from '../report/planned/plannedPage.js';
import { plannedText } from '../report/planned/plannedTables.js';
import { reportFile } from '../report/planned/reportFile.js';
import { readConfig } from '../run/config/configFile.js';
import { writeWholeFile } from '../store/file/writeWholeFile.js';
import { configOption, dateText, driverOption } from './options.js';
import { writeError, writeJson, writeOut } from './output.js';
import { progressLine } from './progress.js';

interface ReportFlags extends PictureOptions {
  readonly config?: string;
  readonly from?: string;
  readonly to?: string;
  readonly json?: true;
  readonly svg?: string;
  readonly png?: string;
  readonly html?: string;
  readonly driver: 'sqljs' | 'native';
}

const EXAMPLES = `
What is told is what stands in the table email_schedules, whoever planned it; nothing is planned and the database is not changed.
The daily cap is that of --config, else of the last run in the database, else of the defaults.

--svg and --png write one file with all charts when the path ends in .svg or .png, and otherwise a folder with a file per chart:
volume, months, calendar, reasons, states and moves. --png needs the optional package @resvg/resvg-js.

Exit codes: 0 done, 1 it failed, 2 wrong use.

Examples:
  $ npx sendplan report a.sqlite3                          tables, on stdout
  $ npx sendplan report a.sqlite3 --html plan.html         one page with charts and tables, light or dark as the reader's system
  $ npx sendplan report a.sqlite3 --png charts --theme dark --from 2025-09-01 --to 2025-12-31
  $ npx sendplan report a.sqlite3 --svg plan.svg --width 600
  $ npx sendplan report a.sqlite3 --json | jq .rows.by_type
`;

const SMALLEST_WIDTH = 280;
const LARGEST_WIDTH = 10_000;

function widthOf(text: string): number {
  const width = /^[0-9]{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (width >= SMALLEST_WIDTH && width <= LARGEST_WIDTH) return width;
  throw new InvalidArgumentError(`Allowed is a whole number from ${SMALLEST_WIDTH} to ${LARGEST_WIDTH}.`);
}

async function report(path: string, flags: ReportFlags, command: Command): Promise<void> {
  const { from, to, svg, png, html, theme, width } = flags;
  if (from !== undefined && to !== undefined && from > to) {
    command.error(`error: option '--from <date>' ${from} lies after '--to <date>' ${to}.`);
  }
  const line = await progressLine();
  const planned = await reportFile(path, {
    config: flags.config === undefined ? undefined : await readConfig(flags.config),
    from,
    to,
    driver: flags.driver,
    onProgress: line.update,
  }).finally(() => line.stop());
  const written: string[] = [];
  if (svg !== undefined) written.push(...(await writePictures(planned, 'svg', svg, { theme, width })));
  if (png !== undefined) written.push(...(await writePictures(planned, 'png', png, { theme, width })));
  if (html !== undefined) {
    await writeWholeFile(html, plannedPage(planned));
    written.push(html);
  }
  if (flags.json) writeJson(planned, 2);
  else if (written.length === 0) writeOut(plannedText(planned));
  for (const file of written) writeError(`Wrote ${file}\n`);
}

/** The `report` command: tells what is planned. Its action throws `SendplanError`; commander answers bad options. */
export function reportCommand(): Command {
  return new Command('report')
    .argument('<db>', 'the SQLite file with contacts and email_schedules')
    .addOption(
      new Option('--from <date>', 'the first day, YYYY-MM-DD (default: the first planned)').argParser(dateText),
    )
    .addOption(
      new Option(
        '--to <date>',
        'the last day, YYYY-MM-DD (default: the last planned, at most two years later)',
      ).argParser(dateText),
    )
    .addOption(configOption())
    .option('--json', 'print one JSON report on stdout')
    .option('--html <file>', 'write one HTML file with charts and tables that loads nothing')
    .option('--svg <path>', 'write charts as SVG, to a file or a folder')
    .option('--png <path>', 'write charts as PNG, to a file or a folder')
    .addOption(new Option('--theme <theme>', 'the ground of SVG and PNG').choices(['light', 'dark']).default('light'))
    .option('--width <pixels>', 'the width of SVG and PNG drawings (default: 880)', widthOf)
    .addOption(
      driverOption(
        "sqljs: refuses a file that changes meanwhile; native: under SQLite's locks, also while others write to it, with the optional package libsql",
      ),
    )
    .addHelpText('after', EXAMPLES)
    .action(report);
}
