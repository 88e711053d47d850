import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeWholeFile } from '../../store/file/writeWholeFile.js';
import { fileError } from '../../store/format/fileErrors.js';
import { chartDocument, chartsText, chartText } from '../charts/chartText.js';
import { pictureOf } from '../charts/picture.js';
import { DARK_COLORS, LIGHT_COLORS } from '../charts/theme.js';
import { drawPlanned, PLANNED_CHARTS } from './plannedCharts.js';
import type { PlannedReport } from './plannedReport.js';

/** How pictures of a report are drawn. */
export interface PictureOptions {
  /** Whether they stand on light or dark ground; `light` when left out. */
  readonly theme?: 'light' | 'dark';
  /** In pixels of the drawing, 280 to 10000; 880 when left out. */
  readonly width?: number;
}

function drawAll(report: PlannedReport, { theme, width }: PictureOptions): SVGSVGElement[] {
  const options = { document: chartDocument(), width, colors: theme === 'dark' ? DARK_COLORS : LIGHT_COLORS };
  return PLANNED_CHARTS.map((chart) => drawPlanned(report, chart, options));
}

/**
 * Writes the charts of a report: to a path that ends like the format, all below each other in one file; to any other path, a
 * folder, one file per chart.
 *
 * @returns the paths that were written
 * @throws SendplanError `file_unwritable`, and for PNG as `pictureOf` does
 * @example
 * import { reportFile, writePictures } from 'sendplan/node';
 * const files = await writePictures(await reportFile('book.sqlite3'), 'svg', 'plan.svg', { theme: 'dark' });
 * console.log(files.join(' ')); // plan.svg
 */
export async function writePictures(
  report: PlannedReport,
  format: 'svg' | 'png',
  path: string,
  options: PictureOptions = {},
): Promise<string[]> {
  const charts = drawAll(report, options);
  const isFile = path.toLowerCase().endsWith(`.${format}`);
  const drawings: [path: string, svg: string][] = isFile
    ? [[path, chartsText(charts)]]
    : charts.map((chart, i) => [join(path, `${PLANNED_CHARTS[i]}.${format}`), chartText(chart)]);
  // All are made before the first is written.
  const contents: [path: string, content: string | Uint8Array][] = [];
  for (const [file, svg] of drawings) contents.push([file, format === 'svg' ? svg : await pictureOf(svg)]);
  if (!isFile) makeFolder(path);
  for (const [file, content] of contents) await writeWholeFile(file, content);
  return contents.map(([file]) => file);
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw fileError('file_unwritable', `The folder ${path} cannot be made`, error, 'Give the path of a folder.');
  }
}
