import { grouped } from '../text/prose.js';
import type { LegendEntry } from './frame.js';
import type { ChartColors, HeatStep } from './theme.js';

/** Which colour a count has, from none to many. */
export interface HeatScale {
  stepOf(count: number): HeatStep;
  readonly legend: readonly LegendEntry[];
}

/** The highest values of steps that hold about as many values each, ascending; equal values are in one step. */
function stepEnds(sorted: readonly number[], most: number): number[] {
  const ends = Array.from({ length: most }, (_, i) => sorted[Math.ceil(((i + 1) * sorted.length) / most) - 1]);
  return [...new Set(ends)].filter((end) => end !== undefined);
}

/**
 * Cuts values into steps that hold about as many of them each (quantiles), as many as the theme has, and one for none; so a few
 * that are far above the rest do not make all others look alike.
 *
 * @param values whole numbers in any order; those that are 0 are none
 * @param unit stands behind the numbers of the legend
 */
export function heatScale(values: readonly number[], { heat }: ChartColors, unit = ''): HeatScale {
  const [none, ...steps] = heat;
  const sorted = values.filter((value) => value > 0).sort((a, b) => a - b);
  const ends = stepEnds(sorted, steps.length);
  // Few steps are spread over all the colours there are.
  const colorOf = (step: number) =>
    steps[ends.length === 1 ? steps.length - 2 : Math.round((step * (steps.length - 1)) / (ends.length - 1))];
  const range = (step: number) => {
    const first = sorted.find((value) => step === 0 || value > ends[step - 1]) ?? ends[step];
    return `${first === ends[step] ? grouped(first) : `${grouped(first)} to ${grouped(ends[step])}`}${unit}`;
  };
  return {
    stepOf(value) {
      if (value <= 0) return none;
      const step = ends.findIndex((end) => value <= end);
      return colorOf(step < 0 ? ends.length - 1 : step);
    },
    legend: [
      { label: 'none', color: none.fill },
      ...ends.map((_, step) => ({ label: range(step), color: colorOf(step).fill })),
    ],
  };
}
