import { parseIsoDay } from '../../calendar/iso.js';
import { drawMoveChart, drawReasonChart } from '../charts/barChart.js';
import { drawCalendarChart } from '../charts/calendarChart.js';
import type { ChartOptions } from '../charts/frame.js';
import { drawMonthChart } from '../charts/monthChart.js';
import { ALREADY_SENT, type DayKindCount, kindOfType } from '../charts/series.js';
import { drawStateChart } from '../charts/stateChart.js';
import { drawVolumeChart } from '../charts/volumeChart.js';
import { capOfReport, type PlannedDay, type PlannedReport } from './plannedReport.js';

/** The charts of a report, in their order. */
export const PLANNED_CHARTS = ['volume', 'months', 'calendar', 'reasons', 'states', 'moves'] as const;

/** One of `PLANNED_CHARTS`. */
export type PlannedChart = (typeof PLANNED_CHARTS)[number];

function dayNumber({ day }: PlannedDay): number {
  return parseIsoDay(day) ?? 0;
}

function plannedCounts(days: readonly PlannedDay[]): DayKindCount[] {
  return days.flatMap((day) =>
    Object.entries(day.by_type).map(([type, count]) => ({ day: dayNumber(day), kind: kindOfType(type), count })),
  );
}

/** Draws one chart of a report. */
export function drawPlanned(report: PlannedReport, chart: PlannedChart, options: ChartOptions): SVGSVGElement {
  switch (chart) {
    case 'volume': {
      const sent = report.days.flatMap((day) =>
        day.history > 0 ? [{ day: dayNumber(day), kind: ALREADY_SENT, count: day.history }] : [],
      );
      return drawVolumeChart([...sent, ...plannedCounts(report.days)], { cap: capOfReport(report), ...options });
    }
    case 'months':
      return drawMonthChart(plannedCounts(report.days), { title: 'Emails to be sent, by month', ...options });
    case 'calendar':
      return drawCalendarChart(
        report.days.map((day) => ({ day: dayNumber(day), count: day.planned })),
        { title: 'A year of emails to be sent, day by day', ...options },
      );
    case 'reasons':
      return drawReasonChart(
        report.skip_reasons.map(({ reason, rows }) => ({ name: reason || '(none)', count: rows })),
        options,
      );
    case 'states':
      return drawStateChart(
        report.states.map(({ state, pre_scheduled, skipped }) => ({ state, toBeSent: pre_scheduled, skipped })),
        options,
      );
    case 'moves':
      return drawMoveChart(
        report.moves.map(({ days, rows }) => ({ days, count: rows })),
        options,
      );
  }
}
