import { formatIsoDay } from '../calendar/iso.js';
import type { Organization } from '../columns/organization.js';
import { ROW_CLASS } from '../columns/schedules.js';
import { type BySkipReason, becomesRow, REASON } from '../plan/reasons.js';
import type { Config } from '../rules/config.js';
import { SKIP_REASONS } from '../rules/reasons.js';
import { DailyPlan, type DayMoves } from './dailyPlan.js';
import type { DayEmails } from './dayEmails.js';
import { OUTCOME } from './ledger.js';
import { MARK } from './marks.js';
import type { Sender } from './sender.js';
import { EMAIL_KINDS, type EmailKind, type SimulatedDay, type Volumes } from './simulation.js';

const NOTHING: Volumes = { sent: 0, bounced: 0, failed: 0, held: 0, caught_up: 0, skipped: 0 };

type Counts = { -readonly [Name in keyof Volumes]: number };

/** The sums of volumes. */
export function sumVolumes(volumes: Iterable<Volumes>): Volumes {
  const sum: Counts = { ...NOTHING };
  for (const one of volumes) {
    for (const name of Object.keys(NOTHING) as (keyof Volumes)[]) sum[name] += one[name];
  }
  return sum;
}

/** What skips an email, by reason, in the words that rows begin their skip reasons with. */
const RULE_OF_REASON: Readonly<Record<number, string>> = {
  [REASON.suppressed]: 'suppressed',
  [REASON.underwritingOrganization]: SKIP_REASONS.underwritingOrganization,
  [REASON.underwritingCampaign]: SKIP_REASONS.underwritingCampaign,
  [REASON.exclusion]: 'exclusion',
  [REASON.noOpenDay]: SKIP_REASONS.noOpenDay,
  [REASON.conflict]: 'conflict',
  [REASON.frequency]: SKIP_REASONS.frequencyLimit,
  [REASON.dailyCap]: SKIP_REASONS.dailyCap,
} satisfies BySkipReason<string>;

/** Lives through one day after the other: plans it, then sends what is due. */
export class Simulator {
  private today: number;
  private due = new Uint32Array(1024);
  private readonly kindOfType: readonly EmailKind[];

  private constructor(
    readonly plan: DailyPlan,
    private readonly sender: Sender,
    firstDay: number,
    private readonly emails: DayEmails | null,
  ) {
    this.today = firstDay - 1;
    this.kindOfType = plan.organization.planned.types.map(({ kind }) => kind);
  }

  /**
   * @param organization loaded for all days from `firstDay` to `lastDay`; both included
   * @param emails is told of every email of every day; null when nobody wants to know
   */
  static async create(
    organization: Organization,
    config: Config,
    sender: Sender,
    firstDay: number,
    lastDay: number,
    emails: DayEmails | null = null,
  ): Promise<Simulator> {
    return new Simulator(await DailyPlan.create(organization, config, firstDay, lastDay), sender, firstDay, emails);
  }

  /** Plans the next day. */
  async planDay(): Promise<DayMoves> {
    this.today++;
    return this.plan.planDay();
  }

  /** Sends what is due on the day that was planned, or leaves it. */
  async sendDay(moves: DayMoves): Promise<SimulatedDay> {
    const { today, plan, sender, emails } = this;
    const { firstDay, isOpen, ...caps } = plan.sendDays;
    const offset = today - firstDay;
    const isClosed = isOpen[offset] === 0;
    const [cap, threshold] = [caps.cap[offset], caps.threshold[offset]];
    const hold = isClosed ? 'closed' : sender.holdOn(today);
    const byKind = Object.fromEntries(EMAIL_KINDS.map((kind) => [kind, { ...NOTHING }])) as Record<EmailKind, Counts>;
    const { due, skipped } = this.collect(byKind);
    if (hold === null) await plan.reserveRows(due);
    const { views, marks } = plan.slots;
    const { contacts, planned } = plan.organization;
    for (const candidate of due) {
      const type = views.candidateType[candidate];
      const counts = byKind[this.kindOfType[type]];
      const contact = views.candidateContact[candidate];
      if (hold !== null) {
        counts.held++;
        emails?.note(today, contact, type, 'held');
        marks[candidate] |= MARK.held;
        continue;
      }
      plan.touch(contact);
      const fate = sender.fateOf(contacts.id[contact], planned.types[type].code, today);
      counts[fate]++;
      emails?.note(today, contact, type, fate);
      if (fate === 'failed') {
        marks[candidate] |= MARK.failed;
        continue;
      }
      if (marks[candidate] & MARK.caughtUp) counts.caught_up++;
      plan.note(candidate, fate === 'sent' ? OUTCOME.sent : OUTCOME.bounced);
      plan.addHistory(candidate, fate === 'sent' ? ROW_CLASS.sent : ROW_CLASS.bounced);
      marks[candidate] |= MARK.done;
    }
    const load = due.length + plan.history.foundOn(today);
    return {
      day: formatIsoDay(today),
      ...sumVolumes(Object.values(byKind)),
      load,
      cap,
      threshold,
      is_over_threshold: !isClosed && load > threshold,
      held_by: hold,
      by_kind: byKind,
      skip_reasons: skipped,
      moves: { smoothing: moves.smoothing, cap: moves.cap },
      replanned_contacts: moves.replanned,
    };
  }

  /** The candidates that are due today, in their order; counts those that are skipped. */
  private collect(byKind: Record<EmailKind, Counts>): { due: Uint32Array; skipped: Record<string, number> } {
    const { views, size } = this.plan.slots;
    const { candidateSend, candidateReason, candidateType, candidateContact } = views;
    const skipped = new Uint32Array(REASON.expired);
    let dueCount = 0;
    const { today } = this;
    for (let i = 0; i < size; i++) {
      if (candidateSend[i] !== today) continue;
      if (!becomesRow(candidateReason[i])) continue;
      if (candidateReason[i] !== REASON.scheduled) {
        skipped[candidateReason[i]]++;
        byKind[this.kindOfType[candidateType[i]]].skipped++;
        this.emails?.note(today, candidateContact[i], candidateType[i], 'skipped', RULE_OF_REASON[candidateReason[i]]);
        continue;
      }
      if (dueCount === this.due.length) {
        const larger = new Uint32Array(dueCount * 2);
        larger.set(this.due);
        this.due = larger;
      }
      this.due[dueCount++] = i;
    }
    const rules = Object.entries(RULE_OF_REASON).map(([reason, rule]) => [rule, skipped[Number(reason)]] as const);
    return {
      due: this.due.subarray(0, dueCount),
      skipped: Object.fromEntries(rules.filter(([, count]) => count > 0)),
    };
  }
}
