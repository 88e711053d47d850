import { formatIsoDay, parseIsoDay } from '../../calendar/iso.js';
import type { DayRange } from '../../report/charts/volumeLayers.js';
import type { Actions } from '../page/actions.js';
import { button, element, labelled, setAttributes } from '../page/dom.js';
import type { Store } from '../page/state.js';

// What charts of days have in common: which days, which series, how heights grow.

/** How days are drawn, from chart to chart. */
export interface DaysLook {
  /** The series that are not drawn, by their labels. */
  hidden: ReadonlySet<string>;
  scale: 'linear' | 'log';
}

/** The days of a range that charts have; null when they have none of them, or all. */
export function within(range: DayRange | null, whole: DayRange): DayRange | null {
  if (range === null) return null;
  const [start, end] = [Math.max(range.start, whole.start), Math.min(range.end, whole.end)];
  return start >= end || (start === whole.start && end === whole.end) ? null : { start, end };
}

/** Fields for the days that charts show, which are the same for all; `end` ends what follows the state. */
export function rangeControls(store: Store, actions: Actions, whole: DayRange) {
  const [from, to] = [0, 1].map(() =>
    element('input', {
      attributes: { type: 'date', min: formatIsoDay(whole.start), max: formatIsoDay(whole.end - 1) },
    }),
  );
  const all = button('All days', () => actions.setRange(null), { style: 'button.quiet' });
  const set = () => {
    const [start, last] = [parseIsoDay(from.value) ?? whole.start, parseIsoDay(to.value) ?? whole.end - 1];
    if (start <= last) actions.setRange({ start, end: last + 1 });
  };
  from.addEventListener('change', set);
  to.addEventListener('change', set);
  const end = store.follow(['range'], ({ range }) => {
    const days = within(range, whole);
    from.value = formatIsoDay((days ?? whole).start);
    to.value = formatIsoDay((days ?? whole).end - 1);
    all.disabled = days === null;
  });
  return { view: [labelled('From', from), labelled('To', to), all], end };
}

/** The choice of how heights grow. */
export function scaleChoice(look: DaysLook, redraw: () => void): HTMLElement {
  const select = element(
    'select',
    {},
    element('option', { attributes: { value: 'linear' } }, 'even'),
    element('option', { attributes: { value: 'log' } }, 'logarithmic'),
  );
  select.value = look.scale;
  select.addEventListener('change', () => {
    look.scale = select.value === 'log' ? 'log' : 'linear';
    redraw();
  });
  return labelled('Scale', select);
}

/** Buttons that draw a series or leave it out. */
export function seriesChoice(
  labels: readonly string[],
  look: Pick<DaysLook, 'hidden'>,
  redraw: () => void,
): HTMLElement {
  const buttons = labels.map((label) => {
    const one = button(
      label,
      () => {
        const hidden = new Set(look.hidden);
        if (!hidden.delete(label)) hidden.add(label);
        look.hidden = hidden;
        setAttributes(one, { 'aria-pressed': String(!hidden.has(label)) });
        redraw();
      },
      { style: 'button.toggle', attributes: { 'aria-pressed': String(!look.hidden.has(label)) } },
    );
    return one;
  });
  return element('div.toggles', { attributes: { role: 'group', 'aria-label': 'Series that are drawn' } }, ...buttons);
}
