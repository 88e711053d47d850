/** The colours of a chart: any text that SVG takes as a colour, so that a page can give CSS variables. */
export interface ChartColors {
  readonly surface: string;
  /** Titles and values. */
  readonly ink: string;
  /** Axes, labels and notes. */
  readonly quiet: string;
  readonly grid: string;
  /** A limit drawn over the data. */
  readonly limit: string;
  /** What belongs to no series of its own. */
  readonly neutral: string;
  /** Series; any two can be told apart with any of the three kinds of colour blindness, and from the surface. */
  readonly series: readonly string[];
  /** From few to many, the first for none; each with a colour for text on it. */
  readonly heat: readonly HeatStep[];
}

/** One step of a colour scale from few to many. */
export interface HeatStep {
  readonly fill: string;
  readonly ink: string;
}

/** Fonts that browsers have, then those that servers have. */
export const FONT_FAMILY =
  "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif";

/** For light surfaces and print. */
export const LIGHT_COLORS: ChartColors = {
  surface: '#ffffff',
  ink: '#1b1f27',
  quiet: '#59616e',
  grid: '#dfe3e8',
  limit: '#1b1f27',
  neutral: '#8a919c',
  series: ['#278ee9', '#132e6b', '#d08412', '#005e53', '#b54699', '#6a0900', '#7e6c00', '#6419aa'],
  heat: [
    { fill: '#f1f3f6', ink: '#59616e' },
    { fill: '#c9dff7', ink: '#1b1f27' },
    { fill: '#8fc1ef', ink: '#1b1f27' },
    { fill: '#4a97dd', ink: '#10141a' },
    { fill: '#1a64ac', ink: '#ffffff' },
    { fill: '#0f2a66', ink: '#ffffff' },
  ],
};

/** For dark surfaces. */
export const DARK_COLORS: ChartColors = {
  surface: '#15181e',
  ink: '#eceff4',
  quiet: '#a6aebb',
  grid: '#323844',
  limit: '#eceff4',
  neutral: '#7c8492',
  series: ['#0181ea', '#afeeff', '#ffe459', '#16d28d', '#e798ef', '#b4470b', '#ab9400', '#8f5699'],
  heat: [
    { fill: '#232832', ink: '#a6aebb' },
    { fill: '#173a5e', ink: '#eceff4' },
    { fill: '#1c5a96', ink: '#ffffff' },
    { fill: '#2f86d6', ink: '#0b0e13' },
    { fill: '#7dbcf0', ink: '#0b0e13' },
    { fill: '#d6edff', ink: '#0b0e13' },
  ],
};

/** The colours by the names of their CSS variables. */
function variablesOf(colors: ChartColors): ReadonlyMap<string, string> {
  const { series, heat, ...single } = colors;
  return new Map([
    ...Object.entries(single),
    ...series.map((color, i): [string, string] => [`series-${i + 1}`, color]),
    ...heat.flatMap(({ fill, ink }, i): [string, string][] => [
      [`heat-${i}`, fill],
      [`heat-${i}-ink`, ink],
    ]),
  ]);
}

function declarations(colors: ChartColors): string {
  return [...variablesOf(colors)].map(([name, color]) => `--sendplan-${name}: ${color};`).join(' ');
}

function variable(name: string, fallback: string): string {
  return `var(--sendplan-${name}, ${fallback})`;
}

/** Colours that follow the variables of `CHART_STYLES`, so that one drawing is right in light and dark. */
export const PAGE_COLORS: ChartColors = {
  surface: variable('surface', LIGHT_COLORS.surface),
  ink: variable('ink', LIGHT_COLORS.ink),
  quiet: variable('quiet', LIGHT_COLORS.quiet),
  grid: variable('grid', LIGHT_COLORS.grid),
  limit: variable('limit', LIGHT_COLORS.limit),
  neutral: variable('neutral', LIGHT_COLORS.neutral),
  series: LIGHT_COLORS.series.map((color, i) => variable(`series-${i + 1}`, color)),
  heat: LIGHT_COLORS.heat.map(({ fill, ink }, i) => ({
    fill: variable(`heat-${i}`, fill),
    ink: variable(`heat-${i}-ink`, ink),
  })),
};

/**
 * The style sheet of a page with charts in `PAGE_COLORS`: variables for light, for dark where the system asks for it, and for
 * either where `data-theme="light"` or `data-theme="dark"` is set on the root. Charts themselves hold neither style sheets nor
 * style attributes, so that a strict content security policy lets them be.
 */
export const CHART_STYLES = `:root { ${declarations(LIGHT_COLORS)} }
@media (prefers-color-scheme: dark) { :root:not([data-theme='light']) { ${declarations(DARK_COLORS)} } }
:root[data-theme='dark'] { ${declarations(DARK_COLORS)} }
.sendplan-chart { display: block; max-width: 100%; height: auto; }
.sendplan-chart text { white-space: pre; }
`;
