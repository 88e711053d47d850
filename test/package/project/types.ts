import { openDatabase, type PlannedRow, type RunReport, type SendplanError, schedule } from 'sendplan';
import { type PlannedReport, reportFile, runFile } from 'sendplan/node';
import { compareSchedules, oracle } from 'sendplan/testing';
import { organization } from 'sendplan/testing/arbitraries';
import 'sendplan/testing/vitest';

const plan = await schedule({ contacts: [{ id: 1, email: 'ann@example.com' }] }, { today: '2025-06-13' });
export const rows: PlannedRow[] = [...plan.rows()];
export const columns: string[] = plan.toArrow().schema.fields.map((field) => field.name);
export const opened = openDatabase(new Uint8Array(0));
export const outcome: Promise<RunReport['outcome']> = runFile('a.sqlite3').then((report) => report.outcome);
export const reported: Promise<PlannedReport> = reportFile('a.sqlite3');
export const code: SendplanError['code'] = 'bad_input';
export const functions = [compareSchedules, oracle, organization];

// @ts-expect-error a day is a text or a number
schedule({ contacts: [] }, { today: new Date() });
