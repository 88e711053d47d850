import { type Enrolments, enrolmentsOver } from './campaigns.js';
import { type ContactValues, contactsOver } from './contacts.js';
import { IssueLog } from './issueLog.js';
import type { Organization } from './organization.js';
import { schedulesOver } from './scheduleOrder.js';
import { EmailTypes, type Schedules } from './schedules.js';
import { sharedBytes } from './sharedBytes.js';
import { type Signals, signalsOver } from './signals.js';
import { TextDictionary } from './texts.js';

type Column = Float64Array | Int32Array | Uint32Array | Uint8Array;

/**
 * An organization as data that goes from thread to thread, its columns in memory that both see; without its issues and what only reports
 * ask for.
 */
export interface SharedOrganization
  extends Pick<Organization, 'campaignTypes' | 'instances' | 'running' | 'planned' | 'suppressions'> {
  readonly contacts: ContactValues;
  readonly contactRows: number;
  readonly enrolments: Omit<Enrolments, 'table'>;
  readonly schedules: Omit<Schedules, 'toTable'>;
  readonly signals: Omit<Signals, 'table'>;
  readonly typeNames: readonly string[];
  readonly texts: readonly string[];
}

function isColumn(value: unknown): value is Column {
  return ArrayBuffer.isView(value);
}

/** A column in memory that all threads see: its own where that is such, else a copy. */
function sharedColumn<Values extends Column>(column: Values): Values {
  if (!(column.buffer instanceof ArrayBuffer)) return column;
  const create = column.constructor as new (buffer: ArrayBufferLike) => Values;
  const shared = new create(sharedBytes(column.byteLength));
  shared.set(column);
  return shared;
}

/** The same with all columns shared. */
function shared<Values extends object>(values: Values): Values {
  const entries = Object.entries(values).map(([name, value]) => [name, isColumn(value) ? sharedColumn(value) : value]);
  return Object.fromEntries(entries) as Values;
}

/** An organization for another thread. Its columns are the organization's own where all threads see them; nobody may change them. */
export function toShared(organization: Organization): SharedOrganization {
  const { campaignTypes, instances, running, planned, suppressions, emailTypes, texts } = organization;
  const { id, state, birth, effective, carrier, carriers, flags, rowCount } = organization.contacts;
  const { first, campaign, trigger } = organization.enrolments;
  const { lastClickDay, lastAnswerDay, lastConditionDay } = organization.signals;
  const { toTable: _, ...schedules } = organization.schedules;
  return {
    // Together, so that an instance stays one wherever it is named.
    ...{ campaignTypes, instances, running, planned },
    contacts: shared({ id, state, birth, effective, carrier, carriers, flags }),
    contactRows: rowCount,
    enrolments: shared({ first, campaign, trigger }),
    signals: shared({ lastClickDay, lastAnswerDay, lastConditionDay }),
    schedules: shared({ ...schedules, forms: shared(schedules.forms) }),
    suppressions: shared(suppressions),
    typeNames: emailTypes.names,
    texts: texts.texts,
  };
}

/** The organization of another thread, with an empty list of issues. */
export function fromShared(given: SharedOrganization): Organization {
  const { campaignTypes, instances, running, planned, suppressions, schedules } = given;
  const names = planned.types.map((type) => type.name);
  const emailTypes = new EmailTypes(names, campaignTypes.values(), instances);
  for (const name of given.typeNames) emailTypes.codeOf(name);
  const texts = new TextDictionary(given.texts);
  return {
    ...{ campaignTypes, instances, running, planned, suppressions, emailTypes, texts },
    contacts: contactsOver(given.contacts, given.contactRows),
    enrolments: enrolmentsOver(given.enrolments),
    schedules: schedulesOver(schedules),
    signals: signalsOver(given.signals),
    issues: new IssueLog(),
  };
}
