import { SendplanError } from '../../errors.js';

/** How many pixels of a PNG stand for one of a drawing, so that letters are sharp on fine screens and paper. */
const PIXELS = 2;

/** Letters are drawn in what the machine has; none is part of this package. */
const FONTS = { font: { loadSystemFonts: true, sansSerifFamily: 'DejaVu Sans' } };

type Resvg = typeof import('@resvg/resvg-js').Resvg;

async function loadResvg(): Promise<Resvg> {
  try {
    return (await import('@resvg/resvg-js')).Resvg;
  } catch (cause) {
    throw new SendplanError('package_missing', 'PNG pictures need the package @resvg/resvg-js, which is not there.', {
      hint: 'npm install @resvg/resvg-js, or draw SVG or HTML, which need nothing.',
      cause,
    });
  }
}

/** Tells whether letters can be drawn: where a font is not there another one takes its place, if there is any. */
function hasFonts(resvg: Resvg): boolean {
  const sample = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>x</text></svg>';
  return (new resvg(sample, FONTS).getBBox()?.width ?? 0) > 0;
}

/**
 * Makes a PNG of an SVG drawing, twice as large in pixels. Its colours have to be colours, not CSS variables.
 *
 * @throws SendplanError `package_missing` without @resvg/resvg-js, and when the machine has no font to draw letters with
 */
export async function pictureOf(svg: string): Promise<Uint8Array> {
  const resvg = await loadResvg();
  if (!hasFonts(resvg)) {
    throw new SendplanError('package_missing', 'PNG pictures need a font, and this machine has none.', {
      hint: 'Install one (Debian: apt-get install fonts-dejavu-core), or draw SVG or HTML.',
    });
  }
  return new resvg(svg, { ...FONTS, fitTo: { mode: 'zoom', value: PIXELS } }).render().asPng();
}
