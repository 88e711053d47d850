/** What can become of an email, as the ledger notes it. */
export const OUTCOME = {
  /** Its day came while it stood in the plan; what became of it is another entry. */
  expected: 0,
  sent: 1,
  /** It was sent and came back; it counts as had (Rules 1, ended rows). */
  bounced: 2,
  /** Found in history: it was sent, or ended, before the first day. */
  found: 3,
  /** Still in the plan after the last day, with days left. */
  open: 4,
  /** A follow-up that a newer initial email ended (Rules 10). */
  superseded: 5,
  /** On its last days nothing went out, or sending it failed, until its deadline had passed. */
  unsent: 6,
  underwritingOrganization: 7,
  underwritingCampaign: 8,
  exclusion: 9,
  conflict: 10,
  frequency: 11,
  suppressed: 12,
  noOpenDay: 13,
  dailyCap: 14,
} as const;

/** One of `OUTCOME`. */
export type Outcome = (typeof OUTCOME)[keyof typeof OUTCOME];

/** The outcomes from here on are rules that skip. */
const FIRST_SKIP = OUTCOME.underwritingOrganization;

/** The rules that skip emails. */
export type SkipRule = Exclude<
  keyof typeof OUTCOME,
  'expected' | 'found' | 'sent' | 'bounced' | 'open' | 'superseded' | 'unsent'
>;

const OUTCOME_COUNT = Math.max(...Object.values(OUTCOME)) + 1;

/** An email that the ledger names. */
export interface LedgerEmail {
  /** The index of the contact. */
  readonly contact: number;
  /** The index of the email type. */
  readonly type: number;
  /** Which of the type's emails it is; see `EmailNames`. */
  readonly occasion: number;
}

/** What an audit of a ledger found. */
export interface EmailAccount {
  /** How many emails were expected or sent. */
  readonly expected: number;
  /** How many of them ended in which way; one that was sent after all counts as sent. */
  readonly byOutcome: Readonly<Record<Exclude<keyof typeof OUTCOME, 'expected' | 'found'>, number>>;
  /** Emails that were expected and have no outcome. */
  readonly lost: { readonly count: number; readonly first: readonly LedgerEmail[] };
  /** Emails that were sent, bounced or found more than once, and at least once sent by the simulation. */
  readonly repeated: { readonly count: number; readonly first: readonly LedgerEmail[] };
}

const MOST_EXAMPLES = 10;

/**
 * The accounts of a simulation (Rules 12.7). An email is one contact's, of one type and occasion, that is, of one event.
 *
 * - It is *expected* from the moment its ideal day has come while it stands in the plan of that day.
 * - It is *lost* when it was expected and has no outcome: it was neither sent, nor skipped by a rule that can be named, nor
 *   given up because sending failed until its deadline, nor ended by a newer email's follow-up, nor is it still planned.
 * - It is *repeated* when it was sent twice, or once more after history had it.
 *
 * The ledger only takes notes, in any order; whether they add up is found out by `audit` alone.
 */
export class Ledger {
  private entries = new Float64Array(1024);
  private count = 0;

  /**
   * @param typeCount email types are below it
   * @param occasionCount occasions are below it
   */
  constructor(
    private readonly typeCount: number,
    private readonly occasionCount: number,
  ) {}

  /** Notes what became of an email. @param outcome one of `OUTCOME` */
  note(contact: number, type: number, occasion: number, outcome: number): void {
    if (this.count === this.entries.length) {
      const larger = new Float64Array(this.count * 2);
      larger.set(this.entries);
      this.entries = larger;
    }
    // One number an entry, whose order is that of the emails: sorted, an email's entries lie together.
    const email = (contact * this.typeCount + type) * this.occasionCount + occasion;
    this.entries[this.count++] = email * OUTCOME_COUNT + outcome;
  }

  /**
   * Goes through all emails; the entries are in order afterwards.
   *
   * @param onSkipped is told of every email that a rule skipped in the end; null when nobody wants to know
   */
  audit(onSkipped: ((email: LedgerEmail, rule: SkipRule) => void) | null = null): EmailAccount {
    const entries = this.entries.subarray(0, this.count).sort();
    const names = Object.keys(OUTCOME) as (keyof typeof OUTCOME)[];
    const counts = new Uint32Array(OUTCOME_COUNT);
    const lost: LedgerEmail[] = [];
    const repeated: LedgerEmail[] = [];
    let [expected, lostCount, repeatedCount] = [0, 0, 0];
    const noted = new Uint32Array(OUTCOME_COUNT);
    for (let start = 0, end = 0; start < entries.length; start = end) {
      const email = Math.floor(entries[start] / OUTCOME_COUNT);
      noted.fill(0);
      for (; end < entries.length && Math.floor(entries[end] / OUTCOME_COUNT) === email; end++) {
        noted[entries[end] % OUTCOME_COUNT]++;
      }
      const given = noted[OUTCOME.sent] + noted[OUTCOME.bounced];
      if (given > 0 && given + noted[OUTCOME.found] > 1) {
        repeatedCount++;
        if (repeated.length < MOST_EXAMPLES) repeated.push(this.emailOf(email));
      }
      if (given + noted[OUTCOME.expected] === 0) continue;
      expected++;
      const outcome = outcomeOf(noted);
      if (outcome !== null) {
        counts[outcome]++;
        if (outcome >= FIRST_SKIP) onSkipped?.(this.emailOf(email), names[outcome] as SkipRule);
      } else {
        lostCount++;
        if (lost.length < MOST_EXAMPLES) lost.push(this.emailOf(email));
      }
    }
    const ended = names.filter((name) => name !== 'expected' && name !== 'found');
    return {
      expected,
      byOutcome: Object.fromEntries(ended.map((name) => [name, counts[OUTCOME[name]]])) as EmailAccount['byOutcome'],
      lost: { count: lostCount, first: lost },
      repeated: { count: repeatedCount, first: repeated },
    };
  }

  private emailOf(email: number): LedgerEmail {
    const ofContact = Math.floor(email / this.occasionCount);
    return {
      contact: Math.floor(ofContact / this.typeCount),
      type: ofContact % this.typeCount,
      occasion: email % this.occasionCount,
    };
  }
}

/** The outcome of an email's entries, the one that leaves least to wish for; null when there is none. */
function outcomeOf(noted: Uint32Array): number | null {
  for (let outcome: number = OUTCOME.sent; outcome < OUTCOME_COUNT; outcome++) {
    if (outcome !== OUTCOME.found && noted[outcome] > 0) return outcome;
  }
  return null;
}
