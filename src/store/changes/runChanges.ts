import { contactOfRow } from '../../columns/contactOfRow.js';
import { GrowingColumns } from '../../columns/growing.js';
import type { TextDictionary } from '../../columns/texts.js';
import type { Plan } from '../../plan/plan.js';
import { ContactsChecksum, type PlainChecksums, ScheduleChecksums, type SummedRow } from './checksums.js';
import { CompactRows, type PlainRows, type RowsExpected } from './compactRows.js';
import type { ScheduleDiff } from './diffSchedules.js';
import { hasHeldStart } from './heldStart.js';

/** Changes as data that goes from thread to thread. */
export interface PlainChanges
  extends Pick<
    RunChanges,
    'kept' | 'inserted' | 'replaced' | 'contactCount' | 'foundCount' | 'hasHeldStart' | 'removedRows'
  > {
  readonly rows: PlainRows;
  readonly contacts: Int32Array;
  readonly checksums: PlainChecksums;
  readonly replacedIds: readonly Float64Array[];
}

/** What a run changes in `email_schedules` (Rules 11), gathered plan by plan; the plans can go then. */
export class RunChanges {
  readonly rows: CompactRows;
  readonly contacts = new ContactsChecksum();
  readonly checksums = new ScheduleChecksums();
  kept = 0;
  inserted = 0;
  replaced = 0;
  /** How many contacts were planned. */
  contactCount = 0;
  /** How many rows were found, owned ones or not. */
  foundCount = 0;
  /** See `hasHeldStart`. */
  hasHeldStart = false;
  readonly #replacedIds: Float64Array[] = [];
  readonly #removed = new GrowingColumns({ id: Float64Array, contactId: Float64Array });

  /** @param texts whose codes the rows hold */
  constructor(texts: TextDictionary, expected: RowsExpected) {
    this.rows = new CompactRows(texts, expected);
  }

  /** Adds what a plan changes, whose contacts come behind those of the plans before. */
  add(plan: Plan, diff: ScheduleDiff): void {
    const { contacts, schedules } = plan.organization;
    this.rows.add(plan, diff, (batch, templates) => this.checksums.addWritten(batch, templates));
    this.contacts.add(contacts);
    this.checksums.addFound(plan, diff);
    this.kept += diff.kept;
    this.inserted += diff.inserted;
    this.replaced += diff.replaced;
    this.contactCount += contacts.count;
    this.foundCount += schedules.count;
    this.hasHeldStart ||= hasHeldStart(plan);
    this.#replacedIds.push(diff.deletedIds.slice(0, diff.replaced));
    for (const row of diff.removedRows) {
      const contact = contactOfRow(plan.organization, row);
      const at = this.#removed.addRow();
      this.#removed.at.id[at] = schedules.id[row];
      this.#removed.at.contactId[at] = contact < 0 ? Number.POSITIVE_INFINITY : contacts.id[contact];
    }
  }

  /** The changes for another thread. */
  plain(): PlainChanges {
    const { kept, inserted, replaced, contactCount, foundCount } = this;
    return {
      ...{ kept, inserted, replaced, contactCount, foundCount, hasHeldStart: this.hasHeldStart },
      removedRows: this.#removed.plain(),
      rows: this.rows.plain(),
      contacts: this.contacts.plain(),
      checksums: this.checksums.plain(),
      replacedIds: this.#replacedIds,
    };
  }

  /**
   * Adds the changes of another thread, whose contacts come behind those of the plans before.
   *
   * @param codeOf what the code of each of its texts is here
   */
  append(changes: PlainChanges, codeOf: (code: number) => number): void {
    this.rows.append(changes.rows, codeOf);
    this.contacts.append(changes.contacts);
    this.checksums.append(changes.checksums);
    this.kept += changes.kept;
    this.inserted += changes.inserted;
    this.replaced += changes.replaced;
    this.contactCount += changes.contactCount;
    this.foundCount += changes.foundCount;
    this.hasHeldStart ||= changes.hasHeldStart;
    this.#replacedIds.push(...changes.replacedIds);
    const { id, contactId } = changes.removedRows;
    for (let i = 0; i < id.length; i++) {
      const at = this.#removed.addRow();
      this.#removed.at.id[at] = id[i];
      this.#removed.at.contactId[at] = contactId[i];
    }
  }

  /** How many owned rows are no longer planned. */
  get removed(): number {
    return this.#removed.count;
  }

  /** The rows that go and that nothing takes the place of, by contact; the contact is infinite where it cannot be planned. */
  get removedRows(): { readonly id: Float64Array; readonly contactId: Float64Array } {
    return this.#removed.values();
  }

  /** The ids of the owned rows that go: the replaced ones, then the removed ones. */
  deletedIds(): Float64Array {
    const ids = new Float64Array(this.replaced + this.removed);
    let count = 0;
    for (const some of [...this.#replacedIds, this.removedRows.id]) {
      ids.set(some, count);
      count += some.length;
    }
    return ids;
  }

  /** What is told of refused rows. @param places theirs among `rows` */
  *refusedRows(places: Iterable<number>): Generator<SummedRow> {
    for (const place of places) {
      const rows = this.rows.rowAt(place);
      const { texts, emailType, skipReason, contactId, plannedDay, sendDay } = rows;
      const reason = skipReason[0] < 0 ? null : texts[skipReason[0]];
      yield {
        contactId: contactId[0],
        emailType: texts[emailType[0]],
        skipReason: reason,
        plannedDay: plannedDay[0],
        sendDay: sendDay[0],
      };
    }
  }
}
