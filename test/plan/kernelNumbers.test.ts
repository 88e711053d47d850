import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { FAILED_UNDERWRITING, UNREADABLE_STATE } from '../../src/columns/contacts.js';
import { ROW_CLASS, TYPE_FLAGS } from '../../src/columns/schedules.js';
import { KERNEL_COLUMNS, KERNEL_NUMBERS } from '../../src/kernel/columns.js';
import { CAMPAIGN } from '../../src/plan/fillKernel.js';
import { STEP_BITS } from '../../src/plan/plan.js';
import { REASON } from '../../src/plan/reasons.js';
import { KIND_CODES } from '../../src/plan/stateRules.js';
import {
  BALANCE_HORIZON_DAYS,
  MOST_HELD_MOVES,
  NEAR_EVENT_DAYS,
  OPEN_DAY_SEARCH_DAYS,
} from '../../src/rules/constants.js';
import { TYPE_CODES } from '../../src/rules/emailTypes.js';

// The kernel says some numbers once more, because it cannot import them: its sources are read for them.

const folder = new URL('../../assembly/', import.meta.url);
const source = readdirSync(folder)
  .filter((name) => name.endsWith('.ts'))
  .map((name) => readFileSync(new URL(name, folder), 'utf8'))
  .join('\n');

const numbers = new Map(
  [...source.matchAll(/^(?:export )?const ([A-Z_]+): [iu](?:8|16|32) = (\d+);/gm)].map(([, name, value]) => [
    name,
    Number(value),
  ]),
);

/** The kernel's numbers of a name that begins so, as `camelCase` names without it. */
function ofKind(prefix: string): Record<string, number> {
  const camel = (name: string) => name.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
  const found = [...numbers].filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(found.map(([name, value]) => [camel(name.slice(prefix.length)), value]));
}

describe('the kernel', () => {
  test('has the numbers of the rules', () => {
    const rules = {
      MOST_HELD_MOVES,
      OPEN_DAY_SEARCH_DAYS,
      NEAR_EVENT_DAYS,
      BALANCE_HORIZON_DAYS,
      EFFECTIVE_DATE_CODE: TYPE_CODES.effective_date,
    };
    for (const [name, value] of Object.entries(rules)) expect(numbers.get(name), name).toBe(value);
  });

  test('means by its codes what the host means', () => {
    const { scheduled, ...reasons } = REASON;
    expect(ofKind('REASON_')).toEqual({ none: scheduled, ...reasons });
    expect(ofKind('ROW_')).toEqual(ROW_CLASS);
    expect(ofKind('TYPE_')).toEqual(TYPE_FLAGS);
    expect(ofKind('CAMPAIGN_')).toEqual(CAMPAIGN);
    const { birthday_window: birthday, effective_date_window: effective, year_round: yearRound } = KIND_CODES;
    expect(ofKind('RULE_')).toEqual({ birthday, effective, yearRound });
    expect(numbers.get('FAILED_UNDERWRITING')).toBe(FAILED_UNDERWRITING);
    expect(numbers.get('UNREADABLE_STATE')).toBe(UNREADABLE_STATE);
    expect(numbers.get('STEP_BITS')).toBe(STEP_BITS);
  });

  test('has a global for every column and number that the host fills, and no other', () => {
    const memory = readFileSync(new URL('memory.ts', folder), 'utf8');
    const globals = [...memory.matchAll(/^export let (\w+): (\w+) = 0;/gm)];
    const columns = globals.filter(([, , type]) => type === 'usize').map(([, name]) => name);
    expect(columns.sort()).toEqual(Object.keys(KERNEL_COLUMNS).sort());
    const others = globals.filter(([, , type]) => type !== 'usize').map(([, name]) => name);
    expect(others.sort()).toEqual([...KERNEL_NUMBERS].sort());
    // The table at the top of the file tells of each.
    const table = memory.slice(0, memory.indexOf('*/'));
    for (const name of Object.keys(KERNEL_COLUMNS)) expect(table).toMatch(new RegExp(`\\b${name}\\b`));
  });
});
