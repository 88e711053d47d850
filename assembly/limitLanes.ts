import {
  candidateReason,
  candidateSend,
  candidateStart,
  candidateType,
  daySpan,
  firstCampaign,
  firstFollowup,
  maxEmails,
  periodDays,
  today,
  typeCount,
} from './memory';

/*
 * A look at up to eight candidates of a contact at once, 16 bits each: whether the contact limits can change anything (Rules 9).
 * Days count from today on; candidates that the limits do not count have days that are far from each other and from all others.
 */

/** The most candidates of a contact that fit. */
const MOST_LANES: u32 = 8;
/** Type indexes are less. */
const MOST_TYPES: u32 = 32768;
/** Days up to here, and the longest period, are far from the far days. */
const MOST_DAYS: u32 = 16000;
const MOST_PERIOD: i32 = 1000;

/** What `lookAtLanes` finds: campaigns share a day; a candidate has moved; a period may hold more emails than it may. */
export const SHARED: u32 = 1;
export const MOVED: u32 = 2;
export const CLOSE: u32 = 4;

// The numbers of the lanes, and their far days; engines make constants of registers anew in every turn of a loop.
const numbers: usize = memory.data<i16>([0, 1, 2, 3, 4, 5, 6, 7], 16);
const farDays: usize = memory.data<i16>([-1500, -3000, -4500, -6000, -7500, -9000, -10500, -12000], 16);

// What all contacts are compared with, a register each: today, the last type before campaigns, the first follow-up, the period.
const shared: usize = memory.data(4 * 16, 16);
const TODAY: usize = 0;
const BEFORE_CAMPAIGNS: usize = 16;
const FIRST_FOLLOWUP: usize = 32;
const PERIOD: usize = 48;

/** The most candidates that can be looked at; 0 where the numbers of the run do not fit. */
let mostCandidates: u32 = 0;
/** So many pairs of emails in a common period may be too many emails in one. */
let manyPairs: i32 = 0;

/** Sets what `lookAtLanes` goes by; before the first contact of a run. */
export function prepareLimitLanes(): void {
  const fits = typeCount < MOST_TYPES && daySpan <= MOST_DAYS && periodDays <= MOST_PERIOD;
  mostCandidates = fits ? MOST_LANES : 0;
  // More emails in a period than may be are at least so many pairs; most contacts have fewer.
  manyPairs = maxEmails > 0 ? (maxEmails * (maxEmails + 1)) / 2 : i32.MAX_VALUE;
  v128.store(shared + TODAY, i32x4.splat(today));
  v128.store(shared + BEFORE_CAMPAIGNS, i16x8.splat(<i16>(firstCampaign - 1)));
  v128.store(shared + FIRST_FOLLOWUP, i16x8.splat(<i16>firstFollowup));
  v128.store(shared + PERIOD, i16x8.splat(<i16>periodDays));
}

/** Tells whether `lookAtLanes` can look at so many candidates. @inline */
export function hasLanesFor(count: u32): bool {
  return count <= mostCandidates;
}

/** All ones where the days of two registers lie in a common period. @inline */
function isClose(a: v128, b: v128, period: v128): v128 {
  return i16x8.gt_s(period, i16x8.abs(i16x8.sub(a, b)));
}

/** How many pairs of eight days lie in a common period. @inline */
function closePairs(day: v128): i32 {
  const period = v128.load(shared + PERIOD);
  // Every lane with the one, two and three lanes on, around, and with the one opposite, which makes those pairs twice.
  const one = isClose(day, v128.shuffle<i16>(day, day, 1, 2, 3, 4, 5, 6, 7, 8), period);
  const two = isClose(day, v128.shuffle<i16>(day, day, 2, 3, 4, 5, 6, 7, 8, 9), period);
  const three = isClose(day, v128.shuffle<i16>(day, day, 3, 4, 5, 6, 7, 8, 9, 10), period);
  const opposite = isClose(day, v128.shuffle<i16>(day, day, 4, 5, 6, 7, 8, 9, 10, 11), period);
  const near = i8x16.bitmask(i8x16.narrow_i16x8_s(one, two));
  const far = i8x16.bitmask(i8x16.narrow_i16x8_s(three, opposite));
  return popcnt(near) + popcnt(far & 0xff) + (popcnt(far >> 8) >> 1);
}

/** Tells whether two of eight days are the same. @inline */
function isAnyShared(day: v128): bool {
  const one = i16x8.eq(day, v128.shuffle<i16>(day, day, 1, 2, 3, 4, 5, 6, 7, 8));
  const two = i16x8.eq(day, v128.shuffle<i16>(day, day, 2, 3, 4, 5, 6, 7, 8, 9));
  const three = i16x8.eq(day, v128.shuffle<i16>(day, day, 3, 4, 5, 6, 7, 8, 9, 10));
  const opposite = i16x8.eq(day, v128.shuffle<i16>(day, day, 4, 5, 6, 7, 8, 9, 10, 11));
  return v128.any_true(v128.or(v128.or(one, two), v128.or(three, opposite)));
}

/**
 * Looks at `count` candidates from `first` on, as many as `hasLanesFor` allows; what stands behind them is read, and does not count.
 *
 * @returns SHARED, MOVED and CLOSE as far as they hold
 */
export function lookAtLanes(first: u32, count: u32): u32 {
  const sendAt = candidateSend + ((<usize>first) << 2);
  const startAt = candidateStart + ((<usize>first) << 2);
  const sendLow = v128.load(sendAt);
  const sendHigh = v128.load(sendAt, 16);
  const moves = i16x8.narrow_i32x4_s(i32x4.ne(sendLow, v128.load(startAt)), i32x4.ne(sendHigh, v128.load(startAt, 16)));
  const isOwn = i16x8.lt_s(v128.load(numbers), i16x8.splat(<i16>count));
  const type = v128.load(candidateType + ((<usize>first) << 1));
  const reason = i16x8.extend_low_i8x16_u(v128.load64_zero(candidateReason + first));
  const isSent = v128.and(isOwn, i16x8.eq(reason, i16x8.splat(0)));
  const isCampaign = v128.and(isSent, i16x8.gt_s(type, v128.load(shared + BEFORE_CAMPAIGNS)));
  const isPlain = v128.and(isSent, i16x8.lt_s(type, v128.load(shared + FIRST_FOLLOWUP)));
  const now = v128.load(shared + TODAY);
  const day = i16x8.narrow_i32x4_s(i32x4.sub(sendLow, now), i32x4.sub(sendHigh, now));
  const far = v128.load(farDays);
  const together = isAnyShared(v128.bitselect(day, far, isCampaign)) ? SHARED : 0;
  const moved = v128.any_true(v128.and(moves, isOwn)) ? MOVED : 0;
  const close = closePairs(v128.bitselect(day, far, v128.or(isCampaign, isPlain))) >= manyPairs ? CLOSE : 0;
  return together | moved | close;
}
