import { parseIsoDay } from '../../calendar/iso.js';
import { WEEKDAYS } from '../../calendar/weekdays.js';
import { button, element, fill, freshId, labelled } from '../page/dom.js';
import { shortDate } from '../page/format.js';
import { valueOfText } from './settingValues.js';

// Settings that are more than a number or a word have controls of their own. Each shows the value it is given, and tells the one
// that somebody makes of it: undefined for the default.

/** A control for one value of the configuration. */
export interface SettingControl {
  readonly view: HTMLElement;
  readonly show: (value: unknown) => void;
}

const WEEKDAY_NAMES: Readonly<Record<string, string>> = {
  mon: 'Mon',
  tue: 'Tue',
  wed: 'Wed',
  thu: 'Thu',
  fri: 'Fri',
  sat: 'Sat',
  sun: 'Sun',
};

/** A box to tick with its label. */
export function tick(
  label: string,
  onChange: () => void,
): { readonly view: HTMLElement; readonly box: HTMLInputElement } {
  const box = element('input', { attributes: { type: 'checkbox', id: freshId('tick') }, on: { change: onChange } });
  return { view: element('label.check', {}, box, label), box };
}

/** The weekdays on which emails go out, one box for each. */
export function weekdaysControl(set: (value: unknown) => void): SettingControl {
  const change = () => {
    const open = WEEKDAYS.filter((_, i) => ticks[i].box.checked);
    set(open.length === WEEKDAYS.length ? undefined : open);
  };
  const ticks = WEEKDAYS.map((day) => tick(WEEKDAY_NAMES[day] ?? day, change));
  return {
    view: element('div.ticks', {}, ...ticks.map(({ view }) => view)),
    show(value) {
      const open: readonly unknown[] = Array.isArray(value) ? value : WEEKDAYS;
      WEEKDAYS.forEach((day, i) => {
        ticks[i].box.checked = open.includes(day);
      });
    },
  };
}

function closedText(day: string): string {
  if (day.length === 10) return shortDate(day);
  const date = new Date(`2000-${day}T00:00:00Z`);
  if (Number.isNaN(date.getTime())) return day;
  return `${date.toLocaleDateString('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'long' })}, every year`;
}

/** Closed days as a list, with a day to add. */
export function closedDaysControl(set: (value: unknown) => void): SettingControl {
  let days: readonly string[] = [];
  const list = element('ul.chips');
  const date = element('input', { attributes: { type: 'date', min: '1900-01-01', max: '2199-12-31' } });
  const yearly = tick('every year', () => {});
  const change = (next: readonly string[]) => set(next.length === 0 ? undefined : next);
  const add = button('Close this day', () => {
    if (parseIsoDay(date.value) === null) {
      date.focus();
      return;
    }
    const day = yearly.box.checked ? date.value.slice(5) : date.value;
    if (!days.includes(day)) change([...days, day].sort());
    date.value = '';
  });
  const remove = (day: string) => {
    change(days.filter((other) => other !== day));
    date.focus();
  };
  return {
    view: element('div', {}, list, element('div.beside', {}, labelled('Day to close', date), yearly.view, add)),
    show(value) {
      days = Array.isArray(value) ? value.map(String) : [];
      const chip = (day: string) =>
        element(
          'li',
          {},
          closedText(day),
          button('Remove', () => remove(day), {
            style: 'button.quiet',
            attributes: { 'aria-label': `Open again: ${closedText(day)}` },
          }),
        );
      fill(list, ...days.map(chip));
    },
  };
}

/** The values of a ramp that is switched on and not yet filled in. */
const NEW_RAMP = { first: 100, growth: 0.2 };

/** A ramp: whether there is one, its first day, the emails of that day, and how much more each day takes. */
export function rampControl(set: (value: unknown) => void, today: () => string): SettingControl {
  const start = element('input', { attributes: { type: 'date' } });
  const first = element('input', { attributes: { inputmode: 'numeric', autocomplete: 'off' } });
  const growth = element('input', { attributes: { inputmode: 'decimal', autocomplete: 'off' } });
  const number = { kind: 'number', keys: [] } as const;
  const change = () =>
    set({
      start: start.value,
      first: valueOfText(first.value, number),
      growth: valueOfText(growth.value, { ...number, isShare: true }),
    });
  const isOn = tick('There is a ramp', () => set(isOn.box.checked ? { start: today(), ...NEW_RAMP } : undefined));
  const fields = element(
    'div.beside',
    {},
    labelled('First day', start),
    labelled('Emails on it', first),
    labelled('Growth a day, %', growth),
  );
  for (const input of [start, first, growth]) input.addEventListener('input', change);
  return {
    view: element('div', {}, isOn.view, fields),
    show(value) {
      const ramp = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
      isOn.box.checked = ramp !== null;
      fields.hidden = ramp === null;
      if (ramp === null || fields.contains(document.activeElement)) return;
      start.value = String(ramp.start ?? '');
      first.value = String(ramp.first ?? '');
      growth.value = typeof ramp.growth === 'number' ? String(Number((ramp.growth * 100).toPrecision(12))) : '';
    },
  };
}
