import { parseIsoDay } from '../calendar/iso.js';
import { EMAIL_KINDS, type Simulation } from '../simulate/simulation.js';
import type { WhatIf } from '../simulate/whatIf.js';
import type { DayCount } from './charts/calendarChart.js';
import { capOfDays } from './charts/capOfDays.js';
import { drawDifferenceChart } from './charts/differenceChart.js';
import type { ChartOptions } from './charts/frame.js';
import type { DayKindCount } from './charts/series.js';
import { drawVolumeChart } from './charts/volumeChart.js';

/** What went out on each simulated day by kind, bounced emails included; days without any are zeros. */
export function volumesByKind({ days }: Simulation): DayKindCount[] {
  return days.flatMap(({ day, by_kind }) =>
    EMAIL_KINDS.map((kind) => ({
      day: parseIsoDay(day) ?? 0,
      kind,
      count: by_kind[kind].sent + by_kind[kind].bounced,
    })),
  );
}

function volumes({ days }: Simulation): DayCount[] {
  return days.map(({ day, sent, bounced }) => ({ day: parseIsoDay(day) ?? 0, count: sent + bounced }));
}

/** Draws what went out on each simulated day, stacked by kind, with the daily cap as a line. */
export function drawSimulationChart(simulation: Simulation, options: ChartOptions): SVGSVGElement {
  const title = options.title ?? `Simulated emails per day, ${simulation.from} to ${simulation.to}`;
  return drawVolumeChart(volumesByKind(simulation), { ...options, title, cap: capOfDays(simulation) });
}

/** Draws what went out by either configuration, and the difference of each day. */
export function drawWhatIfChart({ base, other }: WhatIf, options: ChartOptions): SVGSVGElement {
  const names = { beforeName: 'as it is', afterName: 'what if' };
  const title = options.title ?? `What if: simulated emails per day, ${base.from} to ${base.to}`;
  return drawDifferenceChart(volumes(base), volumes(other), { ...options, ...names, title });
}
