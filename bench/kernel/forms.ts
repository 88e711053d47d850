import { NULL_INT32 } from '../../src/columns/nulls.js';
import { KERNEL_COLUMNS, type KernelColumn } from '../../src/kernel/columns.js';
import type { Plan } from '../../src/plan/plan.js';
import { planOrganization } from '../../src/plan/planOrganization.js';
import { becomesRow, REASON } from '../../src/plan/reasons.js';
import { stateName } from '../../src/rules/states.js';
import {
  type AnniversaryColumns,
  type AnniversaryRules,
  anniversaryColumns,
  checksumOf,
  KINDS,
  OUTCOME,
} from './anniversaries.js';
import { columnsOfEmails, type DatedContact, DatePlanner } from './dateObjects.js';
import { IntegerPlanner, type IntegerRules } from './integers.js';
import { type Loaded, TODAY } from './organizations.js';
import type { MicroTask } from './task.js';

const MS_PER_DAY = 86_400_000;

/** The forms, and what they were found to agree on. */
export interface Forms {
  readonly tasks: readonly MicroTask[];
  readonly emails: number;
  /** The same for every form. */
  readonly checksum: number;
}

function rulesOf({ config }: Loaded): AnniversaryRules {
  const [aep] = config.aep;
  return {
    today: TODAY,
    birthdayDaysBefore: config.birthday_email_days_before,
    effectiveDaysBefore: config.effective_date_days_before,
    firstEmailMonths: config.organization.effective_date_first_email_months,
    catchUpDays: config.load_balancing.catch_up_spread_days,
    aep: { month: aep.month, day: aep.day, deadlineMonth: aep.deadline_month, deadlineDay: aep.deadline_day },
  };
}

function kernelColumns({ views, kernel, count, organization }: Plan): AnniversaryColumns {
  const columns = anniversaryColumns(organization.contacts.count);
  for (let i = 0; i < count; i++) {
    if (!becomesRow(views.candidateReason[i])) throw new Error('a candidate without a row');
    const place = views.candidateContact[i] * KINDS.length + views.candidateType[i];
    columns.event[place] = views.candidateEvent[i];
    columns.ideal[place] = kernel.idealOf(i);
    columns.start[place] = views.candidateStart[i];
    columns.outcome[place] = views.candidateReason[i] === REASON.scheduled ? OUTCOME.scheduled : OUTCOME.excluded;
  }
  return columns;
}

function integerRules({ run }: Plan): IntegerRules {
  const { rules } = run.assigned;
  return {
    kind: Uint8Array.from([0, ...rules.map((rule) => rule.kindCode)]),
    lead: Int32Array.from([0, ...rules.map((rule) => rule.leadDays)]),
    tail: Int32Array.from([0, ...rules.map((rule) => rule.tailDays)]),
    monthStart: Uint8Array.from([0, ...rules.map((rule) => Number(rule.startsWithMonth))]),
  };
}

function datedContacts({ organization }: Loaded): DatedContact[] {
  const { id, state, birth, effective } = organization.contacts;
  const dateOf = (day: number) => (day === NULL_INT32 ? null : new Date(day * MS_PER_DAY));
  return Array.from(id, (contactId, i) => ({
    id: contactId,
    state: stateName(state[i]),
    birthDate: dateOf(birth[i]),
    effectiveDate: dateOf(effective[i]),
  }));
}

/** The bytes that the kernel reads of every contact, and those of the candidates it writes. */
function kernelBytes(plan: Plan): { read: number; written: number } {
  const names = Object.keys(KERNEL_COLUMNS) as KernelColumn[];
  const bytes = (name: KernelColumn) => KERNEL_COLUMNS[name].BYTES_PER_ELEMENT;
  const sum = (found: readonly KernelColumn[]) => found.reduce((total, name) => total + bytes(name), 0);
  const perContact: readonly string[] = ['enrolmentFirst', 'rowFirst'];
  const read = names.filter((name) => name.startsWith('contact') || perContact.includes(name));
  const written = names.filter((name) => name.startsWith('candidate') && name !== 'candidateFirst');
  const contacts = plan.organization.contacts.count;
  return { read: sum(read) * contacts, written: sum(written) * plan.count + bytes('candidateFirst') * contacts };
}

/** Copies bytes within one WebAssembly memory, which is what `memory.copy` does. */
function copyTask(name: string, bytes: number, contacts: number): MicroTask {
  const memory = new WebAssembly.Memory({ initial: Math.ceil((2 * bytes) / 65_536) });
  const from = new Uint8Array(memory.buffer, 0, bytes);
  const to = new Uint8Array(memory.buffer, bytes, bytes);
  from.fill(1);
  to.fill(2);
  const label = `memory.copy of the bytes the kernel ${name} (${(bytes / contacts).toFixed(0)} a contact)`;
  return { name: label, unit: 'contact', units: contacts, run: () => to.set(from) };
}

/**
 * Makes the forms of the planner over one organization and checks that they give the same emails.
 *
 * @throws Error when they do not
 */
export async function makeForms(loaded: Loaded): Promise<Forms> {
  const { organization, config } = loaded;
  const contacts = organization.contacts.count;
  const rules = rulesOf(loaded);
  const plan = await planOrganization(organization, config, TODAY);

  const dated = datedContacts(loaded);
  const stateRules = new Map(
    plan.run.assigned.rules.map((rule) => [
      rule.state,
      {
        kind: rule.kind,
        leadDays: rule.leadDays,
        tailDays: rule.tailDays,
        startsWithMonth: rule.startsWithMonth,
      },
    ]),
  );
  const datePlanner = new DatePlanner(rules, stateRules);
  const integers = new IntegerPlanner(rules, integerRules(plan));
  const { id, state, birth, effective } = organization.contacts;
  const columns = { count: contacts, id, state, birth, effective, rule: plan.run.assigned.ruleOf };
  const out = anniversaryColumns(contacts);

  integers.planAll(columns, out);
  const checksum = checksumOf(kernelColumns(plan));
  const found = {
    'Date objects': checksumOf(columnsOfEmails(datePlanner.planAll(dated), id)),
    integers: checksumOf(out),
  };
  for (const [form, sum] of Object.entries(found)) {
    if (sum !== checksum) throw new Error(`the form "${form}" gives other emails than the kernel: ${sum}, ${checksum}`);
  }
  const bytes = kernelBytes(plan);
  const task = (name: string, run: () => unknown): MicroTask => ({ name, unit: 'contact', units: contacts, run });
  return {
    emails: plan.count,
    checksum,
    tasks: [
      task('TypeScript, Date objects', () => datePlanner.planAll(dated)),
      task('TypeScript, integers in typed arrays', () => integers.planAll(columns, out)),
      task('kernel (WebAssembly), planContacts', () => plan.kernel.planContacts(0, contacts)),
      copyTask('writes', bytes.written, contacts),
      copyTask('reads', bytes.read, contacts),
    ],
  };
}
