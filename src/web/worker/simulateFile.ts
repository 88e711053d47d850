import { stateName } from '../../rules/states.js';
import { withSource } from '../../run/library.js';
import { DayEmails } from '../../simulate/dayEmails.js';
import { liveThrough, loadSimulation, settingsOf } from '../../simulate/simulate.js';
import type { SimulatedDay, Simulation } from '../../simulate/simulation.js';
import type { ListedSimulatedEmails, Progress, SimulatedEmailsRequest, SimulateRequest } from '../protocol/protocol.js';
import { askDatabase } from './changedCopy.js';
import { readDatabase } from './databaseBytes.js';
import { contactsById } from './lookups.js';
import { sqlJsFile } from './sqlJsFile.js';

/** How often the page is told of days; a picture for each would be more than the eye sees. */
const TOLD_EVERY_MS = 40;

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

  /** Emails of a day, in the order of the plan. @throws SendplanError when the database cannot be read any more */
  list({ day, fate, start, end }: SimulatedEmailsRequest): Promise<ListedSimulatedEmails> {
    const meant = Array.from(this.emails.of(day)).filter((email) => fate === null || email.fate === fate);
    const shown = meant.slice(start, end);
    const ids = new Set(shown.map(({ contact }) => this.contactIds[contact]));
    return askDatabase(this.database, (connection) => {
      const contacts = contactsById(connection, ids);
      const emails = shown.map(({ contact, type, fate: given, rule }) => {
        const contactId = this.contactIds[contact];
        const { name = null, address = null } = contacts.get(contactId) ?? {};
        const state = stateName(this.states[contact]);
        return { contactId, name, address, state, emailType: this.typeNames[type], fate: given, rule };
      });
      return { total: meant.length, emails };
    });
  }
}
