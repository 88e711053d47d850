import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Outcome, sendplan, start, testFolder, UNFORESEEN } from '../helpers/cli.js';

const pathOf = testFolder();
const DAYS = ['--from', '2025-06-01', '--to', '2025-07-31'];
const TROUBLE = [
  '--skip-weekends',
  '--outage-rate',
  '0.1',
  '--bounce-rate',
  '0.02',
  '--failure-rate',
  '0.05',
  '--seed',
  '7',
];

let path = '';
let before: Buffer;
beforeAll(async () => {
  path = pathOf('example.sqlite3');
  const options = ['--contacts', '300', '--shape', 'realistic', '--as-of', '2025-06-01'];
  expect((await sendplan('generate', path, ...options)).code).toBe(0);
  before = readFileSync(path);
});

describe('sendplan simulate', () => {
  test('tells volumes by month and kind, and what became of every email, and leaves the database alone', async () => {
    const { code, stdout, stderr } = await sendplan('simulate', path, ...DAYS, ...TROUBLE);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^2025-06-01 \(Sun\) to 2025-07-31 \(Thu\), \d+ contacts/);
    expect(stdout).toMatch(/^[▁▂▃▄▅▆▇█]{9} {2}week by week$/m);
    expect(stdout).toMatch(/^ +2025-06( +[\d,]+){10}$/m);
    expect(stdout).toMatch(/^ +all( +[\d,]+){10}$/m);
    expect(stdout).toMatch(/^ +lost +0$/m);
    expect(stdout).toMatch(/^ +repeated +0$/m);
    expect(stdout).toMatch(/Nothing was written into the database\.\n$/);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('prints one JSON object whose figures are those of the tables', async () => {
    const { code, stdout, stderr } = await sendplan('simulate', path, ...DAYS, ...TROUBLE, '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ from: '2025-06-01', to: '2025-07-31', accounts: { lost: { count: 0 } } });
    expect(report.days).toHaveLength(61);
    expect(report.sender).toEqual({
      skipWeekends: true,
      outageRate: 0.1,
      bounceRate: 0.02,
      failureRate: 0.05,
      seed: 7,
    });
    expect(report.total.sent).toBeGreaterThan(100);
  });

  test('compares two configurations', async () => {
    const other = pathOf('other.yaml');
    writeFileSync(other, 'load_balancing: { daily_send_percentage_cap: 0.02 }\n');
    const { code, stdout } = await sendplan('simulate', path, ...DAYS, '--what-if', other);
    expect(code).toBe(0);
    expect(stdout).toMatch(/ what if +difference$/m);
    const [, base, what, difference] = /daily cap +(\d+) +(\d+) +(-\d+)/.exec(stdout) ?? [];
    expect(Number(what) - Number(base)).toBe(Number(difference));
    const json = await sendplan('simulate', path, ...DAYS, '--what-if', other, '--json');
    expect(Object.keys(JSON.parse(json.stdout))).toEqual(['base', 'other', 'difference']);
  });

  test('draws volumes and differences, light and dark', async () => {
    const svg = pathOf('volumes.svg');
    const drawn = await sendplan('simulate', path, ...DAYS, '--chart', svg);
    expect(drawn).toMatchObject({ code: 0, stderr: `Wrote ${svg}\n` });
    const text = readFileSync(svg, 'utf8');
    expect(text).toMatch(/^<\?xml .*\n<svg /);
    expect(text).toContain('2025-07-31 (Thu)');
    expect(text).toContain('daily cap');
    const png = pathOf('difference.PNG');
    const config = pathOf('none.yaml');
    writeFileSync(config, 'followups: { enabled: false }\n');
    const words = ['--what-if', config, '--chart', png, '--theme', 'dark'];
    expect((await sendplan('simulate', path, ...DAYS, ...words)).code).toBe(0);
    expect(readFileSync(png).subarray(1, 4).toString('latin1')).toBe('PNG');
  });

  test('ends on Ctrl-C, with nothing left behind', async () => {
    const chart = pathOf('never.svg');
    const larger = pathOf('larger.sqlite3');
    expect((await sendplan('generate', larger, '--contacts', '20000')).code).toBe(0);
    const days = ['--from', '2020-01-01', '--to', '2029-12-31'];
    // On a busy machine the signal may come before the program has started; it then ends by it, and has done nothing.
    let ended: Outcome | null = null;
    for (let delayMs = 2000; ended === null || (ended.signal === 'SIGINT' && delayMs < 20_000); delayMs *= 2) {
      const { child, outcome } = start('simulate', larger, ...days, '--chart', chart);
      setTimeout(() => child.kill('SIGINT'), delayMs);
      ended = await outcome;
    }
    expect(ended).toMatchObject({ code: 130, stdout: '', stderr: expect.stringMatching(/^error: .*given up/) });
    expect(existsSync(chart)).toBe(false);
  }, 90_000);

  test.each([
    [['--from', '2025-06-01'], /required option '--to <date>'/],
    [['--from', '2025-6-1', '--to', '2025-06-02'], /Allowed is a date YYYY-MM-DD/],
    [['--from', '2025-06-02', '--to', '2025-06-01'], /--to 2025-06-01 lies before --from 2025-06-02/],
    [['--from', '2025-06-01', '--to', '2045-06-01'], /--to .*at most 3,660 days/],
    [[...DAYS, '--outage-rate', '1.5'], /Allowed is a share from 0 to 1/],
    [[...DAYS, '--bounce-rate', '0.7', '--failure-rate', '0.7'], /together .* more than 1/],
    [[...DAYS, '--seed', '-1'], /Allowed is a whole number from 0 to 4294967295/],
    [[...DAYS, '--chart', 'chart.jpg'], /Allowed is a file whose name ends in \.svg or \.png/],
    [[...DAYS, '--what-if', 'nowhere.yaml'], /The configuration nowhere\.yaml cannot be read/],
  ])('refuses %j', async (words, message) => {
    const { code, stdout, stderr } = await sendplan('simulate', path, ...words);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(UNFORESEEN);
  });

  test('explains itself', async () => {
    const { code, stdout } = await sendplan('simulate', '--help');
    expect(code).toBe(0);
    expect(stdout).toMatch(/Examples:\n( {2}\$ npx sendplan simulate .+\n)+/);
  });
});
