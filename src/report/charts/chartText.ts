import { parseHTML } from 'linkedom';

/** A document to draw charts with where there is no page, as in Node. */
export function chartDocument(): Document {
  return parseHTML('<!doctype html><html><body></body></html>').document as unknown as Document;
}

/** A chart as the text of an SVG file. */
export function chartText(chart: SVGSVGElement): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${chart.outerHTML}\n`;
}
