import type { Config } from '../rules/config.js';
import { firstDifference } from './order.js';

/** What the daily cap knows of an email (Rules 9, daily cap). Days are days since 1970-01-01. */
export interface Placeable {
  /** Its start after smoothing, an open day from today on. */
  readonly startDay: number;
  /** The last day that it could go out, an open day; not before `startDay`. */
  readonly lastDay: number;
  /** The day that it was promised, null for none. */
  readonly bookedDay: number | null;
  readonly priority: number;
  readonly contactId: number;
  readonly typeCode: number;
  readonly eventDay: number;
}

/** The days that emails are placed on. */
export interface DaysToFill {
  readonly today: number;
  isOpen(day: number): boolean;
  /** The cap of an open day, history included. */
  capOn(day: number): number;
  /** An open day with more emails than this, history included, is overloaded. */
  thresholdOn(day: number): number;
  /** The emails of a day that history has. */
  historyOn(day: number): number;
}

/** A day that ends over its threshold, and its emails with those that history has. */
export interface OverloadedDay {
  readonly day: number;
  readonly load: number;
}

/** A day that could not take all that waited, and how many it took (Rules 9, daily cap, 2). */
export interface CrowdedDay {
  readonly day: number;
  /** How many emails waited. */
  readonly waiting: number;
  /** How many of them went. */
  readonly taken: number;
  /** How many had room within the cap. */
  readonly seats: number;
  /** How many went beyond that because no distribution has seats for all. */
  readonly excess: number;
  /** How many were promised the day, as far as its threshold allows. */
  readonly promised: number;
}

/** The day that an email got; `isSkipped` when the day had no seat for it and there is none later. */
export interface Placement<Email> {
  readonly email: Email;
  readonly day: number;
  readonly isSkipped: boolean;
}

/** How many emails a day has room for within its cap (Rules 9, seats). */
export function seatsOn(days: DaysToFill, day: number): number {
  return days.isOpen(day) ? Math.max(0, days.capOn(day) - days.historyOn(day)) : 0;
}

/**
 * Gives every email a day (Rules 9, daily cap).
 *
 * @param emails in an order that decides where the rules leave two of them equal
 * @param excess whether emails that no distribution has a seat for are sent all the same, or skipped
 * @returns a placement for every email, in the order of days
 */
export function placeEmails<Email extends Placeable>(
  emails: readonly Email[],
  days: DaysToFill,
  excess: Config['load_balancing']['excess'],
): { placements: Placement<Email>[]; overloadedDays: OverloadedDay[]; crowdedDays: CrowdedDay[] } {
  const placements: Placement<Email>[] = [];
  const crowdedDays: CrowdedDay[] = [];
  const overloadedDays: OverloadedDay[] = [];
  let unplaced = [...emails];
  for (let today = days.today; unplaced.length > 0; today++) {
    if (!days.isOpen(today)) continue;
    const waiting = unplaced.filter((email) => email.startDay <= today);
    const isCrowded = waiting.length + days.historyOn(today) > days.thresholdOn(today);
    const places = isCrowded ? placesOn(today, waiting, unplaced, days, excess) : null;
    const taken = new Set(places === null ? waiting : takeInOrder(today, waiting, places));
    const isLost = (email: Email) => excess === 'skip' && email.lastDay === today && !taken.has(email);
    const skipped = new Set(waiting.filter(isLost));
    for (const email of taken) placements.push({ email, day: today, isSkipped: false });
    for (const email of skipped) placements.push({ email, day: today, isSkipped: true });
    unplaced = unplaced.filter((email) => !taken.has(email) && !skipped.has(email));

    if (places !== null) {
      const { demands: _, count: taking, ...why } = places;
      crowdedDays.push({ day: today, waiting: waiting.length, taken: taking, ...why });
    }
    const load = taken.size + days.historyOn(today);
    if (load > days.thresholdOn(today)) overloadedDays.push({ day: today, load });
  }
  return { placements, overloadedDays, crowdedDays };
}

/** How many of the waiting a crowded day takes, and what it owes to those that must go. */
interface Places {
  readonly count: number;
  readonly seats: number;
  readonly excess: number;
  readonly promised: number;
  readonly demands: readonly Demand[];
}

/** How many of the waiting a day takes which cannot take them all (Rules 9, daily cap, 2). */
function placesOn(
  today: number,
  waiting: readonly Placeable[],
  unplaced: readonly Placeable[],
  days: DaysToFill,
  excess: Config['load_balancing']['excess'],
): Places {
  const lastDays = [...new Set(waiting.map((email) => email.lastDay))].sort((a, b) => a - b);
  const demands = demandsUpTo(lastDays, today, waiting, unplaced, days);
  const seats = seatsOn(days, today);
  const lesser = demands.map(({ need, over, openDays }) => Math.min(need - seats, Math.ceil(over / openDays)));
  const unavoidable = excess === 'skip' ? 0 : Math.max(0, ...lesser);
  const booked = waiting.filter((email) => email.bookedDay === today).length;
  const promised = Math.min(booked, days.thresholdOn(today) - days.historyOn(today));
  const count = Math.min(waiting.length, Math.max(seats + unavoidable, promised));
  return { count, seats, excess: unavoidable, promised: Math.max(0, promised), demands };
}

/** What the days up to one of the waiting's last days are asked for. */
interface Demand {
  /** One of the last days. */
  readonly day: number;
  /** How many of the waiting must go today because no seat is left for them from tomorrow to that day. */
  readonly need: number;
  /** How many of all emails that must go up to that day have no seat on any day from today on. */
  readonly over: number;
  /** The open days from today to that day. */
  readonly openDays: number;
}

function demandsUpTo(
  lastDays: readonly number[],
  today: number,
  waiting: readonly Placeable[],
  unplaced: readonly Placeable[],
  days: DaysToFill,
): Demand[] {
  const free = seatsNobodyHolds(today, unplaced, days, lastDays[lastDays.length - 1]);
  const demands: Demand[] = [];
  let freeSeats = 0;
  let seats = seatsOn(days, today);
  let openDays = 1;
  let reached = today;
  for (const lastDay of lastDays) {
    while (reached < lastDay) {
      reached++;
      freeSeats += free.get(reached) ?? 0;
      seats += seatsOn(days, reached);
      openDays += days.isOpen(reached) ? 1 : 0;
    }
    const isUpToIt = (email: Placeable) => email.lastDay <= lastDay;
    demands.push({
      day: lastDay,
      need: waiting.filter(isUpToIt).length - freeSeats,
      over: unplaced.filter(isUpToIt).length - seats,
      openDays,
    });
  }
  return demands;
}

/** The seats of the days after today that no email of a later start holds, by day up to a last one. */
function seatsNobodyHolds(
  today: number,
  unplaced: readonly Placeable[],
  days: DaysToFill,
  lastDay: number,
): Map<number, number> {
  const later = unplaced
    .filter((email) => email.startDay > today)
    .sort((a, b) => firstDifference(b.startDay - a.startDay, a.lastDay - b.lastDay));
  const free = new Map<number, number>();
  const end = Math.max(lastDay, ...later.map((email) => email.lastDay));
  for (let day = today + 1; day <= end; day++) free.set(day, seatsOn(days, day));
  for (const { startDay, lastDay: last } of later) {
    let day = last;
    while (day >= startDay && free.get(day) === 0) day--;
    if (day >= startDay) free.set(day, Number(free.get(day)) - 1);
  }
  return free;
}

/** Takes as many of the waiting as there are places, in their order, but none that those that must go have no place beside. */
function takeInOrder<Email extends Placeable>(
  today: number,
  waiting: readonly Email[],
  { count: places, demands }: Places,
): Email[] {
  const owed = demands.map(({ day, need }) => ({ day, count: Math.min(places, Math.max(0, need)) }));
  const taken: Email[] = [];
  for (const email of [...waiting].sort((a, b) => compareWaiting(a, b, today))) {
    const left = places - taken.length - 1;
    if (left < 0) break;
    if (owed.some(({ day, count }) => day < email.lastDay && left < count)) continue;
    taken.push(email);
    for (const one of owed) if (email.lastDay <= one.day) one.count--;
  }
  return taken;
}

/**
 * The order in which a day takes the waiting (Rules 9, daily cap, 2): the important, then those that were promised this day,
 * those that were promised none to come, those that were promised the latest, and then those that must go first.
 */
function compareWaiting(a: Placeable, b: Placeable, today: number): number {
  return firstDifference(
    a.priority - b.priority,
    promiseOf(a, today) - promiseOf(b, today),
    a.lastDay - b.lastDay,
    a.startDay - b.startDay,
    noneLast(a.bookedDay) - noneLast(b.bookedDay),
    a.contactId - b.contactId,
    a.typeCode - b.typeCode,
    a.eventDay - b.eventDay,
  );
}

/** 0 for an email that was promised this day, 1 for one that was promised none after it, more the nearer the promised day. */
function promiseOf({ bookedDay }: Placeable, today: number): number {
  if (bookedDay === today) return 0;
  if (bookedDay === null || bookedDay < today) return 1;
  return 2 + FAR - bookedDay;
}

/** Behind every day that there is. */
const FAR = 1_000_000;

/** A booked day as it is ordered, with none behind all others. */
function noneLast(bookedDay: number | null): number {
  return bookedDay ?? FAR;
}
