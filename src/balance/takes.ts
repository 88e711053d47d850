import { GrowingColumns } from '../columns/growing.js';
import { inOrder, stableOrder } from '../columns/stableOrder.js';
import type { Placements } from './groups.js';

/** Collects on which day how many candidates of which group are placed, as days go by. */
export class Takes {
  private readonly columns = new GrowingColumns({
    group: Uint32Array,
    day: Int32Array,
    size: Uint32Array,
    isSkipped: Uint8Array,
  });

  /** @param order the group of every place */
  constructor(private readonly order: Uint32Array) {}

  /** Places some candidates of the group at a place on a day. */
  add(place: number, day: number, size: number): void {
    this.note(place, day, size, 0);
  }

  /** Has some of them skipped on a day. */
  skip(place: number, day: number, size: number): void {
    this.note(place, day, size, 1);
  }

  private note(place: number, day: number, size: number, isSkipped: number): void {
    const row = this.columns.addRow();
    const { at } = this.columns;
    at.group[row] = this.order[place];
    at.day[row] = day;
    at.size[row] = size;
    at.isSkipped[row] = isSkipped;
  }

  /** All that was noted, group by group, each in the order of days. */
  placements(): Placements {
    const { group, day, size, isSkipped } = this.columns.values();
    const { order, first } = stableOrder(group, this.order.length);
    return {
      first,
      day: inOrder(day, order),
      size: inOrder(size, order),
      isSkipped: inOrder(isSkipped, order),
    };
  }
}
