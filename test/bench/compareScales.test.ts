import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { drawComparison, readEarlier } from '../../bench/scale/compareScales.js';
import type { SizeResult } from '../../bench/scale/measureSize.js';

const folder = mkdtempSync(join(tmpdir(), 'sendplan-compare-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function written(content: string): string {
  const path = join(folder, 'earlier.json');
  writeFileSync(path, content);
  return path;
}

const size = (contacts: number, seconds: number, stages: Record<string, number>, shape = 'seed') => ({
  contacts,
  shape,
  run: { seconds, stages },
});

describe('an earlier ladder', () => {
  test('stands beside the new one, stage by stage', () => {
    const earlier = readEarlier(
      written(JSON.stringify({ commit: 'abcdef0123', sizes: [size(1000, 2, { load: 1, gone: 1 })] })),
    );
    const results = [size(1000, 1, { load: 0.25, new: 0.75 }), size(5000, 3, { load: 3 })] as unknown as SizeResult[];
    const lines = drawComparison(results, earlier, 'text').split('\n');
    expect(lines[0]).toMatch(/before \(abcdef0\) s/);
    expect(lines.slice(2).map((line) => line.trim().split(/ {2,}/))).toEqual([
      ['1,000', 'seed', 'all', '2.00', '1.00', '0.50x'],
      ['1,000', 'seed', 'load', '1.00', '0.250', '0.25x'],
      ['5,000', 'seed', 'all', 'not run', '3.00', '-'],
    ]);
  });

  test('stands beside sizes of its own shape, also where it has told the shape once for all', () => {
    const { shape: _, ...plain } = size(1000, 2, {});
    const earlier = readEarlier(written(JSON.stringify({ workload: { shape: 'realistic' }, sizes: [plain] })));
    const results = [size(1000, 1, {}), size(1000, 4, {}, 'realistic')] as unknown as SizeResult[];
    const lines = drawComparison(results, earlier, 'text').split('\n');
    expect(lines.slice(2).map((line) => line.trim().split(/ {2,}/))).toEqual([
      ['1,000', 'seed', 'all', 'not run', '1.00', '-'],
      ['1,000', 'realistic', 'all', '2.00', '4.00', '2.00x'],
    ]);
  });

  test.each(['', '[]', '{"sizes":[{"contacts":1}]}', '{"results":[]}'])(
    'is refused when the file holds %j',
    (content) => {
      expect(() => readEarlier(written(content))).toThrow(/earlier\.json (cannot be read as JSON|is not what)/);
    },
  );
});
