import { i32At, putU8, u8At } from './at';
import { marchFirst, marchYearOf } from './calendar';
import {
  birthdayDaysBefore,
  contactRule,
  effectiveDaysBefore,
  LANE_ASK_ALL,
  LANE_ASK_EFFECTIVE,
  laneAep,
  laneAnchor,
  laneBirth,
  laneBirthday,
  laneEffective,
  laneEffectiveDate,
  laneFlags,
  RULE_BIRTHDAY,
  RULE_EFFECTIVE,
  RULE_YEAR_ROUND,
  ruleCount,
  ruleKind,
  ruleLead,
  ruleTail,
  today,
} from './memory';

/*
 * The plain anniversaries of many contacts at once: event, and whether the ideal day is excluded (Rules 4, 5 and 7).
 *
 * Most anniversaries are plain: the ideal day is not past, no history has to be asked, the contact's windows are those of old
 * dates and ordinary lengths. For these everything follows from month-days and the rule by additions and comparisons of 16
 * bits, eight contacts at a time; the others are marked `LANE_ASK` and planned one by one.
 *
 * In, by contact:    laneBirth, laneEffectiveDate, laneAnchor   u16  month-days of the birth date, the effective date and the
 *                                                                    window's anchor, LANE_NONE for none
 *                    contactRule                                u8   rule code
 *                    laneFlags                                  u8   LANE_ASK_* bits: what has to be planned one by one
 * Out, by contact:   laneBirthday, laneEffective, laneAep       u16  bits 0 to 9 the event, in days from today on; LANE_ASK,
 *                                                                    LANE_EXCLUDED; LANE_NONE when there is no such date
 *
 * A contact's bytes are 14: 8 in, 6 out. All columns are padded to a multiple of 16 contacts.
 */

/** No date, no email. */
export const LANE_NONE: u16 = 0xffff;
/** Plan this one by itself. */
export const LANE_ASK: u16 = 0x4000;
/** The ideal day is excluded. */
export const LANE_EXCLUDED: u16 = 0x8000;
export const LANE_EVENT: u16 = 0x03ff;

/** Windows that reach further than this from their anchor are wide: a fourth one could come into reach. */
const MOST_REACH: i32 = 300;
/** Rules beyond this many do not fit into a register. */
const MOST_RULES: u32 = 16;

// By rule code: days before the anchor, days from the window's first to its last, low and high bytes apart; all ones where the
// rule has windows, and where it excludes the whole year.
const leadLow = memory.data(16);
const leadHigh = memory.data(16);
const spanLow = memory.data(16);
const spanHigh = memory.data(16);
const windowed = memory.data(16);
const allYear = memory.data(16);

// Today's place in its year that starts on 1 March, and the lengths of the year before it, of it, and of the two after it.
let place: i32 = 0;
let lastLength: i32 = 0;
let thisLength: i32 = 0;
let nextLength: i32 = 0;
let laterLength: i32 = 0;

/** Works out what all lanes share; returns whether the rules fit. */
function prepareLanes(): bool {
  const year = marchYearOf(today);
  place = today - marchFirst(year);
  lastLength = marchFirst(year) - marchFirst(year - 1);
  thisLength = marchFirst(year + 1) - marchFirst(year);
  nextLength = marchFirst(year + 2) - marchFirst(year + 1);
  laterLength = marchFirst(year + 3) - marchFirst(year + 2);
  if (ruleCount > MOST_RULES) return false;
  for (let rule: u32 = 0; rule < ruleCount; rule++) {
    const kind = u8At(ruleKind, rule);
    const lead = i32At(ruleLead, rule);
    const tail = i32At(ruleTail, rule);
    const hasWindows = kind === RULE_BIRTHDAY || kind === RULE_EFFECTIVE;
    if (hasWindows && (lead > MOST_REACH || tail > MOST_REACH)) return false;
    putU8(leadLow, rule, <u8>lead);
    putU8(leadHigh, rule, <u8>(lead >> 8));
    putU8(spanLow, rule, <u8>(lead + tail));
    putU8(spanHigh, rule, <u8>((lead + tail) >> 8));
    putU8(windowed, rule, hasWindows ? 0xff : 0);
    putU8(allYear, rule, kind === RULE_YEAR_ROUND ? 0xff : 0);
  }
  return true;
}

/** Eight bytes of a register, from `half` 0 or 1 on, each twice: a byte's mask as a mask of 16 bits. @inline */
function widened(bytes: v128, isHigh: bool): v128 {
  return isHigh
    ? i8x16.shuffle(bytes, bytes, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13, 14, 14, 15, 15)
    : i8x16.shuffle(bytes, bytes, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
}

/** Eight numbers of 16 bits from two registers of low and high bytes. @inline */
function joined(low: v128, high: v128, isHigh: bool): v128 {
  return isHigh
    ? i8x16.shuffle(low, high, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
    : i8x16.shuffle(low, high, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

/**
 * The days from today to a month-day in the year at hand, whose length is given: 29 February is 28 February without it.
 *
 * @inline
 */
function daysTo(monthDay: v128, lastPlace: v128, places: v128): v128 {
  return i16x8.sub(i16x8.min_s(monthDay, lastPlace), places);
}

/** The days from today to the next day of a month-day, this year's or, when that has passed, the coming one's. @inline */
function daysToNext(monthDay: v128, thisLast: v128, nextLast: v128, places: v128, lengths: v128): v128 {
  const own = daysTo(monthDay, thisLast, places);
  const coming = i16x8.add(daysTo(monthDay, nextLast, places), lengths);
  return v128.bitselect(coming, own, i16x8.lt_s(own, i16x8.splat(0)));
}

/**
 * All ones where a day lies in the window whose first day is `lead` before the anchor; `ahead` is the day plus the lead.
 *
 * @inline
 */
function inWindow(ahead: v128, anchor: v128, span: v128): v128 {
  // Unsigned, days before the window's first are far behind its last.
  return i16x8.le_u(i16x8.sub(ahead, anchor), span);
}

/** All ones where a day lies in one of the windows around today, or the whole year is excluded. @inline */
function isExcluded(
  ahead: v128,
  last: v128,
  next: v128,
  later: v128,
  span: v128,
  windowMask: v128,
  yearMask: v128,
): v128 {
  const isIn = v128.or(v128.or(inWindow(ahead, last, span), inWindow(ahead, next, span)), inWindow(ahead, later, span));
  return v128.or(v128.and(isIn, windowMask), yearMask);
}

/**
 * The lanes of eight events: `LANE_ASK` where the ideal day is past or `ask` says so, `LANE_EXCLUDED` where it is excluded.
 *
 * @inline
 */
function lanesOf(event: v128, ideal: v128, ask: v128, excluded: v128): v128 {
  const isAsked = v128.or(i16x8.lt_s(ideal, i16x8.splat(0)), ask);
  const asked = v128.and(isAsked, i16x8.splat(<i16>LANE_ASK));
  return v128.or(event, v128.or(asked, v128.and(excluded, i16x8.splat(<i16>LANE_EXCLUDED))));
}

/** Works out the lanes of the contacts `[start, end)`, rounded out to sixteens; `aepEvent` in days from today on. */
function fillLanes(start: u32, end: u32, aepEvent: i32): void {
  const none = i16x8.splat(-1);
  const birthdayDays = i16x8.splat(<i16>birthdayDaysBefore);
  const effectiveDays = i16x8.splat(<i16>effectiveDaysBefore);
  const askAll = i8x16.splat(LANE_ASK_ALL);
  const askEffective = i8x16.splat(LANE_ASK_EFFECTIVE);
  const zero = i8x16.splat(0);
  const aep = i16x8.splat(<i16>aepEvent);
  const places = i16x8.splat(<i16>place);
  const lengths = i16x8.splat(<i16>thisLength);
  const lastLengths = i16x8.splat(<i16>lastLength);
  const twoLengths = i16x8.splat(<i16>(thisLength + nextLength));
  const thisLast = i16x8.splat(<i16>(thisLength - 1));
  const lastLast = i16x8.splat(<i16>(lastLength - 1));
  const nextLast = i16x8.splat(<i16>(nextLength - 1));
  const laterLast = i16x8.splat(<i16>(laterLength - 1));
  const leadLows = v128.load(leadLow);
  const leadHighs = v128.load(leadHigh);
  const spanLows = v128.load(spanLow);
  const spanHighs = v128.load(spanHigh);
  const windowedBytes = v128.load(windowed);
  const allYearBytes = v128.load(allYear);

  for (let contact = start & ~15; contact < end; contact += 16) {
    const rules = v128.load(contactRule + contact);
    const asksAll = i8x16.ne(v128.and(v128.load(laneFlags + contact), askAll), zero);
    const asksEffective = i8x16.ne(v128.and(v128.load(laneFlags + contact), askEffective), zero);
    const lowLead = i8x16.swizzle(leadLows, rules);
    const highLead = i8x16.swizzle(leadHighs, rules);
    const lowSpan = i8x16.swizzle(spanLows, rules);
    const highSpan = i8x16.swizzle(spanHighs, rules);
    const isWindowed = i8x16.swizzle(windowedBytes, rules);
    const isAllYear = i8x16.swizzle(allYearBytes, rules);
    for (let half: u32 = 0; half < 2; half++) {
      const isHigh = half === 1;
      const at = (<usize>(contact + half * 8)) << 1;
      const lead = joined(lowLead, highLead, isHigh);
      const span = joined(lowSpan, highSpan, isHigh);
      const windowMask = widened(isWindowed, isHigh);
      const yearMask = widened(isAllYear, isHigh);
      const ask = widened(asksAll, isHigh);

      // The anchors of the windows around today: the last before it, the next from it on, and the one after that.
      const monthDay = v128.load(laneAnchor + at);
      const ownAnchor = daysTo(monthDay, thisLast, places);
      const comingAnchor = i16x8.add(daysTo(monthDay, nextLast, places), lengths);
      const isPast = i16x8.lt_s(ownAnchor, zero);
      const last = v128.bitselect(ownAnchor, i16x8.sub(daysTo(monthDay, lastLast, places), lastLengths), isPast);
      const next = v128.bitselect(comingAnchor, ownAnchor, isPast);
      const later = v128.bitselect(i16x8.add(daysTo(monthDay, laterLast, places), twoLengths), comingAnchor, isPast);

      const birth = v128.load(laneBirth + at);
      const birthday = daysToNext(birth, thisLast, nextLast, places, lengths);
      const birthdayIdeal = i16x8.sub(birthday, birthdayDays);
      const birthdayOut = isExcluded(i16x8.add(birthdayIdeal, lead), last, next, later, span, windowMask, yearMask);
      v128.store(laneBirthday + at, v128.or(lanesOf(birthday, birthdayIdeal, ask, birthdayOut), i16x8.eq(birth, none)));

      const date = v128.load(laneEffectiveDate + at);
      const effective = daysToNext(date, thisLast, nextLast, places, lengths);
      const effectiveIdeal = i16x8.sub(effective, effectiveDays);
      const effectiveOut = isExcluded(i16x8.add(effectiveIdeal, lead), last, next, later, span, windowMask, yearMask);
      const askForIt = v128.or(ask, widened(asksEffective, isHigh));
      const lanes = lanesOf(effective, effectiveIdeal, askForIt, effectiveOut);
      v128.store(laneEffective + at, v128.or(lanes, i16x8.eq(date, none)));

      const aepOut = isExcluded(i16x8.add(aep, lead), last, next, later, span, windowMask, yearMask);
      v128.store(laneAep + at, lanesOf(aep, aep, ask, aepOut));
    }
  }
}

/**
 * Works out the plain anniversaries of the contacts `[start, end)`.
 *
 * @param aepEvent the day of the one aep date's event
 * @returns whether there are lanes; without SIMD, or with rules that do not fit, there are none
 */
export function planLanes(start: u32, end: u32, aepEvent: i32): bool {
  if (!ASC_FEATURE_SIMD || !prepareLanes()) return false;
  if (start < end) fillLanes(start, end, aepEvent - today);
  return true;
}
