import { END_DAY, FIRST_DAY } from '../calendar/day.js';
import { formatIsoDay } from '../calendar/iso.js';

/** Writes days as `YYYY-MM-DD`, each one once: a population has few thousand different ones. */
export class DayTexts {
  private readonly texts = new Array<string | undefined>(END_DAY - FIRST_DAY);

  /** A day of the years 1900 to 2199 as `YYYY-MM-DD`. */
  text(day: number): string {
    const known = this.texts[day - FIRST_DAY];
    if (known !== undefined) return known;
    const text = formatIsoDay(day);
    this.texts[day - FIRST_DAY] = text;
    return text;
  }
}
