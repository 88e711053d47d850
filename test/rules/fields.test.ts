import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { civilFromDay, dayFromCivil, END_DAY, FIRST_DAY } from '../../src/calendar/day.js';
import { checkConfig, resolveConfig } from '../../src/rules/config.js';
import { DATE_ORDERS, parseDay } from '../../src/rules/dates.js';
import { statusClass } from '../../src/rules/emailTypes.js';
import { isBlankBytes, isValidEmailBytes, readFlagBytes } from '../../src/rules/fieldBytes.js';
import {
  comparedEmail,
  type FieldValue,
  isValidEmail,
  readDate,
  readFlag,
  readState,
  readTargetCarriers,
  readTargetStates,
} from '../../src/rules/fields.js';
import { quoteValue, unknownStateDetail } from '../../src/rules/quote.js';
import { conflictReason, keepsBookedDay, suppressionOf, winnerOfConflict } from '../../src/rules/reasons.js';
import { stateName } from '../../src/rules/states.js';
import {
  holdsOn,
  readSuppressionReason,
  readSuppressionScope,
  scopeCovers,
  suppressionProblems,
} from '../../src/rules/suppressions.js';

const encoder = new TextEncoder();

/** Text of what fields are near to: words, separators, and white space of all kinds. */
const nearText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        'a',
        'b.c',
        '@',
        '.',
        ' ',
        '\t',
        '\u00a0',
        '\ufeff',
        '\u2028',
        '\u200b',
        '<',
        '"',
        '\\',
        '\u0000',
      ),
      fc.constantFrom('1', 'true', 'YES', 'On', 'ä', '\u{1f600}', '\u0085', '\u00ad', ';', ','),
      fc.string({ unit: 'binary', maxLength: 2 }),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''))
  // What has no UTF-8 does not come from a database.
  .filter((text) => text.isWellFormed());

describe('reading fields (Rules 1, 2, 6)', () => {
  it('compares addresses trimmed, with A to Z in lower case', () => {
    expect(comparedEmail(' A@Example.COM\n')).toBe('a@example.com');
    expect(comparedEmail('\u212a\u00c4@b.c')).toBe('\u212a\u00c4@b.c');
    expect([comparedEmail(' '), comparedEmail(null)]).toEqual([null, null]);
  });

  it('takes addresses that can be written to', () => {
    for (const good of [
      'a@b.c',
      ' a@b.c\n',
      "o'neil+x@mail.example.com",
      'ä@ö.ü',
      '\ufeffa@b.c',
      'a..b@b.c',
      '.@b.c',
    ]) {
      expect([good, isValidEmail(good)]).toEqual([good, true]);
    }
    const bad = ['', ' ', 'a@b', 'a@b.', 'a@.b', 'a@b..c', '@b.c', 'a@', 'a@b@c.d', 'a b@c.d', 'a@b .c', 'a,b@c.d'];
    const odd = [
      'a@b.c;',
      '<a@b.c>',
      'a"@b.c',
      'a\u0000@b.c',
      'a\u0085@b.c',
      'a\u00ad@b.c',
      'a@b\u200b.c',
      'a\u2060@b.c',
    ];
    for (const text of [
      ...bad,
      ...odd,
      'a\ufeffb@c.d',
      'a\u202e@b.c',
      'a[1]@b.c',
      'a\\@b.c',
      'a:b@c.d',
      'a(b)@c.d',
      7,
    ]) {
      expect([text, isValidEmail(text)]).toEqual([text, false]);
    }
  });

  it('reads the bytes of a text as the text itself', () => {
    fc.assert(
      fc.property(nearText, (text) => {
        const bytes = encoder.encode(text);
        expect(isValidEmailBytes(bytes, 0, bytes.length)).toBe(isValidEmail(text));
        expect(readFlagBytes(bytes, 0, bytes.length)).toBe(readFlag(text));
        expect(isBlankBytes(bytes, 0, bytes.length)).toBe(text.trim() === '');
      }),
      { numRuns: 2000 },
    );
  });

  it('reads flags trimmed, in any case', () => {
    for (const on of [1, -1, 0.5, 2n, true, 'T', ' yes ', '\tOn', '1', 'TRUE', '\u00a0y'])
      expect(readFlag(on)).toBe(true);
    for (const off of [0, 0n, false, null, '', '0', 'no', '2', '1.0', 'yess', Number.NaN])
      expect(readFlag(off)).toBe(false);
  });

  it('reads dates of every order that is configured', () => {
    const day = dayFromCivil(1960, 7, 5);
    for (const order of DATE_ORDERS) {
      expect(parseDay(' 1960-07-05 ', order)).toBe(day);
      expect(parseDay('1960-07-05T10:00', order)).toBe(day);
      for (const bad of [
        '1960-7-5',
        '1960-07-05x',
        '1960/07/05',
        '٠1960-07-05',
        '5/7/60',
        '07-05/1960',
        '00/05/1960',
      ]) {
        expect([bad, parseDay(bad, order)]).toEqual([bad, null]);
      }
    }
    for (const text of ['7/5/1960', '07/05/1960', '7-5-1960', '07.5.1960 10:00', ' 7/05/1960T']) {
      expect([text, parseDay(text, 'mdy')]).toEqual([text, day]);
      expect([text, parseDay(text, 'dmy')]).toEqual([text, dayFromCivil(1960, 5, 7)]);
      expect([text, parseDay(text, 'iso')]).toEqual([text, null]);
    }
    expect(parseDay('13/1/1960', 'mdy')).toBe(null);
    expect(parseDay('13/1/1960', 'dmy')).toBe(dayFromCivil(1960, 1, 13));
    expect(parseDay('2/29/1961', 'mdy')).toBe(null);
    expect(parseDay('1/1/1899', 'mdy')).toBe(null);
    expect(parseDay('1/1/2200', 'mdy')).toBe(null);
    expect(parseDay('007/05/1960', 'mdy')).toBe(null);
    expect(parseDay('7/5/1960,', 'mdy')).toBe(null);
  });

  it('writes and reads every day in every order', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: FIRST_DAY, max: END_DAY - 1 }),
        fc.constantFrom('/', '-', '.'),
        (day, separator) => {
          const civil = civilFromDay(day);
          expect(parseDay([civil.month, civil.day, civil.year].join(separator), 'mdy')).toBe(day);
          expect(parseDay([civil.day, civil.month, civil.year].join(separator), 'dmy')).toBe(day);
        },
      ),
    );
  });

  it('tells a missing date from a broken one', () => {
    for (const missing of [null, undefined, '', ' ', '\ufeff']) {
      expect(readDate(missing, 'iso')).toEqual({ day: null, invalid: false });
    }
    for (const broken of ['soon', 19600715, new Uint8Array(), '0', false]) {
      expect(readDate(broken, 'iso')).toEqual({ day: null, invalid: true });
    }
  });

  it('reads states by letters and names, and else by ZIP code', () => {
    const state = (own: FieldValue, zip: FieldValue = null) => stateName(readState(own, zip));
    for (const text of ['CA', ' ca ', 'us-ca', 'California', 'US-California', 'CALIFORNIA'])
      expect(state(text)).toBe('CA');
    expect(state('new york')).toBe('NY');
    expect(state('District of Columbia')).toBe('DC');
    expect(state('Puerto Rico')).toBe('PR');
    expect(state('ae')).toBe('AE');
    for (const text of ['Calif.', 'C A', 'US CA', 'US-US-CA', 'New  York', 'Virgin Islands', 'US- CA', 5]) {
      expect([text, state(text)]).toEqual([text, null]);
    }
    expect(state('ZZ', '94105')).toBe('CA');
    expect(state('NY', '94105')).toBe('NY');
    for (const zip of ['94105', ' 94105 ', '94105-1234', '94105 x', '94105.0', 94105, '941051234', '94105.5']) {
      expect([zip, state(null, zip)]).toEqual([zip, 'CA']);
    }
    expect(state(null, 2138)).toBe('MA');
    expect(state(null, '501')).toBe('NY');
    expect(state(null, '21381234')).toBe('MA');
    expect(state(null, '5011234')).toBe('NY');
    for (const zip of ['941051', '94', '94105x', '94105/1', 'x94105', '9410512345', '00000']) {
      expect([zip, state(null, zip)]).toEqual([zip, null]);
    }
    expect(unknownStateDetail(' ', null)).toBe(null);
    expect(unknownStateDetail('Califronia', 7)).toBe('state "Califronia", zip_code 7');
  });

  it('reads what campaigns filter by', () => {
    for (const none of [null, '', ' , ;', 'ALL', 'TX, all', 'xx;ALL']) {
      expect(readTargetStates(none)).toEqual({ states: null, unknown: [] });
      expect(readTargetCarriers(none)).toBe(null);
    }
    expect(readTargetStates('tx; New York,,US-CA;')).toEqual({ states: new Set(['TX', 'NY', 'CA']), unknown: [] });
    expect(readTargetStates('Texass')).toEqual({ states: new Set(), unknown: ['Texass'] });
    expect(readTargetCarriers(' Humana ;AETNA,')).toEqual(new Set(['humana', 'aetna']));
  });

  it('compares statuses trimmed, in any case', () => {
    expect(statusClass(' Pre-Scheduled')).toBe('owned');
    expect(statusClass('SENT\n')).toBe('history');
    expect(statusClass('Bounced')).toBe('ended');
    expect([statusClass('failed'), statusClass(''), statusClass(null)]).toEqual(['other', 'other', 'other']);
  });

  it('shows broken values so that they can be seen', () => {
    expect(quoteValue('a\u00a0b\u200b"\n')).toBe('"a\\u00a0b\\u200b\\"\\n"');
    expect(quoteValue('x'.repeat(61))).toBe(`"${'x'.repeat(60)}"...`);
    expect(quoteValue('\u{1f600}'.repeat(60))).toBe(`"${'\u{1f600}'.repeat(60)}"`);
    expect([quoteValue(7), quoteValue(null), quoteValue(new Uint8Array(3))]).toEqual(['7', null, 'a blob of 3 bytes']);
    expect(quoteValue('\u{e0001}\ud800')).toBe('"\\u{e0001}\\ud800"');
  });
});

describe('suppressions (Rules 2)', () => {
  it('normalizes reasons', () => {
    expect(readSuppressionReason('Spam  Complaint!')).toBe('spam_complaint');
    expect(readSuppressionReason('#1: asked us')).toBe('1_asked_us');
    for (const none of [null, '', ' ', '??', '___', 'É']) expect(readSuppressionReason(none)).toBe('unsubscribed');
    // The Kelvin sign is no letter from A to Z, although it is k in lower case.
    expect(readSuppressionReason('a\u212ab')).toBe('a_b');
    expect(readSuppressionReason(`${'a'.repeat(39)}!${'b'.repeat(9)}`)).toBe(`${'a'.repeat(39)}_`);
    expect(readSuppressionReason(404)).toBe('404');
  });

  it('reads scopes', () => {
    for (const all of [null, '', ' , ', '*', 'birthday,ALL']) expect(readSuppressionScope(all)).toBe(null);
    expect(readSuppressionScope(' Birthday ,,AEP_2')).toEqual(new Set(['birthday', 'aep_2']));
    const covers = (scope: string, subject: Parameters<typeof scopeCovers>[1]) =>
      scopeCovers(readSuppressionScope(scope), subject);
    const second = { kind: 'aep', emailType: 'aep_2', campaignTypeName: null } as const;
    expect([covers('aep', second), covers('AEP_2', second), covers('aep_3', second)]).toEqual([true, true, false]);
    const news = { kind: 'campaign', emailType: 'campaign_News_1', campaignTypeName: 'News' } as const;
    expect([covers('campaign', news), covers('campaign_news_1', news), covers('NEWS', news)]).toEqual([
      true,
      true,
      true,
    ]);
    expect([covers('campaign_news', news), covers('campaign_news_2', news)]).toEqual([false, false]);
  });

  it('holds from its first to its last day', () => {
    const holds = (startDay: number | null, endDay: number | null) => holdsOn({ startDay, endDay }, 10);
    expect([holds(null, null), holds(10, 10), holds(11, null), holds(null, 9)]).toEqual([true, true, false, false]);
  });

  it('says what cannot be read', () => {
    expect(suppressionProblems({ contact_id: ' 7 ', starts_on: '2025-01-01' }, 'iso')).toEqual([]);
    const record = { contact_id: 'x', starts_on: 'soon', ends_on: '1/2/2025' };
    expect(suppressionProblems(record, 'iso')).toEqual(['contact_id "x"', 'starts_on "soon"', 'ends_on "1/2/2025"']);
    expect(suppressionProblems(record, 'mdy')).toEqual(['contact_id "x"', 'starts_on "soon"']);
  });
});

describe('skip reasons', () => {
  it('are told apart', () => {
    expect([suppressionOf('suppressed:bounced'), suppressionOf('frequency_limit')]).toEqual(['bounced', null]);
    expect([winnerOfConflict(conflictReason(3)), winnerOfConflict('daily_cap')]).toEqual([3, null]);
    expect([keepsBookedDay('conflict:campaign:3'), keepsBookedDay('frequency_limit')]).toEqual([true, true]);
    expect([keepsBookedDay('daily_cap'), keepsBookedDay(null)]).toEqual([false, false]);
  });
});

describe('the configuration (Rules 12)', () => {
  const problem = (input: unknown) => checkConfig(input).map(({ message }) => message);

  it('has defaults that close no day and limit nothing', () => {
    const config = resolveConfig({});
    expect(config.calendar.weekdays).toHaveLength(7);
    expect(config.load_balancing).toMatchObject({ daily_send_limit: null, ramp: null, excess: 'send' });
    expect(config.reading).toEqual({ dates: 'iso' });
    expect(config.guards).toEqual({
      unreadable: 0.2,
      removed: null,
      ahead: null,
      backwards: false,
      other_config: false,
    });
    expect(config.organization.suppress_after_bounces).toBe(0);
  });

  it('names what is wrong and what is allowed', () => {
    const ramp = { start: '2025-07-01', first: 2, growth: 0.5 };
    const withRamp = (change: object) => problem({ load_balancing: { ramp: { ...ramp, ...change } } });
    expect(problem({ calendar: { weekdays: [] } })).toEqual([
      'calendar.weekdays is []; allowed is a list of at least one of mon, tue, wed, thu, fri, sat, sun',
    ]);
    expect(problem({ calendar: { weekdays: ['Monday'] } })[0]).toContain(
      'calendar.weekdays[0] is "Monday"; allowed is',
    );
    expect(problem({ calendar: { closed: ['02-29', '2025-12-24'] } })).toEqual([]);
    for (const closed of ['02-30', '2025-02-29', '12/24', '1224', '2025-12-24 ', 1224]) {
      expect(problem({ calendar: { closed: [closed] } })[0]).toContain(
        `calendar.closed[0] is ${JSON.stringify(closed)}`,
      );
    }
    expect(withRamp({})).toEqual([]);
    expect(withRamp({ growth: 0 })).toEqual([
      'load_balancing.ramp.growth is 0; allowed is a number above 0, up to 10 (a ramp grows)',
    ]);
    expect(withRamp({ growth: -0.1 })).toHaveLength(1);
    expect(withRamp({ first: 0 })[0]).toContain('a whole number from 1 on');
    expect(withRamp({ start: 'July' })[0]).toContain('YYYY-MM-DD');
    expect(withRamp({ step: 1 })[0]).toContain('unknown key load_balancing.ramp.step');
    expect(problem({ load_balancing: { ramp: null, daily_send_limit: null } })).toEqual([]);
    expect(problem({ load_balancing: { daily_send_limit: 0 } })[0]).toContain('a whole number from 1 on');
    expect(problem({ load_balancing: { overage_threshold: 0.9 } })[0]).toContain('a number from 1 to 1000');
    expect(problem({ load_balancing: { excess: 'drop' } })[0]).toContain('one of send, skip');
    expect(problem({ reading: { dates: 'us' } })[0]).toContain('one of iso, mdy, dmy');
    expect(problem({ guards: { unreadable: 2 } })[0]).toContain('a number from 0 to 1');
    expect(problem({ calendar: { holidays: true } })[0]).toContain('unknown key calendar.holidays');
    expect(problem({ organization: { suppress_after_bounces: -1 } })).toHaveLength(1);
  });
});
