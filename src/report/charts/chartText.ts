import { parseHTML } from 'linkedom';

/** A document to draw charts with where there is no page, as in Node. */
export function chartDocument(): Document {
  return parseHTML('<!doctype html><html><body></body></html>').document as unknown as Document;
}

const HEAD = '<?xml version="1.0" encoding="UTF-8"?>';

/** A chart as the text of an SVG file. */
export function chartText(chart: SVGSVGElement): string {
  return `${HEAD}\n${chart.outerHTML}\n`;
}

/** Charts below each other as the text of one SVG file. */
export function chartsText(charts: readonly SVGSVGElement[]): string {
  let height = 0;
  const parts = charts.map((chart) => {
    chart.setAttribute('y', String(height));
    height += Number(chart.getAttribute('height'));
    return chart.outerHTML;
  });
  const width = charts.reduce((most, chart) => Math.max(most, Number(chart.getAttribute('width'))), 0);
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
  return `${HEAD}\n<svg xmlns="http://www.w3.org/2000/svg" ${size}>${parts.join('\n')}</svg>\n`;
}
