/** A region people live in: its people in thousands (census of 2020) and ZIP code prefixes that lie wholly in it. */
interface Region {
  readonly name: string;
  readonly thousands: number;
  /** Ranges of the first three digits, first and last. */
  readonly zipPrefixes: readonly (readonly [number, number])[];
}

const region = (name: string, thousands: number, ...zipPrefixes: (readonly [number, number])[]): Region => ({
  name,
  thousands,
  zipPrefixes,
});

const FIFTY_STATES: readonly Region[] = [
  region('CA', 39538, [900, 908], [910, 928], [930, 961]),
  region('TX', 29146, [750, 770], [772, 799]),
  region('FL', 21538, [320, 339], [346, 347]),
  region('NY', 20201, [100, 149]),
  region('PA', 13003, [150, 196]),
  region('IL', 12813, [600, 620], [622, 629]),
  region('OH', 11799, [430, 459]),
  region('GA', 10712, [300, 319], [398, 399]),
  region('NC', 10439, [270, 289]),
  region('MI', 10077, [480, 499]),
  region('NJ', 9289, [70, 89]),
  region('VA', 8631, [220, 246]),
  region('WA', 7705, [980, 986], [988, 994]),
  region('AZ', 7152, [850, 853], [855, 857]),
  region('MA', 7030, [10, 27]),
  region('TN', 6911, [370, 385]),
  region('IN', 6786, [460, 479]),
  region('MD', 6177, [206, 212], [214, 219]),
  region('MO', 6155, [633, 641], [644, 658]),
  region('WI', 5894, [537, 549]),
  region('CO', 5774, [800, 816]),
  region('MN', 5706, [553, 567]),
  region('SC', 5118, [290, 299]),
  region('AL', 5024, [350, 352], [354, 369]),
  region('LA', 4658, [703, 708], [710, 714]),
  region('KY', 4506, [400, 418], [420, 427]),
  region('OR', 4237, [970, 979]),
  region('OK', 3959, [734, 738], [743, 749]),
  region('CT', 3606, [60, 62], [64, 69]),
  region('UT', 3272, [840, 847]),
  region('IA', 3190, [500, 516], [520, 528]),
  region('NV', 3105, [889, 891], [893, 895]),
  region('AR', 3012, [716, 725], [727, 729]),
  region('MS', 2961, [386, 397]),
  region('KS', 2938, [664, 679]),
  region('NM', 2118, [873, 884]),
  region('NE', 1962, [683, 693]),
  region('ID', 1839, [832, 833], [835, 838]),
  region('WV', 1794, [247, 268]),
  region('HI', 1455, [968, 968]),
  region('NH', 1378, [30, 38]),
  region('ME', 1362, [39, 49]),
  region('RI', 1097, [28, 29]),
  region('MT', 1084, [590, 599]),
  region('DE', 990, [197, 199]),
  region('SD', 887, [570, 577]),
  region('ND', 779, [580, 588]),
  region('AK', 733, [995, 999]),
  region('VT', 643, [50, 54], [56, 59]),
  region('WY', 577, [820, 831]),
];

const ELSEWHERE: readonly Region[] = [region('DC', 690, [202, 204]), region('PR', 3286, [6, 7], [9, 9])];

/** 2^16 places, each held by a region; the region at a random place is drawn by population. */
function placesByPopulation(regions: readonly Region[]): Uint8Array {
  const places = new Uint8Array(65536);
  const total = regions.reduce((sum, { thousands }) => sum + thousands, 0);
  let people = 0;
  regions.forEach(({ thousands }, i) => {
    const start = Math.floor((people * places.length) / total);
    people += thousands;
    places.fill(i, start, Math.floor((people * places.length) / total));
  });
  return places;
}

/** Regions to draw from by population. */
export class Places {
  private readonly regions: readonly Region[];
  private readonly places: Uint8Array;

  /** @param withElsewhere whether DC and Puerto Rico count beside the fifty states */
  constructor(withElsewhere: boolean) {
    this.regions = withElsewhere ? [...FIFTY_STATES, ...ELSEWHERE] : FIFTY_STATES;
    this.places = placesByPopulation(this.regions);
  }

  /** The index of a region, drawn by population with 32 random bits. */
  regionIndex(bits: number): number {
    return this.places[bits >>> 16];
  }

  /** The two letters of a region. */
  name(regionIndex: number): string {
    return this.regions[regionIndex].name;
  }

  /** One of a region's ZIP codes, five digits, drawn with 32 random bits. */
  zipCode(regionIndex: number, bits: number): string {
    const { zipPrefixes } = this.regions[regionIndex];
    const [first, last] = zipPrefixes[bits % zipPrefixes.length];
    const prefix = first + ((bits >>> 8) % (last - first + 1));
    return String(prefix * 100 + ((bits >>> 20) % 100)).padStart(5, '0');
  }
}
