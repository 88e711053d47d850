import type { SkipRule } from '../simulate/ledger.js';
import {
  EMAIL_KINDS,
  type EmailKind,
  type SimulatedDay,
  type SimulatedEmail,
  type Simulation,
} from '../simulate/simulation.js';
import type { WhatIf } from '../simulate/whatIf.js';
import { counted, dated, grouped, listed, paragraph } from './text/prose.js';
import { type Cell, table } from './text/textTable.js';

const KIND_NAMES: Readonly<Record<EmailKind, string>> = {
  birthday: 'birthday',
  effective_date: 'effective date',
  aep: 'aep',
  post_window: 'post-window',
  campaign: 'campaign',
  followup: 'follow-up',
};

const RULE_NAMES = {
  suppressed: 'suppressed',
  noOpenDay: 'no open day',
  dailyCap: 'no seat within the caps',
  underwritingOrganization: "by the organization's underwriting",
  underwritingCampaign: "by a campaign's underwriting",
  exclusion: 'by a state window',
  conflict: 'by another campaign of the day',
  frequency: 'by the frequency limit',
} as const satisfies Readonly<Record<SkipRule, string>>;

const MOST_DAYS_NAMED = 3;
const BLOCKS = '▁▂▃▄▅▆▇█';
const WEEK = 7;

function went({ sent, bounced }: { readonly sent: number; readonly bounced: number }): number {
  return sent + bounced;
}

/** A row of blocks, one for each week, as high as what went out in it. */
function weekBlocks(days: readonly SimulatedDay[]): string {
  const weeks: number[] = [];
  days.forEach((day, i) => {
    weeks[Math.floor(i / WEEK)] = (weeks[Math.floor(i / WEEK)] ?? 0) + went(day);
  });
  const most = Math.max(1, ...weeks);
  return weeks.map((count) => BLOCKS[Math.min(BLOCKS.length - 1, Math.floor((count / most) * BLOCKS.length))]).join('');
}

/** The days by their months, in order. */
function monthsOf(days: readonly SimulatedDay[]): [month: string, days: SimulatedDay[]][] {
  const months = new Map<string, SimulatedDay[]>();
  for (const day of days) {
    const month = day.day.slice(0, 7);
    months.set(month, [...(months.get(month) ?? []), day]);
  }
  return [...months];
}

function sumOf(days: readonly SimulatedDay[], count: (day: SimulatedDay) => number): number {
  return days.reduce((total, day) => total + count(day), 0);
}

function monthTable({ days }: Simulation): string {
  const line = (name: string, of: readonly SimulatedDay[]): Cell[] => [
    name,
    ...EMAIL_KINDS.map((kind) => sumOf(of, ({ by_kind }) => went(by_kind[kind]))),
    sumOf(of, went),
    sumOf(of, ({ caught_up }) => caught_up),
    sumOf(of, ({ failed, held }) => failed + held),
    sumOf(of, ({ skipped }) => skipped),
  ];
  const head = ['went out', ...EMAIL_KINDS.map((kind) => KIND_NAMES[kind]), 'all', 'caught up', 'put off', 'skipped'];
  return table(head, [...monthsOf(days).map(([month, of]) => line(month, of)), line('all', days)]);
}

function fullestText({ days, days_over_threshold: over, limits }: Simulation): string {
  const fullest = days.reduce((most, day) => (day.load > most.load ? day : most), days[0]);
  const most = `The fullest day is ${dated(fullest.day)} with ${counted(fullest.load, 'email')}.`;
  if (over.length === 0) return `${most} No day is over its threshold, ${grouped(limits.threshold)} at most.`;
  const named = over.slice(0, MOST_DAYS_NAMED).map(({ day, load }) => `${dated(day)} ${grouped(load)}`);
  const rest = over.length > MOST_DAYS_NAMED ? [`${over.length - MOST_DAYS_NAMED} more`] : [];
  const [verb, what] = over.length === 1 ? ['is', 'it holds'] : ['are', 'they hold'];
  return `${most} ${counted(over.length, 'day')} ${verb} over ${over.length === 1 ? 'its' : 'their'} threshold, ${grouped(limits.threshold)} at most, because what ${what} had no seat on any other day: ${listed([...named, ...rest])}.`;
}

function emailText({ contact_id, email_type, event_year, initial_sent_date }: SimulatedEmail): string {
  const about = initial_sent_date === null ? (event_year ?? '') : `of the email of ${initial_sent_date}`;
  return `  contact ${contact_id}: ${email_type} ${about}`.trimEnd();
}

function accountsText({ accounts }: Simulation): string {
  const lines: [string, number][] = [
    ['expected', accounts.expected],
    ['sent', accounts.sent],
    ['bounced', accounts.bounced],
    ...Object.entries(RULE_NAMES).map(([rule, name]): [string, number] => [
      `skipped ${name}`,
      accounts.skipped[rule as keyof typeof RULE_NAMES],
    ]),
    ['follow-ups ended by a newer email', accounts.superseded],
    ['not sent by their deadline: outages, weekends, failures', accounts.unsent],
    ['planned on after the last day', accounts.open],
    ['lost', accounts.lost.count],
    ['repeated', accounts.repeated.count],
  ];
  const isTold = ([name, count]: [string, number]) => count > 0 || ['sent', 'lost', 'repeated'].includes(name);
  const examples = (['lost', 'repeated'] as const).flatMap((name) =>
    accounts[name].first.length === 0 ? [] : [`${name}:`, ...accounts[name].first.map(emailText)],
  );
  return [table(['what became of them', 'emails'], lines.filter(isTold)), ...examples].join('\n');
}

function senderText({ sender, days_held: held }: Simulation): string {
  const share = (rate: number) => `${Number((100 * rate).toFixed(3))} %`;
  const parts = [
    ...(held.weekend > 0 ? [`nothing went out on ${counted(held.weekend, 'day')} of weekends`] : []),
    ...(held.closed > 0 ? [`${counted(held.closed, 'day')} were closed by the calendar`] : []),
    ...(held.outage > 0 ? [`in outages on ${counted(held.outage, 'day')}`] : []),
    ...(sender.bounceRate > 0 ? [`${share(sender.bounceRate)} bounced`] : []),
    ...(sender.failureRate > 0 ? [`${share(sender.failureRate)} failed and was tried again`] : []),
  ];
  return parts.length === 0 ? 'Everything went out on its day.' : `With seed ${sender.seed}, ${listed(parts)}.`;
}

/** A simulation for people: volumes by month and kind, the weeks in a line, and the accounts. */
export function simulationText(simulation: Simulation): string {
  const { from, to, contacts, limits, total, days, seconds } = simulation;
  const opening = [
    `${dated(from)} to ${dated(to)}, ${counted(contacts.planned, 'contact')}, at most ${counted(limits.cap, 'email')} a day.`,
    `${counted(went(total), 'email')} went out.`,
    senderText(simulation),
    fullestText(simulation),
  ];
  const took = `${days.length} days in ${seconds.days.toFixed(1)} s, after ${seconds.load.toFixed(1)} s of loading. Nothing was written into the database.`;
  return `${paragraph(opening)}\n\n${weekBlocks(days)}  week by week\n\n${monthTable(simulation)}\n\n${accountsText(simulation)}\n\n${took}\n`;
}

/** Two simulations side by side, for people. */
export function whatIfText({ base, other }: WhatIf): string {
  const signed = (value: number) => (value > 0 ? `+${grouped(value)}` : value === 0 ? '' : grouped(value));
  const line = (name: string, count: (simulation: Simulation) => number): Cell[] => [
    name,
    count(base),
    count(other),
    signed(count(other) - count(base)),
  ];
  const fullest = ({ days }: Simulation) => days.reduce((most, { load }) => Math.max(most, load), 0);
  const skipped = ({ accounts }: Simulation) => Object.values(accounts.skipped).reduce((sum, count) => sum + count, 0);
  const lines = [
    ...EMAIL_KINDS.map((kind) => line(`went out: ${KIND_NAMES[kind]}`, ({ by_kind }) => went(by_kind[kind]))),
    line('went out: all', ({ total }) => went(total)),
    line('caught up', ({ total }) => total.caught_up),
    line('put off: held or failed', ({ total }) => total.held + total.failed),
    line('fullest day', fullest),
    line('days over their threshold', (simulation) => simulation.days_over_threshold.length),
    line('closed days', ({ days_held }) => days_held.closed),
    line('weekends and outages', ({ days_held }) => days_held.weekend + days_held.outage),
    line('daily cap', ({ limits }) => limits.cap),
    line('expected', ({ accounts }) => accounts.expected),
    line('skipped to the end', skipped),
    line('not sent by their deadline', ({ accounts }) => accounts.unsent),
    line('lost', ({ accounts }) => accounts.lost.count),
    line('repeated', ({ accounts }) => accounts.repeated.count),
  ];
  const blocks = [`${weekBlocks(base.days)}  as it is`, `${weekBlocks(other.days)}  what if`].join('\n');
  const took = `2 times ${base.days.length} days in ${(base.seconds.days + other.seconds.days).toFixed(1)} s. Nothing was written into the database.`;
  const opening = [
    `${dated(base.from)} to ${dated(base.to)}, ${counted(base.contacts.planned, 'contact')}.`,
    senderText(base),
  ];
  return `${paragraph(opening)}\n\n${blocks}\n\n${table(['', 'as it is', 'what if', 'difference'], lines)}\n\n${took}\n`;
}
