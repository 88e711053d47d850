/** How people see a colour: as it is, or with one of the three kinds of cones missing. */
export const VISIONS = ['normal', 'protanopia', 'deuteranopia', 'tritanopia'] as const;

/** Linear RGB as it is seen (Machado, Oliveira and Fernandes 2009, severity 1). */
const SEEN: Readonly<Record<(typeof VISIONS)[number], readonly number[]>> = {
  normal: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritanopia: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
};

type Triple = readonly [number, number, number];

function linear(color: string): Triple {
  const channel = (start: number) => {
    const value = Number.parseInt(color.slice(start, start + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

function oklab([red, green, blue]: Triple): Triple {
  const l = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const m = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const s = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function asSeen(color: string, vision: (typeof VISIONS)[number]): Triple {
  const [red, green, blue] = linear(color);
  const factors = SEEN[vision];
  const row = (start: number) =>
    Math.min(1, Math.max(0, factors[start] * red + factors[start + 1] * green + factors[start + 2] * blue));
  return oklab([row(0), row(3), row(6)]);
}

/** How far two colours (`#rrggbb`) are from each other in OKLab; black and white are 1 apart. */
export function distance(a: string, b: string, vision: (typeof VISIONS)[number]): number {
  const [first, second] = [asSeen(a, vision), asSeen(b, vision)];
  return Math.hypot(...first.map((value, i) => value - second[i]));
}

/** The contrast ratio of two colours (`#rrggbb`) as WCAG 2 defines it, 1 to 21. */
export function contrast(a: string, b: string): number {
  const luminance = (color: string) => {
    const [red, green, blue] = linear(color);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05;
  };
  const ratio = luminance(a) / luminance(b);
  return Math.max(ratio, 1 / ratio);
}
