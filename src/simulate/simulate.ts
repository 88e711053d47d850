import { formatIsoDay } from '../calendar/iso.js';
import { OpenDays } from '../calendar/openDays.js';
import { loadOrganization, type Organization } from '../columns/organization.js';
import type { OrganizationSource } from '../columns/source.js';
import { type Config, type ConfigInput, resolveConfig } from '../rules/config.js';
import { type ScheduleInput, withSource } from '../run/library.js';
import { throwIfAborted } from '../run/stopwatch.js';
import { resolveToday } from '../run/today.js';
import type { SqlJsOptions } from '../store/driver/sqljs.js';
import type { DayEmails } from './dayEmails.js';
import type { LedgerEmail, SkipRule } from './ledger.js';
import { Sender, type SenderOptions } from './sender.js';
import { type Accounts, EMAIL_KINDS, type SimulatedDay, type SimulatedEmail, type Simulation } from './simulation.js';
import { Simulator, sumVolumes } from './simulator.js';

/** Which days are simulated, by which rules, and what goes wrong on them. */
export interface SimulateOptions extends SenderOptions {
  /** The first day, `YYYY-MM-DD` or days since 1970-01-01. */
  readonly from: string | number;
  /** The last day, likewise; at most ten years later. */
  readonly to: string | number;
  /** The configuration in the names of the rulebook; all defaults when left out. */
  readonly config?: ConfigInput;
  /** Is told of every day when it is over. */
  readonly onDay?: (day: SimulatedDay, daysDone: number, dayCount: number) => void;
  /** Gives the simulation up between two days. */
  readonly signal?: AbortSignal;
  /** How to find SQLite's WebAssembly file, when the input is a SQLite file. */
  readonly sqlJs?: SqlJsOptions;
}

/** The most days that one simulation lives through. */
export const MOST_DAYS = 3660;

/** How long days go by without anybody else getting a turn, in milliseconds. */
const TURN_MS = 12;

/** Days and options as they were checked. */
export interface SimulationSettings {
  readonly config: Config;
  readonly firstDay: number;
  readonly lastDay: number;
  readonly sender: Sender;
}

/** Checks what `simulate` was asked for. @throws RangeError or SendplanError */
export function settingsOf(options: SimulateOptions): SimulationSettings {
  const config = resolveConfig(options.config);
  const dayOf = (argument: 'from' | 'to') => {
    if (options[argument] === undefined) throw new TypeError(`${argument}: expected a date YYYY-MM-DD, got nothing`);
    return resolveToday(options[argument], config, argument);
  };
  const firstDay = dayOf('from');
  const lastDay = dayOf('to');
  if (lastDay < firstDay || lastDay - firstDay >= MOST_DAYS) {
    const allowed = `a day from ${formatIsoDay(firstDay)} on, at most ${MOST_DAYS} days in all`;
    throw new RangeError(`to: expected ${allowed}, got ${formatIsoDay(lastDay)}`);
  }
  const hasCalendar = !new OpenDays(config.calendar).areAll;
  const sender = new Sender({ ...options, skipWeekends: options.skipWeekends === true && !hasCalendar });
  return { config, firstDay, lastDay, sender };
}

const GIVEN_UP = 'The simulation was given up; nothing was written anywhere.';

/** Names an email that the ledger is about. */
function emailOf({ plan }: Simulator, { contact, type, occasion }: LedgerEmail): SimulatedEmail {
  const { contacts, planned } = plan.organization;
  const isFollowup = planned.types[type].kind === 'followup';
  return {
    contact_id: contacts.id[contact],
    email_type: isFollowup ? 'followup' : planned.types[type].name,
    event_year: isFollowup || type >= planned.firstCampaign ? null : plan.names.yearOfOccasion(occasion),
    initial_sent_date: isFollowup ? formatIsoDay(plan.names.dayOfOccasion(occasion)) : null,
  };
}

/** What became of all emails. */
function accountsOf(simulator: Simulator, emails: DayEmails | null): Accounts {
  const onSkipped = ({ contact, type }: LedgerEmail, rule: SkipRule) =>
    emails?.noteSkippedInTheEnd(contact, type, rule);
  const { ledger } = simulator.plan;
  const { expected, byOutcome, lost, repeated } = ledger.audit(emails === null ? null : onSkipped);
  const { sent, bounced, superseded, unsent, open, ...skipped } = byOutcome;
  const named = ({ count, first }: typeof lost) => ({ count, first: first.map((email) => emailOf(simulator, email)) });
  return { expected, sent, bounced, skipped, superseded, unsent, open, lost: named(lost), repeated: named(repeated) };
}

/** An organization that is ready to be lived through. */
export interface LoadedSimulation {
  readonly organization: Organization;
  readonly settings: SimulationSettings;
  readonly loadSeconds: number;
}

/** Loads what all days of a simulation need, each table once. */
export function loadSimulation(source: OrganizationSource, settings: SimulationSettings): LoadedSimulation {
  const startMs = performance.now();
  const { config, firstDay, lastDay } = settings;
  const organization = loadOrganization(source, config, firstDay, () => {}, lastDay);
  return { organization, settings, loadSeconds: (performance.now() - startMs) / 1000 };
}

/**
 * Lives through the days of a loaded organization, which is used up by it.
 *
 * @param emails is told of every email of every day; null when nobody wants to know
 * @throws SendplanError `interrupted` when the signal said so
 */
export async function liveThrough(
  { organization, settings, loadSeconds }: LoadedSimulation,
  { onDay, signal }: Pick<SimulateOptions, 'onDay' | 'signal'>,
  emails: DayEmails | null = null,
): Promise<Simulation> {
  const { config, firstDay, lastDay, sender } = settings;
  throwIfAborted(signal, GIVEN_UP);
  const startMs = performance.now();
  const simulator = await Simulator.create(organization, config, sender, firstDay, lastDay, emails);
  const days: SimulatedDay[] = [];
  let turnMs = performance.now();
  for (let today = firstDay; today <= lastDay; today++) {
    const day = await simulator.sendDay(await simulator.planDay());
    days.push(day);
    onDay?.(day, days.length, lastDay - firstDay + 1);
    if (performance.now() - turnMs >= TURN_MS) {
      // Whoever shows the days, or wants to give them up, gets a turn.
      await new Promise((resolve) => setTimeout(resolve));
      turnMs = performance.now();
    }
    throwIfAborted(signal, GIVEN_UP);
  }
  const lastMs = performance.now();
  simulator.plan.close();
  const accounts = accountsOf(simulator, emails);
  const { contacts } = organization;
  const { profile, cap, threshold } = simulator.plan.run.limits;
  const held = (hold: SimulatedDay['held_by']) => days.filter((day) => day.held_by === hold).length;
  const over = days.filter((day) => day.is_over_threshold);
  return {
    from: formatIsoDay(firstDay),
    to: formatIsoDay(lastDay),
    contacts: { rows: contacts.rowCount, planned: contacts.count, rejected: contacts.rowCount - contacts.count },
    sender: sender.options,
    limits: { profile, cap, threshold },
    total: sumVolumes(days),
    by_kind: Object.fromEntries(
      EMAIL_KINDS.map((kind) => [kind, sumVolumes(days.map((day) => day.by_kind[kind]))]),
    ) as Simulation['by_kind'],
    days,
    days_over_threshold: over.map(({ day, load }) => ({ day, load })),
    days_held: { weekend: held('weekend'), outage: held('outage'), closed: held('closed') },
    accounts,
    seconds: {
      load: loadSeconds,
      days: (lastMs - startMs) / 1000,
      accounts: (performance.now() - lastMs) / 1000,
    },
  };
}

/**
 * Runs every day of a period and sends what is due (Rules 12.7), without touching any store: the tables are read once, each
 * day's plan is what a run on that day would write, and what is sent on it is history of the next.
 *
 * Emails that bounce count as had. Those that fail are planned again (Rules 1), and so are those that are due on a weekend or
 * in an outage; both catch up as section 5 of the rules says. Readers react as the tables have it, and nobody joins or leaves.
 * Unique indexes are not looked at.
 *
 * @throws TypeError or RangeError when an argument is not what it has to be
 * @throws SendplanError when the configuration or the SQLite file is refused, `interrupted` when the signal said so
 * @example
 * import { simulate } from 'sendplan';
 * const contacts = [{ id: 1, email: 'ann@example.com', state: 'TX', birth_date: '1960-07-20' }];
 * const year = await simulate({ contacts }, { from: '2025-01-01', to: '2025-12-31' });
 * console.log(year.days.length, year.accounts.sent); // 365 4
 */
export async function simulate(input: ScheduleInput, options: SimulateOptions): Promise<Simulation> {
  const settings = settingsOf(options);
  const loaded = await withSource(input, options.sqlJs, async (source) => loadSimulation(source, settings));
  return liveThrough(loaded, options);
}
