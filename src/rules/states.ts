/** The states, districts, territories and military regions a contact can belong to (Rules 2, state). */
export const STATES = [
  ...['AL', 'AK', 'AZ', 'AR', 'CA', 'CO', 'CT', 'DE', 'FL', 'GA', 'HI', 'ID', 'IL', 'IN', 'IA', 'KS', 'KY', 'LA'],
  ...['ME', 'MD', 'MA', 'MI', 'MN', 'MS', 'MO', 'MT', 'NE', 'NV', 'NH', 'NJ', 'NM', 'NY', 'NC', 'ND', 'OH', 'OK'],
  ...['OR', 'PA', 'RI', 'SC', 'SD', 'TN', 'TX', 'UT', 'VT', 'VA', 'WA', 'WV', 'WI', 'WY'],
  ...['DC', 'PR', 'VI', 'GU', 'AS', 'MP', 'FM', 'MH', 'PW', 'AA', 'AE', 'AP'],
] as const;

/** The code of a contact whose state is not known; known states count from 1 in the order of `STATES`. */
export const UNKNOWN_STATE = 0;

const CODES = new Map<string, number>(STATES.map((state, i) => [state, i + 1]));

/** The code of a state's two capital letters, or `UNKNOWN_STATE`. */
export function stateCode(state: string): number {
  return CODES.get(state) ?? UNKNOWN_STATE;
}

const NAMES: Readonly<Record<string, string>> = {
  ...{ ALABAMA: 'AL', ALASKA: 'AK', ARIZONA: 'AZ', ARKANSAS: 'AR', CALIFORNIA: 'CA', COLORADO: 'CO' },
  ...{ CONNECTICUT: 'CT', DELAWARE: 'DE', FLORIDA: 'FL', GEORGIA: 'GA', HAWAII: 'HI', IDAHO: 'ID', ILLINOIS: 'IL' },
  ...{ INDIANA: 'IN', IOWA: 'IA', KANSAS: 'KS', KENTUCKY: 'KY', LOUISIANA: 'LA', MAINE: 'ME', MARYLAND: 'MD' },
  ...{ MASSACHUSETTS: 'MA', MICHIGAN: 'MI', MINNESOTA: 'MN', MISSISSIPPI: 'MS', MISSOURI: 'MO', MONTANA: 'MT' },
  ...{ NEBRASKA: 'NE', NEVADA: 'NV', 'NEW HAMPSHIRE': 'NH', 'NEW JERSEY': 'NJ', 'NEW MEXICO': 'NM', 'NEW YORK': 'NY' },
  ...{ 'NORTH CAROLINA': 'NC', 'NORTH DAKOTA': 'ND', OHIO: 'OH', OKLAHOMA: 'OK', OREGON: 'OR', PENNSYLVANIA: 'PA' },
  ...{ 'RHODE ISLAND': 'RI', 'SOUTH CAROLINA': 'SC', 'SOUTH DAKOTA': 'SD', TENNESSEE: 'TN', TEXAS: 'TX', UTAH: 'UT' },
  ...{ VERMONT: 'VT', VIRGINIA: 'VA', WASHINGTON: 'WA', 'WEST VIRGINIA': 'WV', WISCONSIN: 'WI', WYOMING: 'WY' },
  ...{ 'DISTRICT OF COLUMBIA': 'DC', 'PUERTO RICO': 'PR', GUAM: 'GU', 'AMERICAN SAMOA': 'AS' },
};

const CODES_OF_NAMES = new Map<string, number>(
  Object.entries(NAMES).map(([name, state]) => [name, CODES.get(state) ?? UNKNOWN_STATE]),
);

/** The code of a state's English name in capital letters, or `UNKNOWN_STATE` (Rules 2, state). */
export function stateCodeOfName(name: string): number {
  return CODES_OF_NAMES.get(name) ?? UNKNOWN_STATE;
}

/** The two letters of a state code, or null for `UNKNOWN_STATE`. */
export function stateName(code: number): string | null {
  return code === UNKNOWN_STATE ? null : STATES[code - 1];
}

/** How a state's exclusion windows are anchored. */
export type StateRuleKind = 'birthday_window' | 'effective_date_window' | 'year_round';

/**
 * One state's exclusion rule (Rules 4): the window of a year runs from `before + buffer` days before its anchor to
 * `after` days after it, both ends inside.
 */
export interface StateRule {
  readonly kind: StateRuleKind;
  /** Days before the anchor that the state itself forbids. */
  readonly before: number;
  /** Days after the anchor, the last one still forbidden. */
  readonly after: number;
  /** Whether the anchor is the first day of the date's month instead of the date itself. */
  readonly use_month_start: boolean;
  /** Days added in front of the window; null takes the configuration's `pre_window_exclusion_days`. */
  readonly buffer: number | null;
}

const NO_WINDOW = { before: 0, after: 0, use_month_start: false, buffer: null };
const YEAR_ROUND: StateRule = { ...NO_WINDOW, kind: 'year_round' };

function birthdayWindow(before: number, after: number): StateRule {
  return { ...NO_WINDOW, kind: 'birthday_window', before, after };
}

/** The rules of the states that have one, before configuration changes any (Rules 4, the table). */
export const DEFAULT_STATE_RULES: Readonly<Record<string, StateRule>> = {
  CA: birthdayWindow(30, 60),
  ID: birthdayWindow(0, 63),
  KY: birthdayWindow(0, 60),
  MD: birthdayWindow(0, 30),
  NV: { ...birthdayWindow(0, 60), use_month_start: true },
  OK: birthdayWindow(0, 60),
  OR: birthdayWindow(0, 31),
  VA: birthdayWindow(0, 30),
  MO: { ...NO_WINDOW, kind: 'effective_date_window', before: 30, after: 33 },
  CT: YEAR_ROUND,
  MA: YEAR_ROUND,
  NY: YEAR_ROUND,
  WA: YEAR_ROUND,
};
