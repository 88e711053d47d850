import type { Simulation } from '../simulate/simulation.js';
import type { WhatIf } from '../simulate/whatIf.js';
import { writeWholeFile } from '../store/file/writeWholeFile.js';
import { chartDocument, chartText } from './charts/chartText.js';
import { pictureOf } from './charts/picture.js';
import { DARK_COLORS, LIGHT_COLORS } from './charts/theme.js';
import { drawSimulationChart, drawWhatIfChart } from './simulationCharts.js';

/** A year of days needs more width than a plan of some weeks. */
const WIDTH = 1200;

/**
 * Writes the chart of a simulation, or of two and their difference, all or nothing.
 *
 * @param path a `.png` is a picture, anything else an SVG drawing
 * @throws SendplanError `file_unwritable`, and for pictures `package_missing`
 */
export async function writeSimulationChart(
  path: string,
  result: Simulation | WhatIf,
  theme: 'light' | 'dark',
): Promise<void> {
  const options = {
    document: chartDocument(),
    width: WIDTH,
    colors: theme === 'dark' ? DARK_COLORS : LIGHT_COLORS,
  };
  const svg = chartText('base' in result ? drawWhatIfChart(result, options) : drawSimulationChart(result, options));
  await writeWholeFile(path, /\.png$/i.test(path) ? await pictureOf(svg) : svg);
}
