import { element, fill, labelled } from '../page/dom.js';
import { plainType } from '../page/plainWords.js';
import { UNKNOWN_STATE_NAME } from '../protocol/protocol.js';

// What filters of emails have in common, whether they are planned or were lived through.

/** A value of a filter and what it is called. */
export type Choice = readonly [value: string, words: string];

/** A choice of one part of a filter. */
export interface FilterChoice {
  readonly view: HTMLElement;
  /** Offers choices, of which one is chosen, or none. */
  show(choices: readonly Choice[], value: string | null): void;
}

/** A choice of one part of a filter; what the address asks for stands in it even when the plan knows no such thing. */
export function choiceOf(label: string, every: string, choose: (value: string | null) => void): FilterChoice {
  const select = element('select');
  select.addEventListener('change', () => choose(select.value === '' ? null : select.value));
  return {
    view: labelled(label, select),
    show(choices: readonly Choice[], value: string | null) {
      const isKnown = value === null || choices.some(([known]) => known === value);
      const all: readonly Choice[] = [['', every], ...choices, ...(isKnown ? [] : [[value, value] as const])];
      fill(select, ...all.map(([key, words]) => element('option', { attributes: { value: key } }, words)));
      select.value = value ?? '';
    },
  };
}

/** The choice of a kind of emails. */
export function kindChoice(choose: (kind: string | null) => void): FilterChoice {
  return choiceOf('Kind', 'all kinds', choose);
}

/** Kinds of emails as choices. */
export function kindChoices(kinds: Iterable<string>): Choice[] {
  return Array.from(kinds, (kind) => [kind, plainType(kind)]);
}

/** The choice of the state of contacts. */
export function stateChoice(choose: (state: string | null) => void): FilterChoice {
  return choiceOf('State', 'all states', choose);
}

/** States as choices, in the order of their codes; null is one that is not known. */
export function stateChoices(states: readonly (string | null)[]): Choice[] {
  return states
    .map((state): Choice => [state ?? UNKNOWN_STATE_NAME, state ?? 'not known'])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
