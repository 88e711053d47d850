import { expect, test } from 'vitest';
import { codeText, meaningOfCode } from '../../src/report/codeText.js';
import { SKIP_REASONS } from '../../src/rules/reasons.js';
import { ISSUE_KINDS } from '../../src/rules/records.js';
import { FINDING_KINDS, sentenceOf } from '../../src/verify/kinds.js';

test('every code has a sentence, and says what it is of', () => {
  const known = [
    ...Object.values(SKIP_REASONS).map((code) => [code, 'skip reason'] as const),
    ...ISSUE_KINDS.map((code) => [code, 'issue'] as const),
    ...FINDING_KINDS.map((code) => [code, 'finding of verify'] as const),
    ...(['held_back', 'bad_book', 'nothing_to_undo'] as const).map((code) => [code, 'error'] as const),
  ];
  for (const [code, is] of known) {
    const meaning = meaningOfCode(code);
    expect(meaning, code).toMatchObject({ code, is });
    expect(meaning.meaning, code).toMatch(/^[A-Z].+\.$/);
  }
  expect(meaningOfCode('in_window_buffer').meaning).toBe(sentenceOf('in_window_buffer'));
});

test('skip reasons that name something are told of what they name', () => {
  expect(codeText(meaningOfCode('exclusion:year_round:NY'))).toBe(
    'exclusion:year_round:NY (skip reason): NY forbids these emails all year round.\n',
  );
  expect(meaningOfCode('exclusion:birthday_window:CA').meaning).toMatch(
    /^CA forbids emails around the contact's birthday/,
  );
  expect(meaningOfCode('conflict:campaign:7').meaning).toMatch(/campaign instance 7 goes first/);
  expect(meaningOfCode('suppressed:unsubscribed').meaning).toMatch(/"unsubscribed"/);
});

test('what is no code is answered with the one that was meant, or with all', () => {
  const hintOf = (code: string) => {
    try {
      meaningOfCode(code);
    } catch (error) {
      return (error as { hint: string }).hint;
    }
    return null;
  };
  expect(hintOf('frequency_limt')).toBe('Did you mean frequency_limit?');
  expect(hintOf('exclusion:no_such_kind:NY')).toMatch(/exclusion:year_round:NY.+held_back/);
});
