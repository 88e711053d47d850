import { describe, expect, it } from 'vitest';
import { oracle } from '../../src/oracle/oracle.js';
import { goldenCases, goldenRow, openCase } from '../helpers/golden.js';
import { readRecords, readUniqueIndexes } from '../helpers/records.js';

describe('the reference model on the golden cases', () => {
  const cases = goldenCases();

  it('finds them', () => {
    expect(cases.length).toBeGreaterThan(10);
  });

  it.each(cases)('$name: $about', async (goldenCase) => {
    const database = await openCase(goldenCase);
    const records = readRecords(database);
    const uniqueIndexes = readUniqueIndexes(database);
    database.close();
    const { rows } = oracle(records, { today: goldenCase.asOf, config: goldenCase.config, uniqueIndexes });
    expect(rows.map(goldenRow)).toEqual(goldenCase.expected);
  });
});
