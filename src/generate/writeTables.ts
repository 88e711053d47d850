import { anniversary, dayFromCivil, yearOf } from '../calendar/day.js';
import { formatIsoDay } from '../calendar/iso.js';
import { SendplanError } from '../errors.js';
import { DatabaseWriter } from '../store/format/databaseWriter.js';
import type { PageSink } from '../store/format/pageSpace.js';
import type { TableWriter } from '../store/format/tableWriter.js';
import { ContactGenerator, type GeneratedContact, type Shape } from './contacts.js';
import { Draw, FIELD } from './draw.js';
import { type GeneratedEmail, HistoryGenerator } from './history.js';
import { type GeneratedSuppression, SuppressionGenerator } from './suppressions.js';
import {
  BIRTHDAY_SPECIAL_ID,
  campaignsOf,
  type GeneratedCampaign,
  TABLE_STATEMENTS,
  type TableName,
} from './tables.js';

/** What the data of a generated database depends on, and all it depends on. */
export interface GeneratedData {
  /** The number of contacts, whose ids are 1 to this. */
  readonly contacts: number;
  /** An integer from 0 to 2^32-1. */
  readonly seed: number;
  readonly shape: Shape;
  /** The day before which the history of the realistic shape lies, from `FIRST_AS_OF_DAY` to `LAST_AS_OF_DAY`. */
  readonly asOfDay: number;
}

/** The most contacts of a generated database. */
export const MAXIMUM_CONTACTS = 30_000_000;

/** The largest seed: seeds are 32 bits. */
export const MAXIMUM_SEED = 4294967295;

/** 2000-01-01: the oldest generated people are 89, and dates begin in 1900. */
export const FIRST_AS_OF_DAY = dayFromCivil(2000, 1, 1);

/** 2198-12-31: policies begin up to three months after it, and dates end in 2199. */
export const LAST_AS_OF_DAY = dayFromCivil(2198, 12, 31);

/** The as-of day unless another one is asked for, 2025-06-13: fixed, so that a seed means the same data for ever. */
export const DEFAULT_AS_OF_DAY = dayFromCivil(2025, 6, 13);

/** A finished generated database. */
export interface GeneratedSize {
  readonly byteLength: number;
  /** Rows by table. */
  readonly tables: Readonly<Partial<Record<TableName, number>>>;
}

/** Contacts between two looks at the clock, the screen and the Ctrl-C key: some 10 ms. */
const BATCH_CONTACTS = 10_000;

/** One contact in this many is enrolled in the birthday campaign. */
const ENROLMENT_STEP = 50;

/** 0 and 1 as databases hold flags. */
const flag = (value: boolean) => (value ? 1 : 0);

function writeContact({ record }: TableWriter, contact: Readonly<GeneratedContact>): void {
  record.putNull();
  record.putText(contact.firstName);
  record.putText(contact.lastName);
  record.putText(contact.email);
  record.putText(contact.state);
  record.putText(contact.zipCode);
  record.putText(contact.birthDate);
  record.putText(contact.effectiveDate);
  record.putText(contact.carrier);
  record.putText(contact.phoneNumber);
  record.putInteger(flag(contact.failedUnderwriting));
}

function writeCampaigns(campaigns: readonly GeneratedCampaign[], types: TableWriter, instances: TableWriter): void {
  for (const campaign of campaigns) {
    types.record.putNull();
    types.record.putText(campaign.name);
    types.record.putInteger(flag(campaign.respectsWindows));
    types.record.putInteger(flag(campaign.enablesFollowups));
    types.record.putInteger(campaign.daysBeforeEvent);
    types.record.putInteger(flag(campaign.targetsAll));
    types.record.putInteger(campaign.priority);
    types.record.putInteger(1);
    types.record.putInteger(flag(campaign.spread !== null));
    types.record.putInteger(flag(campaign.skipsFailedUnderwriting));
    types.endRow(campaign.instanceId);
    instances.record.putNull();
    instances.record.putText(campaign.name);
    instances.record.putText(`${campaign.name}_${yearOf(campaign.activeStart)}`);
    instances.record.putText(campaign.name);
    instances.record.putText(campaign.smsTemplate);
    instances.record.putText(formatIsoDay(campaign.activeStart));
    instances.record.putText(formatIsoDay(campaign.activeEnd));
    for (const day of campaign.spread ?? [null, null])
      instances.record.putText(day === null ? null : formatIsoDay(day));
    instances.record.putNull();
    instances.record.putNull();
    instances.endRow(campaign.instanceId);
  }
}

/** The first birthday from a day on. */
function birthdayFrom(birthDay: number, firstDay: number): number {
  const birthday = anniversary(birthDay, yearOf(firstDay));
  return birthday >= firstDay ? birthday : anniversary(birthDay, yearOf(firstDay) + 1);
}

/** @param firstDay the trigger date is the first birthday from it on */
function writeEnrolment(
  table: TableWriter,
  contact: Readonly<GeneratedContact>,
  firstDay: number,
  status: string,
): void {
  const { record } = table;
  record.putNull();
  record.putInteger(contact.id);
  record.putInteger(BIRTHDAY_SPECIAL_ID);
  record.putText(contact.birthDay === null ? null : formatIsoDay(birthdayFrom(contact.birthDay, firstDay)));
  record.putText(status);
  table.endRow(table.rowCount + 1);
}

function writeSuppression(table: TableWriter, suppression: GeneratedSuppression | null): void {
  if (suppression === null) return;
  const { record } = table;
  const { contactId, email, scope, reason, startsOn, endsOn } = suppression;
  record.putNull();
  if (contactId === null) record.putNull();
  else record.putInteger(contactId);
  for (const text of [email, scope, reason, startsOn, endsOn]) record.putText(text);
  table.endRow(table.rowCount + 1);
}

/** The tables of the past; a row's id is its turn. */
class HistoryTables {
  private readonly schedules: TableWriter;
  private readonly clicks: TableWriter;
  private readonly events: TableWriter;

  constructor(open: (name: TableName) => TableWriter) {
    this.schedules = open('email_schedules');
    this.clicks = open('tracking_clicks');
    this.events = open('contact_events');
  }

  write(contactId: number, email: GeneratedEmail): void {
    const { schedules, clicks, events } = this;
    const scheduleId = schedules.rowCount + 1;
    this.writeSchedule(contactId, scheduleId, email);
    if (email.clickedAt !== null) {
      clicks.record.putNull();
      clicks.record.putInteger(contactId);
      clicks.record.putInteger(scheduleId);
      clicks.record.putText(email.clickedAt);
      clicks.endRow(clicks.rowCount + 1);
    }
    if (email.answer !== null) {
      events.record.putNull();
      events.record.putInteger(contactId);
      events.record.putText('eligibility_answered');
      events.record.putText(email.answer.metadata);
      events.record.putText(email.answer.answeredAt);
      events.endRow(events.rowCount + 1);
    }
  }

  private writeSchedule(contactId: number, scheduleId: number, email: GeneratedEmail): void {
    const { record } = this.schedules;
    record.putNull();
    record.putInteger(contactId);
    record.putText(email.emailType);
    record.putText(email.sendDate);
    record.putText(email.sendDate);
    record.putText('08:30:00');
    record.putText(email.status);
    record.putNull();
    record.putInteger(email.priority);
    record.putNull();
    record.putText(email.emailType);
    record.putNull();
    record.putText(`run-${email.sendDate}`);
    record.putInteger(email.eventYear);
    record.putInteger(email.eventMonth);
    record.putInteger(email.eventDay);
    record.putText(email.sentAt);
    record.putNull();
    record.putText(`${email.sendDate} 06:00:00`);
    record.putText(email.sentAt ?? `${email.sendDate} 08:30:00`);
    this.schedules.endRow(scheduleId);
  }
}

function checkNumber(name: string, value: number, first: number, last: number): void {
  if (Number.isInteger(value) && value >= first && value <= last) return;
  throw new SendplanError('bad_input', `${name} is ${value}; allowed is a whole number from ${first} to ${last}`);
}

/**
 * Generates the data and writes it as a database into a sink, yielding the number of contacts that are done from time
 * to time; the same data gives the same bytes.
 *
 * @throws SendplanError `bad_input` when a number of `data` is outside its bounds
 */
export function* writeTables(sink: PageSink, data: GeneratedData): Generator<number, GeneratedSize> {
  const { contacts: contactCount, seed, shape, asOfDay } = data;
  checkNumber('contacts', contactCount, 0, MAXIMUM_CONTACTS);
  checkNumber('seed', seed, 0, MAXIMUM_SEED);
  checkNumber('asOfDay', asOfDay, FIRST_AS_OF_DAY, LAST_AS_OF_DAY);
  const database = new DatabaseWriter(sink);
  const tables = new Map<TableName, TableWriter>();
  const open = (name: TableName) => {
    const table = database.createTable(name, TABLE_STATEMENTS[name]);
    tables.set(name, table);
    return table;
  };
  const contacts = open('contacts');
  // The scale experiment has the campaigns of 2025; a book of business has those of its time.
  const campaigns = campaignsOf(shape === 'realistic' ? asOfDay - DEFAULT_AS_OF_DAY : 0);
  const special = campaigns.find(({ instanceId }) => instanceId === BIRTHDAY_SPECIAL_ID);
  writeCampaigns(campaigns, open('campaign_types'), open('campaign_instances'));
  const enrolments = open('contact_campaigns');
  const past = shape === 'realistic' ? new HistoryTables(open) : null;
  const suppressions = shape === 'realistic' ? open('suppressions') : null;
  const suppressed = new SuppressionGenerator(seed, asOfDay);
  const history = new HistoryGenerator(seed, asOfDay);
  const generator = new ContactGenerator(seed, shape, asOfDay);
  const draw = new Draw(seed);
  for (let id = 1; id <= contactCount; id += 1) {
    const contact = generator.make(id);
    writeContact(contacts, contact);
    contacts.endRow(id);
    if (id % ENROLMENT_STEP === 0) {
      draw.turnTo(id);
      const isOver = past !== null && draw.below(FIELD.enrolmentStatus, 10) === 0;
      writeEnrolment(enrolments, contact, special?.activeStart ?? asOfDay, isOver ? 'completed' : 'pending');
    }
    if (past !== null) for (const email of history.emailsOf(contact)) past.write(id, email);
    if (suppressions !== null) writeSuppression(suppressions, suppressed.suppressionOf(contact));
    if (id % BATCH_CONTACTS === 0) yield id;
  }
  const { byteLength } = database.finish();
  return { byteLength, tables: Object.fromEntries([...tables].map(([name, table]) => [name, table.rowCount])) };
}
