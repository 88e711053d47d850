import { grouped } from '../../report/text/prose.js';
import { button, element } from '../page/dom.js';

/** Which part of a list is shown. */
export interface ListPart {
  /** Counted from 0. */
  readonly start: number;
  readonly shown: number;
  readonly total: number;
  readonly perPage: number;
}

/** Buttons to the parts before and after, and which part it is. @param turn shows the part from a place on */
export function pager({ start, shown, total, perPage }: ListPart, turn: (start: number) => void): HTMLElement {
  const end = Math.min(total, start + shown);
  const earlier = button('Earlier', () => turn(Math.max(0, start - perPage)), {
    attributes: { disabled: start === 0 },
  });
  const later = button('Later', () => turn(start + perPage), { attributes: { disabled: end >= total } });
  const words = `${grouped(start + 1)} to ${grouped(end)} of ${grouped(total)}`;
  return element('div.pager', {}, earlier, element('span', {}, words), later);
}
