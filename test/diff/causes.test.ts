import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CHANGE_CAUSES } from '../../src/diff/causes.js';
import { diff } from '../../src/diff/diff.js';
import { diffFile } from '../../src/node.js';
import { differencesText } from '../../src/report/differencesText.js';
import type { ConfigInput } from '../../src/rules/config.js';
import { openDatabase } from '../../src/run/openDatabase.js';
import { testFolder } from '../helpers/cli.js';
import { recordsImage } from '../helpers/databases.js';
import { generatedImage } from '../helpers/generated.js';

const path = testFolder();
const TODAY = '2025-06-13';
const PERSON = { email: 'someone@example.com', state: 'TX', zip_code: '75001' };

/** A birthday in Texas whose email is due on a day of June 2025 or later. */
const birthday = (id: number, birthDate = '1960-07-04') => ({ ...PERSON, id, birth_date: birthDate });

/** One email a day, and none beyond. */
const ONE_A_DAY: ConfigInput = { load_balancing: { daily_send_limit: 1, ed_smoothing_window_days: 1 }, aep: [] };

/** A book that was planned on a day, then edited by SQL, as the bytes of its file. */
async function plannedImage(
  contacts: readonly object[],
  options: { readonly config?: ConfigInput; readonly edits?: readonly string[] } = {},
): Promise<Uint8Array> {
  const database = await openDatabase(await recordsImage({ contacts } as Parameters<typeof recordsImage>[0]));
  try {
    await database.run({ asOf: TODAY, config: options.config });
    for (const edit of options.edits ?? []) database.query(edit);
    return database.toImage();
  } finally {
    database.close();
  }
}

/** What moved each changed row, as contact, change and cause. */
async function causesOf(image: Uint8Array, today: string, config?: ConfigInput): Promise<string[]> {
  const { report } = await diff(image, { today, config, limit: 1000 });
  return report.rows.map(({ change, contact_id, email_type, cause }) =>
    [contact_id, email_type, change, cause].join(' '),
  );
}

describe('what moved a row', () => {
  it('is that it is new, when it is added', async () => {
    const image = await plannedImage([birthday(1)], {
      config: { aep: [] },
      edits: ["INSERT INTO contacts (id, email, state, birth_date) VALUES (2, 'b@example.com', 'TX', '1970-08-01')"],
    });
    expect(await causesOf(image, TODAY, { aep: [] })).toEqual(['2 birthday add new']);
  });

  it('is that it is due, when its day has passed and it was not sent', async () => {
    const image = await plannedImage([birthday(1), birthday(2, '1960-12-01')]);
    expect(await causesOf(image, '2025-06-21')).toEqual(['1 birthday change due']);
    // When its deadline has passed too, the email goes and next year's comes.
    expect(await causesOf(image, '2025-07-05')).toEqual(['1 birthday add new', '1 birthday remove due']);
  });

  it('is that its day has passed, when it was skipped on it', async () => {
    const year_round = { NY: { kind: 'year_round' } } as const;
    const config: ConfigInput = { aep: [], state_rules: year_round };
    const image = await plannedImage([{ ...birthday(1), state: 'NY', zip_code: '10001' }], { config });
    expect(await causesOf(image, '2025-06-21', config)).toEqual(['1 birthday change passed']);
  });

  it('is that it was displaced, when a more important email has its seat', async () => {
    const anniversary = { ...birthday(1, '1960-12-01'), effective_date: '2010-07-20' };
    const image = await plannedImage([anniversary], {
      config: ONE_A_DAY,
      // Its birthday email comes on the day of the anniversary's: 20 June.
      edits: ["INSERT INTO contacts (id, email, state, birth_date) VALUES (2, 'b@example.com', 'TX', '1970-07-04')"],
    });
    expect(await causesOf(image, TODAY, ONE_A_DAY)).toEqual([
      '1 effective_date change displaced',
      '2 birthday add new',
    ]);
  });

  it('is that it was displaced, when it is skipped because its seat is taken', async () => {
    const config: ConfigInput = {
      aep: [],
      birthday_email_days_before: 0,
      effective_date_days_before: 0,
      load_balancing: { daily_send_limit: 1, excess: 'skip' },
    };
    const image = await plannedImage([{ ...birthday(1, '1960-12-01'), effective_date: '2010-07-20' }], {
      config,
      edits: ["INSERT INTO contacts (id, email, state, birth_date) VALUES (2, 'b@example.com', 'TX', '1970-07-20')"],
    });
    const { report } = await diff(image, { today: TODAY, config, limit: 10 });
    const [displaced] = report.rows;
    expect(displaced).toMatchObject({ contact_id: 1, cause: 'displaced', after: { skip_reason: 'daily_cap' } });
    expect(report.by_cause).toEqual([
      { cause: 'new', added: 1, changed: 0, removed: 0, another_day: 0 },
      { cause: 'displaced', added: 0, changed: 1, removed: 0, another_day: 0 },
    ]);
  });

  it('is that the data changed, when the contact is another or gone', async () => {
    const image = await plannedImage([birthday(1), birthday(2)], {
      config: { aep: [] },
      edits: ["UPDATE contacts SET birth_date = '1960-07-09' WHERE id = 1", 'DELETE FROM contacts WHERE id = 2'],
    });
    expect(await causesOf(image, TODAY, { aep: [] })).toEqual(['1 birthday change data', ' birthday remove data']);
  });

  it('is the configuration, when the last run had another one', async () => {
    const image = await plannedImage([birthday(1), birthday(2, '1960-12-01')]);
    const other = { send_time: '09:00:00' };
    expect(new Set(await causesOf(image, TODAY, other))).toEqual(
      new Set(['1', '2'].flatMap((id) => [`${id} birthday change configuration`, `${id} aep change configuration`])),
    );
    expect(await causesOf(image, '2025-06-21', other)).toContain('1 birthday change due');
    expect(await causesOf(image, TODAY)).toEqual([]);
  });

  it.each(['sqljs', 'native'] as const)('is the configuration in a file too, by the driver %s', async (driver) => {
    const file = path(`causes-${driver}.sqlite3`);
    writeFileSync(file, await plannedImage([birthday(1)], { config: { aep: [] } }));
    const config: ConfigInput = { aep: [], send_time: '09:00:00' };
    const { report } = await diffFile(file, { asOf: TODAY, config, driver });
    expect(report.by_cause).toEqual([{ cause: 'configuration', added: 0, changed: 1, removed: 0, another_day: 0 }]);
  });

  it('is data where smoothing may have moved it', async () => {
    const crowd = Array.from({ length: 40 }, (_, i) => ({
      ...birthday(i + 1, '1960-12-01'),
      effective_date: i < 8 ? '2010-07-20' : null,
    }));
    const config: ConfigInput = {
      aep: [],
      load_balancing: { daily_send_percentage_cap: 1, ed_daily_soft_limit: 8, ed_smoothing_window_days: 3 },
    };
    // As many again on the same day make it a crowded one.
    const columns = 'email, state, zip_code, birth_date, effective_date';
    const edits = [`INSERT INTO contacts (id, ${columns}) SELECT id + 100, ${columns} FROM contacts WHERE id <= 8`];
    const image = await plannedImage(crowd, { config, edits });
    const { report } = await diff(image, { today: TODAY, config, limit: 100 });
    const causes = new Set(report.rows.map(({ change, cause }) => `${change} ${cause}`));
    expect(causes).toEqual(new Set(['add new', 'change data']));
  });

  it('is counted and told', async () => {
    const database = await openDatabase(await generatedImage('realistic', 1000, TODAY));
    try {
      await database.run({ asOf: TODAY });
      const { report } = await diff(database.toImage(), { today: '2025-06-17', limit: 1_000_000 });
      expect(report.by_cause.map(({ cause }) => cause)).toEqual(['new', 'due', 'passed', 'displaced', 'data']);
      for (const { cause, added, changed, removed, another_day } of report.by_cause) {
        const rows = report.rows.filter((row) => row.cause === cause);
        const count = (change: string) => rows.filter((row) => row.change === change).length;
        expect({ added, changed, removed }).toEqual({
          added: count('add'),
          changed: count('change'),
          removed: count('remove'),
        });
        const onAnotherDay = rows.filter((row) => row.change === 'change' && 'scheduled_send_date' in row.after);
        expect(another_day).toBe(onAnotherDay.length);
        expect(CHANGE_CAUSES).toContain(cause);
      }
      const displaced = report.rows.filter((row) => row.cause === 'displaced');
      for (const { before, after } of displaced) {
        expect(String(after.scheduled_send_date) > String(before.scheduled_send_date)).toBe(true);
      }
      expect(differencesText(report)).toMatch(/moved by +added +changed +removed +another day\n +new /);
      expect(differencesText(report)).toMatch(/, due and unsent: /);
    } finally {
      database.close();
    }
  });
});
