import { DOMParser } from 'linkedom';
import { visible } from '../text/visible.js';

/** A document to draw charts in that become SVG files, where there is no page, as in Node. */
export function chartDocument(): Document {
  return new DOMParser().parseFromString('<svg/>', 'image/svg+xml') as unknown as Document;
}

const HEAD = '<?xml version="1.0" encoding="UTF-8"?>';

/** A chart that was drawn in a `chartDocument` as the text of an SVG file. */
export function chartText(chart: SVGSVGElement): string {
  return `${HEAD}\n${visible(chart.outerHTML)}\n`;
}

/** Charts that were drawn in a `chartDocument` below each other as the text of one SVG file. */
export function chartsText(charts: readonly SVGSVGElement[]): string {
  let height = 0;
  const parts = charts.map((chart) => {
    chart.setAttribute('y', String(height));
    height += Number(chart.getAttribute('height'));
    return visible(chart.outerHTML);
  });
  const width = charts.reduce((most, chart) => Math.max(most, Number(chart.getAttribute('width'))), 0);
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
  return `${HEAD}\n<svg xmlns="http://www.w3.org/2000/svg" ${size}>${parts.join('\n')}</svg>\n`;
}
