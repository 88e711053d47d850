import { kindOfType } from '../../report/charts/series.js';
import { stateName } from '../../rules/states.js';
import { withSource } from '../../run/library.js';
import { type DayEmail, DayEmails } from '../../simulate/dayEmails.js';
import { liveThrough, loadSimulation, settingsOf } from '../../simulate/simulate.js';
import type { SimulatedDay, Simulation } from '../../simulate/simulation.js';
import type { Progress, SimulateRequest } from '../protocol/protocol.js';
import type {
  ListedSimulatedEmail,
  ListedSimulatedEmails,
  SimulatedEmailChoice,
  SimulatedEmailsRequest,
  SimulatedGroup,
} from '../protocol/simulatedEmails.js';
import { askDatabase } from './changedCopy.js';
import { readDatabase } from './databaseBytes.js';
import { type Breathe, csvInBatches, isOfState } from './listing.js';
import { contactsById } from './lookups.js';
import { sqlJsFile } from './sqlJsFile.js';

/** How often the page is told of days; a picture for each would be more than the eye sees. */
const TOLD_EVERY_MS = 40;

/** The columns of a file of emails, named as those of planned emails are where they are the same. */
const COLUMNS: readonly (readonly [head: string, cellOf: (email: ListedSimulatedEmail) => string | number | null])[] = [
  ['contact_id', ({ contactId }) => contactId],
  ['name', ({ name }) => name],
  ['address', ({ address }) => address],
  ['state', ({ state }) => state],
  ['email_type', ({ emailType }) => emailType],
  ['outcome', ({ fate }) => fate],
  ['skip_rule', ({ rule }) => rule],
];

/** Days that were lived through, with every email of each. */
export class LivedDays {
  private constructor(
    readonly simulation: Simulation,
    private readonly database: Blob,
    private readonly emails: DayEmails,
    private readonly contactIds: Float64Array,
    private readonly states: Uint8Array,
    private readonly typeNames: readonly string[],
  ) {}

  /**
   * Simulates days on a database, which is only read (Rules 12.7).
   *
   * @throws SendplanError or RangeError as `simulate` does
   */
  static async simulate(request: SimulateRequest, tell: (progress: Progress) => void): Promise<LivedDays> {
    const { database, name, ...options } = request;
    tell({ stage: 'open', done: 0, total: null });
    const settings = settingsOf(options);
    const loaded = await withSource(await readDatabase(database, name), sqlJsFile(), async (source) =>
      loadSimulation(source, settings),
    );
    const { contacts, planned } = loaded.organization;
    const [ids, states] = [Float64Array.from(contacts.id), Uint8Array.from(contacts.state)];
    const emails = new DayEmails();
    let days: SimulatedDay[] = [];
    let toldMs = 0;
    const onDay = (day: SimulatedDay, done: number, total: number) => {
      days.push(day);
      if (performance.now() - toldMs < TOLD_EVERY_MS && done < total) return;
      toldMs = performance.now();
      tell({ stage: 'simulate', done, total, days });
      days = [];
    };
    const simulation = await liveThrough(loaded, { onDay }, emails);
    const names = planned.types.map((type) => type.name);
    return new LivedDays(simulation, database, emails, ids, states, names);
  }

  /** Emails in the order of the plan. @throws SendplanError when the database cannot be read any more */
  list(request: SimulatedEmailsRequest): Promise<ListedSimulatedEmails> {
    const all = this.#emailsOf(request.of);
    const meant = this.#meant(all, request);
    const shown = meant.slice(request.start, request.end);
    const codes = [...new Set(all.map(({ contact }) => this.states[contact]))];
    return askDatabase(this.database, (connection) => ({
      total: meant.length,
      emails: this.#listed(shown, request.of, contactsById(connection, this.#idsOf(shown))),
      kinds: [...new Set(all.map(({ type }) => kindOfType(this.typeNames[type])))],
      states: codes.map(stateName),
    }));
  }

  /** Emails as CSV, with names and addresses, in the order of the plan. @throws SendplanError as `list` does */
  async asCsv(choice: SimulatedEmailChoice, breathe: Breathe): Promise<Blob> {
    const meant = this.#meant(this.#emailsOf(choice.of), choice);
    const contacts = await askDatabase(this.database, (connection) => contactsById(connection, this.#idsOf(meant)));
    const rowsOf = (batch: readonly DayEmail[]) =>
      this.#listed(batch, choice.of, contacts).map((email) => COLUMNS.map(([, cellOf]) => cellOf(email)));
    const heads = COLUMNS.map(([head]) => head);
    return csvInBatches(heads, meant, rowsOf, breathe);
  }

  #emailsOf(of: SimulatedGroup): DayEmail[] {
    return Array.from('day' in of ? this.emails.of(of.day) : this.emails.skippedInTheEnd(of.skippedBy));
  }

  #meant(emails: readonly DayEmail[], { fate, kind, state }: SimulatedEmailChoice): DayEmail[] {
    const isKind = this.typeNames.map((name) => kind === null || kind === kindOfType(name));
    const isMeant = isOfState(state);
    return emails.filter(
      (email) => (fate === null || email.fate === fate) && isKind[email.type] && isMeant(this.states[email.contact]),
    );
  }

  #idsOf(emails: readonly DayEmail[]): Set<number> {
    return new Set(emails.map(({ contact }) => this.contactIds[contact]));
  }

  #listed(
    emails: readonly DayEmail[],
    of: SimulatedGroup,
    contacts: ReturnType<typeof contactsById>,
  ): ListedSimulatedEmail[] {
    return emails.map(({ contact, type, fate, rule }) => {
      const contactId = this.contactIds[contact];
      const { name = null, address = null } = contacts.get(contactId) ?? {};
      const state = stateName(this.states[contact]);
      const kind = kindOfType(this.typeNames[type]);
      // Which follow-up it would have been was decided on none of its days for good.
      const emailType = 'skippedBy' in of && kind === 'followup' ? kind : this.typeNames[type];
      return { contactId, name, address, state, emailType, fate, rule };
    });
  }
}
