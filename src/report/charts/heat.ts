import { grouped } from '../text/prose.js';
import type { LegendEntry } from './frame.js';
import type { ChartColors, HeatStep } from './theme.js';

/** Which colour a count has, from none to many. */
export interface HeatScale {
  stepOf(count: number): HeatStep;
  readonly legend: readonly LegendEntry[];
}

/** The next number up that is 1, 1.5, 2, 2.5, 3, 4, 5, 6 or 8 followed by zeros; for small numbers, whole. */
function roundedUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  const nice = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find((factor) => factor * power >= value) ?? 10;
  return Math.max(1, Math.ceil(nice * power));
}

/** Cuts the counts up to the highest into steps of one size, as many as the theme has, and one for none. */
export function heatScale(highest: number, { heat }: ChartColors): HeatScale {
  const [none, ...steps] = heat;
  const size = roundedUp(highest / steps.length);
  const used = Math.max(1, Math.min(steps.length, Math.ceil(highest / size)));
  // Few steps are spread over all the colours there are.
  const colorOf = (step: number) =>
    steps[used === 1 ? steps.length - 2 : Math.round((step * (steps.length - 1)) / (used - 1))];
  const range = (step: number) => {
    const [first, last] = [step * size + 1, (step + 1) * size];
    return first === last ? grouped(first) : `${grouped(first)} to ${grouped(last)}`;
  };
  return {
    stepOf: (count) => (count <= 0 ? none : colorOf(Math.min(used, Math.ceil(count / size)) - 1)),
    legend: [
      { label: 'none', color: none.fill },
      ...Array.from({ length: used }, (_, step) => ({ label: range(step), color: colorOf(step).fill })),
    ],
  };
}
