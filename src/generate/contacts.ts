import { civilFromDay, dayFromCivil, monthLength } from '../calendar/day.js';
import { DayTexts } from './dayTexts.js';
import { Draw, FIELD } from './draw.js';
import { Places } from './places.js';
import { CARRIERS, EMAIL_DOMAINS, FIRST_NAMES, LAST_NAMES } from './words.js';

/** What the generated data looks like: the scale experiment's, or like a book of business with all its dirt. */
export type Shape = 'seed' | 'realistic';

/** The shapes there are, in the order messages name them. */
export const SHAPES: readonly Shape[] = ['seed', 'realistic'];

/** A generated contact: the columns as they are written, and what was meant by them. */
export interface GeneratedContact {
  id: number;
  firstName: string | null;
  lastName: string | null;
  email: string | null;
  state: string | null;
  zipCode: string | null;
  birthDate: string | null;
  effectiveDate: string | null;
  carrier: string | null;
  phoneNumber: string | null;
  failedUnderwriting: boolean;
  /** The birthday the columns tell of, as days since 1970-01-01; null when they tell of none. */
  birthDay: number | null;
  /** The day the policy took effect; null when the columns tell of none. */
  effectiveDay: number | null;
  /** The state by which the rules go, null when it is unknown. */
  homeState: string | null;
  /** Whether the email address can be written to. */
  isReachable: boolean;
}

/** The likelihood of effective years: the newest of n years is n times as likely as the oldest. */
function rampOf(length: number): Uint8Array {
  const ramp: number[] = [];
  for (let i = 0; i < length; i += 1) for (let times = 0; times <= i; times += 1) ramp.push(i);
  return Uint8Array.from(ramp);
}

const SEED_YEARS = rampOf(10);
const REALISTIC_YEARS = rampOf(15);

/** Makes the contacts of a seed, each by its id alone. */
export class ContactGenerator {
  private readonly draw: Draw;
  private readonly shape: Shape;
  private readonly asOfDay: number;
  private readonly asOfYear: number;
  private readonly places: Places;
  private readonly days = new DayTexts();
  private readonly contact: GeneratedContact = {
    id: 0,
    firstName: null,
    lastName: null,
    email: null,
    state: null,
    zipCode: null,
    birthDate: null,
    effectiveDate: null,
    carrier: null,
    phoneNumber: null,
    failedUnderwriting: false,
    birthDay: null,
    effectiveDay: null,
    homeState: null,
    isReachable: true,
  };

  /**
   * @param seed an integer from 0 to 2^32-1
   * @param asOfDay the day realistic contacts are of age and hold policies; the seed shape does not depend on it
   */
  constructor(seed: number, shape: Shape, asOfDay: number) {
    this.draw = new Draw(seed);
    this.shape = shape;
    this.asOfDay = asOfDay;
    this.asOfYear = civilFromDay(asOfDay).year;
    this.places = new Places(shape === 'realistic');
  }

  /** Makes the contact with an id from 1 up; the object is the same one at every call. */
  make(id: number): Readonly<GeneratedContact> {
    this.draw.turnTo(id);
    this.contact.id = id;
    if (this.shape === 'seed') this.makeSeed(id);
    else this.makeRealistic(id);
    return this.contact;
  }

  private makeSeed(id: number): void {
    const { contact, draw } = this;
    const birthYear = 1945 + draw.below(FIELD.birthYear, 56);
    const effectiveYear = 2015 + SEED_YEARS[draw.below(FIELD.effectiveYear, SEED_YEARS.length)];
    contact.birthDay = dayFromCivil(
      birthYear,
      draw.below(FIELD.birthMonth, 12) + 1,
      draw.below(FIELD.birthDay, 28) + 1,
    );
    contact.effectiveDay = dayFromCivil(
      effectiveYear,
      draw.below(FIELD.effectiveMonth, 12) + 1,
      draw.below(FIELD.effectiveDay, 28) + 1,
    );
    contact.email = `contact${id}@example.com`;
    contact.homeState = this.places.name(this.places.regionIndex(draw.bits(FIELD.state)));
    contact.state = contact.homeState;
    contact.birthDate = this.days.text(contact.birthDay);
    contact.effectiveDate = this.days.text(contact.effectiveDay);
    contact.failedUnderwriting = draw.below(FIELD.failedUnderwriting, 10) === 0;
  }

  private makeRealistic(id: number): void {
    const { contact, draw } = this;
    contact.firstName = FIRST_NAMES[draw.below(FIELD.firstName, FIRST_NAMES.length)];
    contact.lastName = LAST_NAMES[draw.below(FIELD.lastName, LAST_NAMES.length)];
    const letter = contact.lastName.slice(0, 1).toLowerCase();
    contact.email = `${letter}${id}@${EMAIL_DOMAINS[draw.below(FIELD.emailDomain, EMAIL_DOMAINS.length)]}`;
    contact.isReachable = true;
    contact.failedUnderwriting = draw.below(FIELD.failedUnderwriting, 10) === 0;
    this.makeBirth();
    this.makePolicy();
    this.makeHome();
    this.makePhone();
    if (draw.below(FIELD.isBroken, 1000) < 5) this.breakOneField();
  }

  private makeBirth(): void {
    const { contact, draw } = this;
    const isYoung = draw.below(FIELD.isYoung, 10) === 0;
    const age = isYoung ? 26 + draw.below(FIELD.birthYear, 38) : 64 + draw.below(FIELD.birthYear, 26);
    const year = this.asOfYear - age;
    const month = draw.below(FIELD.birthMonth, 12) + 1;
    contact.birthDay = dayFromCivil(year, month, draw.below(FIELD.birthDay, monthLength(year, month)) + 1);
    contact.birthDate = this.days.text(contact.birthDay);
  }

  /** Most policies begin on the first of a month, many of them in January; one contact in twenty has none yet. */
  private makePolicy(): void {
    const { contact, draw } = this;
    contact.effectiveDay = null;
    contact.effectiveDate = null;
    contact.carrier = null;
    if (draw.below(FIELD.isProspect, 20) === 0) return;
    const yearsAgo = 14 - REALISTIC_YEARS[draw.below(FIELD.effectiveYear, REALISTIC_YEARS.length)];
    const month = Math.max(1, draw.below(FIELD.effectiveMonth, 15) - 2);
    let year = this.asOfYear - yearsAgo;
    // Policies are sold a month or two before they begin, not a year.
    if (dayFromCivil(year, month, 1) > this.asOfDay + 60) year -= 1;
    const isOnFirst = draw.below(FIELD.onFirst, 4) > 0;
    const day = isOnFirst ? 1 : draw.below(FIELD.effectiveDay, monthLength(year, month)) + 1;
    contact.effectiveDay = dayFromCivil(year, month, day);
    contact.effectiveDate = this.days.text(contact.effectiveDay);
    const carrier = CARRIERS[draw.below(FIELD.carrier, CARRIERS.length)];
    contact.carrier = draw.bits(FIELD.carrier) >>> 27 === 0 ? carrier.toUpperCase() : carrier;
  }

  private makeHome(): void {
    const { contact, draw, places } = this;
    const home = places.regionIndex(draw.bits(FIELD.state));
    const zip = places.zipCode(home, draw.bits(FIELD.zipCode));
    const zipForm = draw.below(FIELD.zipForm, 100);
    const stateForm = draw.below(FIELD.stateForm, 100);
    contact.homeState = places.name(home);
    contact.state = contact.homeState;
    contact.zipCode = zip;
    if (zipForm < 8) contact.zipCode = `${zip}-${1000 + (draw.bits(FIELD.zipForm) >>> 19)}`;
    // A spreadsheet that took ZIP codes for numbers has dropped their leading zeros.
    else if (zipForm < 48) contact.zipCode = zip.replace(/^0+/, '');
    else if (zipForm < 50) contact.zipCode = null;
    if (stateForm < 3 && contact.zipCode !== null) contact.state = null;
    else if (stateForm === 3) contact.state = `${contact.homeState.toLowerCase()} `;
  }

  private makePhone(): void {
    const { contact, draw } = this;
    contact.phoneNumber = null;
    if (draw.below(FIELD.hasPhone, 100) >= 85) return;
    // The numbers 555-0100 to 555-0199 belong to nobody.
    const areaCode = 201 + draw.below(FIELD.areaCode, 789);
    contact.phoneNumber = `+1${areaCode}55501${String(draw.below(FIELD.phoneNumber, 100)).padStart(2, '0')}`;
  }

  private breakOneField(): void {
    const { contact } = this;
    const kind = this.draw.below(FIELD.breakage, 10);
    if (kind < 4) {
      const email = contact.email ?? '';
      contact.isReachable = false;
      contact.email = [email.replace('@', '.'), '', email.replace('@', '@@'), email.replace('@', ' @ ')][kind];
    } else if (kind < 7) {
      contact.birthDay = null;
      contact.birthDate = ['1958-02-30', '3/15/1958', `${this.asOfYear + 30}-06-01`][kind - 4];
    } else if (kind < 9) {
      contact.effectiveDay = null;
      contact.effectiveDate = ['0000-00-00', 'N/A'][kind - 7];
    } else {
      contact.homeState = null;
      contact.state = 'ZZ';
      contact.zipCode = 'unknown';
    }
  }
}
