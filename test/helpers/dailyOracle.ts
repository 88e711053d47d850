import { formatIsoDay } from '../../src/calendar/iso.js';
import type { Candidate, OracleResult } from '../../src/oracle/model.js';
import { oracle } from '../../src/oracle/oracle.js';
import type { ConfigInput } from '../../src/rules/config.js';
import { statusClass } from '../../src/rules/emailTypes.js';
import { readText } from '../../src/rules/fields.js';
import type { OrganizationRecords, PlannedRow, ScheduleRecord } from '../../src/rules/records.js';
import type { Sender } from '../../src/simulate/sender.js';

/** The order in which a run makes new rows. */
function compareInsertion(a: Candidate, b: Candidate): number {
  return a.contact.id - b.contact.id || a.typeCode - b.typeCode || a.eventDay - b.eventDay;
}

/**
 * Runs the reference model day by day over whole tables, with a sender that turns what is due into history: the slow way to
 * simulate, in which nothing is carried over but rows of `email_schedules`.
 */
export class DailyOracle {
  private schedules: ScheduleRecord[];
  private nextId: number;

  constructor(
    private readonly records: OrganizationRecords,
    private readonly config: ConfigInput,
    private readonly sender: Sender,
  ) {
    this.schedules = [...(records.email_schedules ?? [])];
    this.nextId = this.schedules.reduce((most, { id }) => Math.max(most, Number(id) || 0), 0) + 1;
  }

  /** The rows that a day's run leaves behind; what is due then goes out. */
  liveThrough(today: number): PlannedRow[] {
    const input = { ...this.records, email_schedules: this.schedules };
    const result = oracle(input, { today, config: this.config, uniqueIndexes: [] });
    const owned = this.ownedRows(result);
    const candidateOf = new Map(owned.map(({ record, candidate }) => [record, candidate]));
    const hold = this.sender.holdOn(today);
    const fates = owned.map(({ record }) => {
      const candidate = candidateOf.get(record);
      if (candidate === undefined || candidate.status !== 'pre-scheduled' || candidate.sendDay !== today) return record;
      if (hold !== null) return record;
      const fate = this.sender.fateOf(candidate.contact.id, candidate.typeCode, today);
      const actual = fate === 'failed' ? null : `${formatIsoDay(today)} 08:30:00`;
      return { ...record, status: fate, actual_send_datetime: actual };
    });
    this.schedules = [...this.schedules.filter(({ status }) => statusClass(readText(status)) !== 'owned'), ...fates];
    return result.rows;
  }

  /** The rows of a result as they stand in the table: those of an email that was planned before keep its id. */
  private ownedRows(result: OracleResult): { record: ScheduleRecord; candidate: Candidate }[] {
    const earlier = new Map<string, number[]>();
    for (const row of result.organization.schedules) {
      if (row.statusClass !== 'owned' || row.id === null) continue;
      const key = `${row.contactId} ${row.type} ${row.eventYear}`;
      earlier.set(key, [...(earlier.get(key) ?? []), row.id]);
    }
    const rows = result.candidates.map((candidate, i) => ({ candidate, row: result.rows[i] }));
    return rows
      .sort((a, b) => compareInsertion(a.candidate, b.candidate))
      .map(({ candidate, row }) => {
        const kept = earlier.get(`${row.contact_id} ${row.email_type.toLowerCase()} ${row.event_year}`)?.shift();
        return { candidate, record: { ...row, id: kept ?? this.nextId++, actual_send_datetime: null } };
      });
  }
}
