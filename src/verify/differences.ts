import { formatIsoDay } from '../calendar/iso.js';
import { type ComparedColumn, comparedColumns, differingColumns } from '../columns/differingColumns.js';
import { NULL_INT32 } from '../columns/nulls.js';
import { NOT_PLAIN } from '../columns/rowCursor.js';
import type { RowColumnType } from '../columns/rowTable.js';
import { ofForm } from '../columns/schedules.js';
import { NULL_TEXT } from '../columns/texts.js';
import { becomesRow, REASON } from '../plan/reasons.js';
import { RowWriter } from '../plan/rows.js';
import { UNKNOWN_STATE } from '../rules/states.js';
import { ROW_ACTION, type ScheduleDiff } from '../store/changes/diffSchedules.js';
import type { Audit } from './audit.js';
import type { FindingKind } from './kinds.js';
import { skipReasonFault } from './skipReasons.js';

/** What it is called when a row has another value than planned; status and skip reason are looked at by themselves. */
const KIND_OF_COLUMN: Readonly<Record<string, FindingKind>> = {
  email_type: 'type_spelling',
  planned_send_date: 'other_planned_day',
  scheduled_send_date: 'other_send_day',
  scheduled_send_time: 'other_send_time',
  priority: 'other_priority',
  campaign_instance_id: 'other_campaign_instance',
  email_template: 'other_email_template',
  sms_template: 'other_sms_template',
  event_year: 'other_event',
  event_month: 'other_event',
  event_day: 'other_event',
  metadata: 'other_metadata',
};

function valueText(type: RowColumnType, value: number, texts: readonly string[]): string {
  if (type === 'word' || type === 'text') return value === NULL_TEXT ? 'NULL' : texts[value];
  if (value === NULL_INT32 || Number.isNaN(value)) return 'NULL';
  return type === 'day' ? formatIsoDay(value) : String(value);
}

/** Compares the owned rows of contacts with what is planned for them (Rules 11), from the difference that a run would write. */
export class Differences {
  readonly #audit: Audit;
  readonly #diff: ScheduleDiff;
  readonly #columns: readonly ComparedColumn[];
  readonly #isCompared: (column: string) => boolean;
  readonly #writer: RowWriter;
  readonly #isRefused: (candidate: number) => boolean;
  #nextRemoved = 0;

  /**
   * @param isCompared tells the columns that the table has
   * @param isRefused tells what is planned and cannot be written
   */
  constructor(
    audit: Audit,
    diff: ScheduleDiff,
    isCompared: (column: string) => boolean,
    isRefused: (candidate: number) => boolean,
  ) {
    this.#audit = audit;
    this.#diff = diff;
    this.#columns = comparedColumns(audit.plan.organization);
    this.#isCompared = isCompared;
    this.#writer = new RowWriter(audit.plan, 1);
    this.#isRefused = isRefused;
  }

  /** Compares one contact; contacts come in ascending order, each once. */
  audit(contact: number): void {
    const { views } = this.#audit.plan;
    const removed = this.#removedRows(contact);
    for (let i = views.candidateFirst[contact]; i < views.candidateFirst[contact + 1]; i++) {
      if (this.#diff.action[i] === ROW_ACTION.replace) this.#compare(i, this.#diff.replacedRow[i], contact);
    }
    for (let i = views.candidateFirst[contact]; i < views.candidateFirst[contact + 1]; i++) {
      if (this.#diff.action[i] !== ROW_ACTION.insert || !becomesRow(views.candidateReason[i])) continue;
      const place = removed.findIndex((row) => this.#isSameEmail(i, row));
      if (place >= 0) this.#compare(i, removed.splice(place, 1)[0], contact);
      else if (!this.#isRefused(i)) this.#noteMissing(i);
    }
    for (const row of removed) this.#noteUnexpected(row, contact);
  }

  /** The owned rows of a contact that nothing takes the place of. */
  #removedRows(contact: number): number[] {
    const { removedRows } = this.#diff;
    const end = this.#audit.plan.organization.schedules.first[contact + 1];
    const rows: number[] = [];
    while (this.#nextRemoved < removedRows.length && removedRows[this.#nextRemoved] < end) {
      rows.push(removedRows[this.#nextRemoved++]);
    }
    return rows;
  }

  /** Tells whether a row is of the email that is planned, though it is about another event. */
  #isSameEmail(candidate: number, row: number): boolean {
    const { organization, views } = this.#audit.plan;
    const { planned, schedules } = organization;
    const type = views.candidateType[candidate];
    if (planned.types[type].kind === 'followup') return this.#audit.isFollowup(row);
    const instance = planned.types[type].instance;
    return schedules.type[row] === type || (instance !== null && ofForm(schedules, row, 'instanceId') === instance.id);
  }

  #noteMissing(candidate: number): void {
    const reason = this.#audit.plan.views.candidateReason[candidate];
    this.#write(candidate);
    const expected = reason === REASON.scheduled ? null : this.#plannedText('skip_reason');
    this.#audit.addCandidate(reason === REASON.scheduled ? 'missing_email' : 'missing_skip', candidate, expected);
  }

  #noteUnexpected(row: number, contact: number): void {
    const kind = this.#unexpectedKind(row, contact);
    this.#audit.addRow(kind, row, kind === 'unexpected_skip' ? this.#foundText('skip_reason', row) : null);
  }

  #unexpectedKind(row: number, contact: number): FindingKind {
    const audit = this.#audit;
    const { contacts, running } = audit.plan.organization;
    if (!audit.isKnownType(row)) return 'unknown_type';
    const campaign = audit.campaignOf(row);
    if (campaign !== null && campaign.instance !== null && !running.includes(campaign.instance))
      return 'campaign_does_not_run';
    if (!audit.isToBeSent(row)) return 'unexpected_skip';
    return contacts.state[contact] === UNKNOWN_STATE && campaign === null
      ? 'contact_without_state'
      : 'unexpected_email';
  }

  #compare(candidate: number, row: number, contact: number): void {
    const audit = this.#audit;
    const { schedules } = audit.plan.organization;
    this.#write(candidate);
    const bits = differingColumns(this.#columns, row, this.#writer.rows, 0);
    const sendDayBit = 1 << this.#columns.findIndex(({ name }) => name === 'scheduled_send_date');
    let last: FindingKind | null = null;
    let isOdd = false;
    for (let i = 0; i < this.#columns.length; i++) {
      const column = this.#columns[i];
      if ((bits & (1 << i)) === 0 || !this.#isCompared(column.name)) continue;
      const found = column.found(row);
      if (found === NOT_PLAIN) isOdd = true;
      const kind = KIND_OF_COLUMN[column.name];
      // A day that is not there or no date is told as such; one kind stands for all parts of an event, and for both days.
      const isUnread = column.name === 'scheduled_send_date' && found === NULL_INT32;
      if (kind === undefined || kind === last || found === NOT_PLAIN || isUnread) continue;
      if (kind === 'other_planned_day' && (bits & sendDayBit) !== 0) continue;
      last = kind;
      audit.addRow(kind, row, this.#foundText(column.name, row), this.#plannedText(column.name));
    }
    if (isOdd || (bits === 0 && schedules.isClean[row] === 0)) audit.addRow('odd_form', row);
    this.#compareStatus(candidate, row, contact);
  }

  /** Compares what becomes of an email: sent or skipped, and why. */
  #compareStatus(candidate: number, row: number, contact: number): void {
    const audit = this.#audit;
    const isPlanned = audit.plan.views.candidateReason[candidate] === REASON.scheduled;
    const reason = this.#foundReason(row);
    const planned = this.#plannedText('skip_reason');
    if (audit.isToBeSent(row)) {
      if (!isPlanned) audit.addRow('not_skipped', row, 'to be sent', planned);
      if (reason !== null) audit.addRow('reason_on_email', row, reason);
      return;
    }
    if (!isPlanned && reason === planned) return;
    if (!isPlanned && !this.#isCompared('skip_reason')) return;
    const fault = this.#isCompared('skip_reason') ? skipReasonFault(audit, row, contact, reason) : null;
    const expected = isPlanned ? 'to be sent' : planned;
    audit.addRow(fault ?? (isPlanned ? 'wrongly_skipped' : 'other_skip_reason'), row, reason, expected);
  }

  #write(candidate: number): void {
    this.#writer.clear();
    this.#writer.add(candidate);
  }

  #column(name: string): ComparedColumn | undefined {
    return this.#columns.find((column) => column.name === name);
  }

  #plannedText(name: string): string {
    const column = this.#column(name);
    const { rows } = this.#writer;
    return column === undefined ? 'NULL' : valueText(column.type, column.take(rows)[0], rows.texts);
  }

  #foundText(name: string, row: number): string | null {
    const column = this.#column(name);
    const value = column?.found(row) ?? NOT_PLAIN;
    if (column === undefined || value === NOT_PLAIN) return null;
    return valueText(column.type, value, this.#audit.plan.organization.texts.texts);
  }

  /** The skip reason of a row, null for none. */
  #foundReason(row: number): string | null {
    const reason = this.#foundText('skip_reason', row);
    return reason === 'NULL' ? null : reason;
  }
}
