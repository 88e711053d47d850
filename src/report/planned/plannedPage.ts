import { createHash } from 'node:crypto';
import { parseHTML } from 'linkedom';
import { CHART_STYLES, FONT_FAMILY, PAGE_COLORS } from '../charts/theme.js';
import { grouped } from '../text/prose.js';
import { visible } from '../text/visible.js';
import { drawPlanned, PLANNED_CHARTS, type PlannedChart } from './plannedCharts.js';
import type { PlannedReport } from './plannedReport.js';
import { type PlannedTable, plannedSentences, plannedTables } from './plannedTables.js';

const TITLE = 'What is planned';
const WIDE = 880;
const NARROW = 340;
const MOST_ROWS = 60;

const STYLES = `${CHART_STYLES}:root { color-scheme: light dark; }
body { margin: 0; background: var(--sendplan-surface); color: var(--sendplan-ink); font: 16px/1.5 ${FONT_FAMILY}; }
main { max-width: ${WIDE}px; margin: 0 auto; padding: 24px 10px 64px; }
h1 { font-size: 28px; line-height: 1.2; margin: 0 0 12px; }
h2 { font-size: 19px; margin: 40px 0 8px; }
p { margin: 0 0 4px; color: var(--sendplan-quiet); }
.narrow { display: none; }
@media (max-width: 700px) { .wide { display: none; } .narrow { display: block; } }
summary { cursor: pointer; padding: 6px 0; color: var(--sendplan-quiet); }
summary:focus-visible { outline: 2px solid var(--sendplan-series-1); outline-offset: 2px; }
.rows { overflow-x: auto; }
table { border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
th, td { padding: 4px 16px 4px 0; text-align: left; border-bottom: 1px solid var(--sendplan-grid); white-space: nowrap; }
th { font-weight: 600; }
tbody th { font-weight: 400; }
.number { text-align: right; }
@media print { details > * { display: block; } }
`;

/** Makes elements; whatever text they get is text, whatever stands in it. */
function elementMaker(document: Document) {
  return (name: string, className: string | null, ...children: (Node | string)[]): HTMLElement => {
    const made = document.createElement(name);
    if (className !== null) made.setAttribute('class', className);
    for (const child of children) {
      made.append(typeof child === 'string' ? document.createTextNode(child) : child);
    }
    return made;
  };
}

function drawTable(document: Document, { title, head, rows }: PlannedTable): HTMLElement {
  const make = elementMaker(document);
  const isNumber = head.map((_, i) => i > 0 || rows.every((row) => typeof row[i] === 'number'));
  const heads = head.map((name, i) => {
    const cell = make('th', isNumber[i] ? 'number' : null, name);
    cell.setAttribute('scope', 'col');
    return cell;
  });
  const lines = rows.map((row) =>
    make(
      'tr',
      null,
      ...row.map((value, i) => {
        const text = typeof value === 'number' ? grouped(value) : value;
        if (i > 0) return make('td', 'number', text);
        const cell = make('th', null, text);
        cell.setAttribute('scope', 'row');
        return cell;
      }),
    ),
  );
  const table = make(
    'table',
    null,
    make('caption', null, title),
    make('thead', null, make('tr', null, ...heads)),
    make('tbody', null, ...lines),
  );
  const scroll = make('div', 'rows', table);
  // What can be scrolled must be reachable by keyboard.
  scroll.setAttribute('tabindex', '0');
  scroll.setAttribute('role', 'region');
  scroll.setAttribute('aria-label', title);
  return scroll;
}

const HEADINGS: Readonly<Record<PlannedChart, string>> = {
  volume: 'Emails per day',
  months: 'Emails per month',
  calendar: 'A year, day by day',
  reasons: 'Why emails are skipped',
  states: 'Emails by state',
  moves: 'How far emails are moved',
};

/**
 * A report as one HTML file for people: charts with their tables, light or dark as the reader's system is, nothing loaded from
 * anywhere, and nothing in it that runs.
 *
 * @example
 * import { writeFile } from 'node:fs/promises';
 * import { plannedPage, reportFile } from 'sendplan/node';
 * await writeFile('plan.html', plannedPage(await reportFile('book.sqlite3')));
 */
export function plannedPage(report: PlannedReport): string {
  const document = parseHTML('<!doctype html><html><head></head><body></body></html>').document as unknown as Document;
  const make = elementMaker(document);
  const tables = plannedTables(report, MOST_ROWS);
  const withTable = (chart: PlannedChart) => {
    const found = tables.find((table) => table.chart === chart);
    if (found === undefined) return [];
    return [make('details', null, make('summary', null, `Table: ${found.title}`), drawTable(document, found))];
  };
  const charts = PLANNED_CHARTS.map((chart) => {
    const draw = (width: number, className: string) => {
      const drawn = drawPlanned(report, chart, { document, width, colors: PAGE_COLORS, hasTitle: false });
      return make('div', className, drawn);
    };
    const parts = [draw(WIDE, 'wide'), draw(NARROW, 'narrow'), ...withTable(chart)];
    return make('section', null, make('h2', null, HEADINGS[chart]), ...parts);
  });
  const others = tables
    .filter(({ chart }) => chart === null)
    .map((table) => make('section', null, make('h2', null, table.title), drawTable(document, table)));
  const main = make(
    'main',
    null,
    make('h1', null, TITLE),
    ...plannedSentences(report).map((sentence) => make('p', null, sentence)),
    ...charts,
    ...others,
  );
  const meta = (attributes: Readonly<Record<string, string>>) => {
    const made = document.createElement('meta');
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  };
  const style = document.createElement('style');
  style.textContent = STYLES;
  const hash = createHash('sha256').update(STYLES).digest('base64');
  document.documentElement.setAttribute('lang', 'en');
  document.head.append(
    meta({ charset: 'utf-8' }),
    meta({ 'http-equiv': 'Content-Security-Policy', content: `default-src 'none'; style-src 'sha256-${hash}'` }),
    meta({ name: 'viewport', content: 'width=device-width, initial-scale=1' }),
    // Constant, like the style sheet: linkedom writes the text of both as it is.
    make('title', null, TITLE),
    style,
  );
  document.body.append(main);
  return `<!doctype html>\n${visible(document.documentElement.outerHTML)}\n`;
}
