import { type Child, element, fill } from '../page/dom.js';

/** A part of a view under a heading. */
export function panel(title: string, ...children: readonly Child[]): HTMLElement {
  return element('section.panel', { attributes: { 'aria-label': title } }, element('h3', {}, title), ...children);
}

/** A panel whose heading says what its chart shows, with where that comes from below. */
export function chartPanel(
  { subject, finding, source }: { readonly subject: string; readonly finding: Child; readonly source: Child },
  ...children: readonly Child[]
): HTMLElement {
  return element(
    'section.panel',
    { attributes: { 'aria-label': subject } },
    element('p.subject', {}, subject),
    element('h3', {}, finding),
    ...children,
    element('p.source', {}, source),
  );
}

/** The figures of a chart as a table, for whoever cannot or will not look at a picture. */
export function asTable(title: string, table: () => HTMLElement): HTMLElement {
  const place = element('div');
  const details = element('details.as-table', {}, element('summary', {}, `${title} as a table`), place);
  details.addEventListener('toggle', () => fill(place, details.open && table()));
  return details;
}
