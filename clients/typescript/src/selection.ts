// What one place on a page shows of the tasks: those of the store, and until it knows them those that the page came with.

import { parseFilter } from "./filter.js";
import type { Query } from "./query.js";
import { parseOrder } from "./sorting.js";
import type { Store } from "./store.js";
import type { Task } from "./types.js";

/** Always the same one, for those who compare. */
export const NO_ROWS: readonly never[] = Object.freeze([]);

export class Selection {
  readonly #store: Store;
  readonly #initial: readonly Task[];
  readonly #query: Query;
  readonly #select: (tasks: readonly Task[]) => readonly Task[];
  #early: { of: readonly Task[]; shown: readonly Task[] } | undefined;

  constructor(store: Store, initial: readonly Task[], filter: string, order: string, zone: string | undefined) {
    this.#store = store;
    this.#initial = initial;
    this.#query = store.query(filter, order, zone);
    this.#select = (tasks) => {
      const isMeant = parseFilter(filter).at({ now: new Date(), zone: zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone });
      return tasks.filter(isMeant).sort(parseOrder(order));
    };
  }

  /** What a server shows, and a browser while it takes over what that has sent. */
  readonly first = (): readonly Task[] => (this.#initial.length === 0 ? NO_ROWS : this.#together(NO_ROWS));

  readonly now = (): readonly Task[] =>
    this.#store.isReady || this.#initial.length === 0 ? this.#query.tasks() : this.#together(this.#store.tasks());

  readonly subscribe = (listener: () => void): (() => void) => {
    const end = this.#query.subscribe(listener);
    if (this.#store.isReady || this.#initial.length === 0) return end;
    // That the store is ready is news, also if the query says nothing new.
    const endToo = this.#store.subscribe(listener);
    return () => {
      end();
      endToo();
    };
  };

  /** What was done here is on top of what the page came with. */
  #together(own: readonly Task[]): readonly Task[] {
    if (this.#early?.of === own) return this.#early.shown;
    const ids = new Set(own.map(({ id }) => id));
    const shown = this.#select([...own, ...this.#initial.filter(({ id }) => !ids.has(id))]);
    this.#early = { of: own, shown };
    return shown;
  }
}
