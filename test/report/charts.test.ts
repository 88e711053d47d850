import { Resvg } from '@resvg/resvg-js';
import { parseHTML } from 'linkedom';
import { describe, expect, test } from 'vitest';
import { parseIsoDay } from '../../src/calendar/iso.js';
import { drawMoveChart, drawReasonChart } from '../../src/report/charts/barChart.js';
import { drawCalendarChart } from '../../src/report/charts/calendarChart.js';
import { chartDocument, chartsText, chartText } from '../../src/report/charts/chartText.js';
import { drawDifferenceChart } from '../../src/report/charts/differenceChart.js';
import type { ChartOptions } from '../../src/report/charts/frame.js';
import { drawMonthChart } from '../../src/report/charts/monthChart.js';
import { type DayKindCount, kindOfType, seriesScale } from '../../src/report/charts/series.js';
import { drawStateChart } from '../../src/report/charts/stateChart.js';
import { CHART_STYLES, DARK_COLORS, LIGHT_COLORS, PAGE_COLORS } from '../../src/report/charts/theme.js';
import { drawVolumeChart } from '../../src/report/charts/volumeChart.js';
import { contrast, distance, VISIONS } from '../helpers/colorVision.js';

const document = chartDocument();
const pageDocument = parseHTML('<!doctype html><html><body></body></html>').document as unknown as Document;
const START = parseIsoDay('2025-06-13') as number;
const HOSTILE = `<script>alert("1")</script>&'`;

const counts: DayKindCount[] = Array.from({ length: 400 }, (_, i) => [
  { day: START + i, kind: 'birthday', count: 10 + (i % 7) },
  { day: START + i, kind: HOSTILE, count: 3 },
]).flat();
const days = Array.from({ length: 400 }, (_, i) => ({ day: START + i, count: 13 + (i % 7) }));

const CHARTS: Readonly<Record<string, (options: ChartOptions) => SVGSVGElement>> = {
  volume: (options) => drawVolumeChart(counts, { ...options, cap: 15 }),
  month: (options) => drawVolumeChart(counts.slice(0, 40), options),
  months: (options) => drawMonthChart(counts, options),
  reasons: (options) => drawReasonChart([{ name: HOSTILE, count: 4 }], options),
  moves: (options) => drawMoveChart([{ days: 2, count: 4 }], options),
  states: (options) => drawStateChart([{ state: HOSTILE, toBeSent: 7, skipped: 1 }], options),
  calendar: (options) => drawCalendarChart(days, options),
  difference: (options) => drawDifferenceChart(days, days.slice(7), { ...options, afterName: HOSTILE }),
};

function attributesOf(chart: Element, selector: string, name: string): (string | null)[] {
  return [...chart.querySelectorAll(selector)].map((found) => found.getAttribute(name));
}

describe.each(Object.entries(CHARTS))('the chart %s', (_name, draw) => {
  test.each([280, 880])('is %i wide, has a name, and says nothing that a strict page forbids', (width) => {
    const chart = draw({ document, width, title: `Title of ${HOSTILE}` });
    expect(chart.getAttribute('width')).toBe(String(width));
    expect(chart.getAttribute('role')).toBe('img');
    expect(chart.getAttribute('aria-label')).toMatch(/\. .*\d/);
    const text = chartText(chart);
    // A strict XML parser takes it, whatever names are in it.
    expect(new Resvg(text).width).toBe(width);
    expect(text).toContain('&lt;script&gt;alert');
    expect(text).not.toMatch(/&amp;(lt|amp|quot);/);
    expect(text).not.toMatch(/<style|\sstyle=|<script|\son\w+=|NaN|undefined|Infinity/);
  });

  test('takes its title from the caller and draws it unless told not to', () => {
    const titleOf = (options: Partial<ChartOptions>) => {
      const chart = draw({ document: pageDocument, title: HOSTILE, ...options });
      expect(chart.getAttribute('aria-label')).toContain(HOSTILE);
      return [...chart.children].filter(
        ({ localName, textContent }) => localName === 'text' && textContent === HOSTILE,
      );
    };
    const legend = titleOf({ hasTitle: false }).length;
    expect(titleOf({}).length - legend).toBe(1);
  });

  test('refuses a width that nothing fits into', () => {
    expect(() => draw({ document, width: 100 })).toThrow(/width: expected .* 280 to 10000, got 100/);
  });
});

describe('what charts show', () => {
  test('the daily volume: one rectangle per day with its counts, from the first to the last', () => {
    const gap = [
      { day: START, kind: 'birthday', count: 1200 },
      { day: START, kind: 'aep', count: 1 },
      { day: START + 2, kind: 'aep', count: 5 },
    ];
    const chart = drawVolumeChart(gap, { document, cap: 3000 });
    expect(attributesOf(chart, '[data-day]', 'data-day')).toEqual(['2025-06-13', '2025-06-14', '2025-06-15']);
    expect([...chart.querySelectorAll('[data-day] title')].map(({ textContent }) => textContent)).toEqual([
      '2025-06-13 (Fri): 1,201 emails\naep: 1\nbirthday: 1,200',
      '2025-06-14 (Sat): 0 emails',
      '2025-06-15 (Sun): 5 emails\naep: 5',
    ]);
    expect(chart.textContent).toContain('daily cap 3,000');
    expect(drawVolumeChart(gap, { document }).textContent).not.toContain('cap');
  });

  test('heights are in proportion to counts', () => {
    const chart = drawVolumeChart(
      [
        { day: START, kind: 'birthday', count: 100 },
        { day: START + 1, kind: 'birthday', count: 25 },
      ],
      { document, colors: LIGHT_COLORS },
    );
    const color = LIGHT_COLORS.series[0];
    const heights = attributesOf(chart, `g[fill="${color}"] rect`, 'height').map(Number);
    expect(heights).toHaveLength(2);
    expect(heights[0] / heights[1]).toBeCloseTo(4, 1);
  });

  test('the calendar: the days of twelve months, and what it leaves out is said', () => {
    const chart = drawCalendarChart(days, { document });
    const shown = attributesOf(chart, '[data-day]', 'data-day');
    expect([shown.length, shown[0], shown[364]]).toEqual([365, '2025-06-01', '2026-05-31']);
    const outside = days.filter(({ day }) => day > (parseIsoDay('2026-05-31') as number));
    const left = outside.reduce((total, { count }) => total + count, 0);
    expect(chart.getAttribute('aria-label')).toContain(`${left} emails of other months are not shown`);
  });

  test('states: a tile for each, those of other names too, and for contacts of no known state', () => {
    const states = [
      { state: 'TX', toBeSent: 9000, skipped: 1 },
      { state: 'GU', toBeSent: 4, skipped: 0 },
      { state: null, toBeSent: 0, skipped: 2 },
    ];
    const tiles = attributesOf(drawStateChart(states, { document }), '[data-state]', 'data-state');
    expect(new Set(tiles).size).toBe(tiles.length);
    expect(tiles).toHaveLength(53 + 2);
    expect(tiles).toEqual(expect.arrayContaining(['TX', 'DC', 'PR', 'VI', 'GU', '??']));
  });

  test('reasons: the first bars and the rest as one', () => {
    const reasons = Array.from({ length: 20 }, (_, i) => ({ name: `reason ${i}`, count: 20 - i }));
    const chart = drawReasonChart(reasons, { document, mostBars: 3 });
    const titles = [...chart.querySelectorAll('rect title')].map(({ textContent }) => textContent);
    expect(titles).toEqual([
      'reason 0: 20, 9.5 %',
      'reason 1: 19, 9.0 %',
      'reason 2: 18, 8.6 %',
      '17 more: 153, 72.9 %',
    ]);
  });

  test('moves: from the earliest to the latest, those not moved left out', () => {
    const moves = [2, -1, 0, 1].map((distanceDays) => ({ days: distanceDays, count: 5 }));
    const chart = drawMoveChart(moves, { document });
    const titles = [...chart.querySelectorAll('rect title')].map(({ textContent }) => textContent?.split(':')[0]);
    expect(titles).toEqual(['1 day earlier', '1 day later', '2 days later']);
  });

  test('differences: where nothing differs, nothing is drawn as more or fewer', () => {
    const [more, , less] = PAGE_COLORS.series;
    const same = drawDifferenceChart(days, days, { document: pageDocument });
    expect([...attributesOf(same, 'rect', 'fill')].filter((fill) => fill === more || fill === less)).toEqual([]);
    expect(same.textContent).toContain('No day differs.');
    expect(same.textContent).not.toContain('fewer');
    expect(attributesOf(same, '[data-day]', 'data-day')).toHaveLength(days.length);
    const one = days.map(({ day, count }, i) => ({ day, count: i === 3 ? count + 1 : count }));
    const other = drawDifferenceChart(days, one, { document: pageDocument });
    const bars = attributesOf(other, '.sendplan-differences rect', 'height').map(Number);
    expect(bars).toHaveLength(1);
    expect(other.textContent).not.toContain('fewer');
  });

  test('axes of counts have no tick between whole numbers', () => {
    const few = [{ day: START, kind: 'birthday', count: 2 }];
    for (const chart of [
      drawVolumeChart(few, { document, cap: 1 }),
      drawMonthChart(few, { document }),
      drawReasonChart([{ name: 'a', count: 1 }], { document }),
      drawDifferenceChart([{ day: START, count: 1 }], [{ day: START, count: 2 }], { document }),
    ]) {
      const ticks = [...chart.querySelectorAll('text')].map((text) => text.textContent ?? '');
      expect(ticks.filter((text) => /^[+-]?[0-9]*\.[0-9]+$/.test(text))).toEqual([]);
    }
  });

  test('differences: what each side has, day by day', () => {
    const chart = drawDifferenceChart([{ day: START, count: 5 }], [{ day: START + 1, count: 7 }], { document });
    const titles = [...chart.querySelectorAll('[data-day] title')].map(({ textContent }) => textContent);
    expect(titles).toEqual(['2025-06-13 (Fri)\nbefore: 5\nafter: 0', '2025-06-14 (Sat)\nbefore: 0\nafter: 7']);
    expect(chart.getAttribute('aria-label')).toContain('add up to 12');
  });

  test('months: the sum of each', () => {
    const chart = drawMonthChart(counts, { document });
    const june = counts.filter(({ day }) => day < (parseIsoDay('2025-07-01') as number));
    const sum = june.reduce((total, { count }) => total + count, 0);
    expect(chart.textContent).toContain(String(sum));
  });

  test('nothing at all is a sentence', () => {
    for (const chart of [
      drawVolumeChart([], { document }),
      drawMonthChart([], { document }),
      drawReasonChart([], { document }),
      drawStateChart([], { document }),
      drawCalendarChart([], { document }),
      drawDifferenceChart([], [], { document }),
    ]) {
      expect(chart.textContent).toMatch(/There are no/);
    }
  });

  test('several stand below each other in one file', () => {
    const charts = [drawMonthChart(counts, { document }), drawReasonChart([{ name: 'a', count: 1 }], { document })];
    const heights = charts.map((chart) => Number(chart.getAttribute('height')));
    const text = chartsText(charts);
    expect(text).toMatch(new RegExp(`^<\\?xml.*\\n<svg [^>]*height="${heights[0] + heights[1]}"`));
    expect(charts[1].getAttribute('y')).toBe(String(heights[0]));
  });
});

describe('kinds', () => {
  test.each([
    ['birthday', 'birthday'],
    ['AEP_2', 'aep'],
    ['followup_3_hq_no_yes', 'followup'],
    ['campaign_aep_2', 'campaign_aep_2'],
  ])('%s is charted as %s', (type, kind) => expect(kindOfType(type)).toBe(kind));

  test('those of the rules keep their colour whatever else there is; too many others are one', () => {
    const of = (...kinds: string[]) =>
      seriesScale(
        kinds.map((kind, i) => ({ day: 1, kind, count: 100 - i })),
        LIGHT_COLORS,
      );
    const colorOf = (scale: ReturnType<typeof of>, kind: string) =>
      scale.series[scale.placeOf.get(kind) ?? Number.NaN].color;
    const few = of('aep');
    const many = of('z', 'campaign_a', 'birthday', 'b', 'c', 'd', 'aep');
    expect(colorOf(few, 'aep')).toBe(colorOf(many, 'aep'));
    expect(many.placeOf.get('c')).toBe(many.placeOf.get('d'));
    expect(many.series.map(({ label }) => label)).toEqual(['birthday', 'aep', 'z', 'campaign a', 'b', '2 other kinds']);
    expect(new Set(many.series.map(({ color }) => color)).size).toBe(many.series.length);
  });
});

describe.each([
  ['light', LIGHT_COLORS],
  ['dark', DARK_COLORS],
])('colours on %s ground', (_ground, colors) => {
  test('text has the contrast of WCAG AA, also on every step of the calendar', () => {
    for (const ink of [colors.ink, colors.quiet]) expect(contrast(ink, colors.surface)).toBeGreaterThanOrEqual(4.5);
    for (const { fill, ink } of colors.heat) expect(contrast(fill, ink)).toBeGreaterThanOrEqual(4.5);
  });

  test('series stand out from the ground', () => {
    for (const color of [...colors.series, colors.neutral, colors.limit]) {
      expect(contrast(color, colors.surface)).toBeGreaterThanOrEqual(3);
    }
  });

  test.each(VISIONS)('any two series, and any two steps next to each other, differ with %s', (vision) => {
    const { series, heat } = colors;
    for (let i = 0; i < series.length; i++) {
      for (let j = 0; j < i; j++) expect(distance(series[i], series[j], vision)).toBeGreaterThan(0.1);
    }
    for (let i = 1; i < heat.length; i++) {
      expect(distance(heat[i].fill, heat[i - 1].fill, vision)).toBeGreaterThan(0.05);
    }
  });
});

test('the style sheet of a page sets every variable that charts use, for light and dark', () => {
  const used = new Set(JSON.stringify(PAGE_COLORS).match(/--sendplan-[\w-]+/g));
  expect(used.size).toBe(6 + LIGHT_COLORS.series.length + 2 * LIGHT_COLORS.heat.length);
  const drawn = chartText(drawVolumeChart(counts, { document, cap: 9 })).match(/--sendplan-[\w-]+/g) ?? [];
  for (const name of drawn) expect(used).toContain(name);
  for (const name of used) expect(CHART_STYLES.split(`${name}: #`)).toHaveLength(4);
});
