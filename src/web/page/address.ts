import { formatIsoDay, parseIsoDay } from '../../calendar/iso.js';
import { SHAPES } from '../../generate/contacts.js';
import type { GenerateRequest } from '../protocol/protocol.js';
import type { Draft, PageState, Sight } from './state.js';
import { VIEWS } from './state.js';

// The address keeps what is looked at behind `#`, which browsers send to nobody. What was typed in a search is not in it, for it
// may be somebody's name or address.

/** What an address tells; what it lacks, or has wrong, is null. */
export interface Place {
  readonly sight: Sight;
  /** `YYYY-MM-DD` */
  readonly asOf: string | null;
  readonly draft: Draft | null;
  /** What the database was made up by. */
  readonly made: GenerateRequest | null;
  readonly fileName: string | null;
  /** Whether there was a plan. */
  readonly isPlanned: boolean;
}

const STATUSES = ['any', 'pre-scheduled', 'skipped'] as const;

function wholeOf(text: string | null | undefined): number | null {
  return typeof text === 'string' && /^-?[0-9]{1,15}$/.test(text) ? Number(text) : null;
}

function oneOf<const Word extends string>(words: readonly Word[], text: string | null | undefined): Word | null {
  return words.find((word) => word === text) ?? null;
}

function isoOf(text: string | null | undefined): string | null {
  return typeof text === 'string' && parseIsoDay(text) !== null ? text : null;
}

function madeOf(text: string | null): GenerateRequest | null {
  const [shapeText, contactsText, seedText, asOfText] = (text ?? '').split('.');
  const shape = oneOf(SHAPES, shapeText);
  const [contacts, seed, asOf] = [wholeOf(contactsText), wholeOf(seedText), isoOf(asOfText)];
  if (shape === null || contacts === null || seed === null || asOf === null) return null;
  return { shape, contacts, seed, asOf };
}

function draftOf(text: string | null): Draft | null {
  if (text === null) return null;
  try {
    const draft: unknown = JSON.parse(text);
    return typeof draft === 'object' && draft !== null && !Array.isArray(draft) ? (draft as Draft) : null;
  } catch {
    return null; // Somebody cut the address short.
  }
}

function rangeOf(words: URLSearchParams): Sight['range'] {
  const [start, last] = [parseIsoDay(words.get('from') ?? ''), parseIsoDay(words.get('to') ?? '')];
  return start === null || last === null || last < start ? null : { start, end: last + 1 };
}

/** Reads what stands behind `#` in an address. */
export function readPlace(hash: string): Place {
  const words = new URLSearchParams(hash.replace(/^#/, ''));
  const day = isoOf(words.get('day'));
  return {
    sight: {
      view: oneOf(VIEWS, words.get('view')) ?? 'plan',
      day: day === null ? null : parseIsoDay(day),
      contact: wholeOf(words.get('contact')),
      filter: {
        kind: words.get('kind'),
        status: oneOf(STATUSES, words.get('status')) ?? 'any',
        state: words.get('state'),
        reason: words.get('reason'),
      },
      range: rangeOf(words),
    },
    asOf: isoOf(words.get('asof')),
    draft: draftOf(words.get('settings')),
    made: madeOf(words.get('made')),
    fileName: words.get('file'),
    isPlanned: words.get('planned') === '1',
  };
}

/** What is looked at in a state, or will be when what the address asked for is there. */
export function sightOf(state: PageState): Sight {
  const { view, day, contact, filter, range } = state;
  return state.awaited?.sight ?? { view, day, contact, filter, range };
}

/** Writes what is looked at as it stands behind `#`, with the `#`. */
export function writePlace(state: PageState): string {
  const { view, day, contact, filter, range } = sightOf(state);
  const { asOf, draft, database, current, awaited } = state;
  const words = new URLSearchParams();
  const put = (name: string, value: string | null) => {
    if (value !== null && value !== '') words.set(name, value);
  };
  put('view', view);
  put('asof', asOf);
  put('day', day === null ? null : formatIsoDay(day));
  put('kind', filter.kind);
  put('status', filter.status === 'any' ? null : filter.status);
  put('state', filter.state);
  put('reason', filter.reason);
  put('from', range === null ? null : formatIsoDay(range.start));
  put('to', range === null ? null : formatIsoDay(range.end - 1));
  put('contact', contact === null ? null : String(contact));
  put('settings', Object.keys(draft).length === 0 ? null : JSON.stringify(draft));
  const made = database?.made ?? null;
  if (made !== null) put('made', [made.shape, made.contacts, made.seed, made.asOf].join('.'));
  else put('file', database?.name ?? awaited?.fileName ?? null);
  put('planned', current !== null || awaited !== null ? '1' : null);
  return `#${words}`;
}
