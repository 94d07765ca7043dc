// Tasks that a filter means, in an order, kept ready while they change: what happens to one task costs one look at it, and
// no look at the others.

import { parseFilter, type Filter } from "./filter.js";
import { dayIn } from "./moments.js";
import { isListKey } from "./rows.js";
import { parseSorting, type Sorting } from "./sorting.js";
import type { Task } from "./types.js";
import type { View } from "./view.js";

export interface Query {
  /** The tasks that are meant, in their order. The same array until it says something else. */
  readonly tasks: () => readonly Task[];
  /** Calls the listener when `tasks` gives another array, also because a day has ended; gives the function that ends it. */
  readonly subscribe: (listener: () => void) => () => void;
}

interface Entry {
  task: Task;
  values: ReturnType<Sorting["valuesOf"]>;
}

const MINUTE = 60_000;

export class LiveQuery implements Query {
  readonly #view: View;
  readonly #filter: Filter;
  readonly #sorting: Sorting;
  readonly #zone: string;
  readonly #onError: (error: unknown) => void;
  #isMeant: (task: Task) => boolean = () => false;
  /** When the filter was resolved: a day or a minute, or nothing where time does not matter. */
  #moment: string | undefined;
  /** The view as it was at the last look, when nobody tells of single changes. */
  #seen = -1;
  #entries: Entry[] = [];
  #placed = new Map<string, Entry>();
  #changed = new Set<string>();
  #tasks: readonly Task[] = [];
  #listeners = new Set<() => void>();
  #end: (() => void) | undefined;

  constructor(view: View, filter: string, order: string, zone: string, onError: (error: unknown) => void) {
    this.#view = view;
    this.#filter = parseFilter(filter);
    this.#sorting = parseSorting(order);
    this.#zone = zone;
    this.#onError = onError;
  }

  readonly tasks = (): readonly Task[] => {
    const { version } = this.#view;
    const moment = this.#now();
    const isNew = this.#moment !== moment || this.#seen < 0;
    if (!isNew && this.#seen === version) return this.#tasks;
    // Somebody has to be listening for the changes to be known one by one.
    if (isNew || !this.#end || this.#changed.size > Math.max(100, this.#entries.length / 4)) this.#readAll(moment);
    else this.#readChanged();
    this.#seen = version;
    return this.#tasks;
  };

  readonly subscribe = (listener: () => void): (() => void) => {
    // Wrapped, so that the same function can listen twice.
    const own = () => listener();
    this.#listeners.add(own);
    this.#end ??= this.#begin();
    return () => {
      this.#listeners.delete(own);
      if (this.#listeners.size > 0) return;
      this.#end?.();
      this.#end = undefined;
    };
  };

  /** From now on changes are told one by one. */
  #begin(): () => void {
    this.tasks();
    this.#changed.clear();
    let told = this.#tasks;
    const look = () => {
      if (this.tasks() === told) return;
      told = this.#tasks;
      for (const listener of [...this.#listeners]) {
        try {
          listener();
        } catch (error) {
          this.#onError(error);
        }
      }
    };
    const ends = [this.#view.watch((key) => isListKey(key) || this.#changed.add(key)), this.#view.subscribe(look), this.#tick(look)];
    return () => ends.forEach((end) => end());
  }

  /** Days begin and dates have minutes: each minute there may be something new. */
  #tick(look: () => void): () => void {
    if (this.#filter.dependsOn === "nothing") return () => undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const next = () => {
      timer = setTimeout(() => {
        next();
        look();
      }, MINUTE - (Date.now() % MINUTE));
      // Waiting for a new day keeps no program alive.
      (timer as { unref?: () => void }).unref?.();
    };
    next();
    return () => clearTimeout(timer);
  }

  #now(): string | undefined {
    const { dependsOn } = this.#filter;
    if (dependsOn === "nothing") return undefined;
    if (dependsOn === "moment") return String(Math.floor(Date.now() / MINUTE));
    return dayIn(BigInt(Date.now()) * 1000n, this.#zone);
  }

  #readAll(moment: string | undefined): void {
    this.#isMeant = this.#filter.at({ now: new Date(), zone: this.#zone });
    this.#moment = moment;
    this.#changed.clear();
    const before = this.#placed;
    const entries = this.#view.tasks().filter(this.#isMeant).map((task) => {
      const known = before.get(task.id);
      return known?.task === task ? known : this.#entry(task);
    });
    this.#entries = entries.sort((a, b) => this.#sorting.compare(a.values, b.values));
    this.#placed = new Map(entries.map((entry) => [entry.task.id, entry]));
    const isSame = entries.length === this.#tasks.length && entries.every(({ task }, place) => task === this.#tasks[place]);
    if (!isSame) this.#tasks = entries.map(({ task }) => task);
  }

  #readChanged(): void {
    let tasks: Task[] | undefined;
    for (const id of this.#changed) {
      const task = this.#view.get(id);
      const entry = task && this.#isMeant(task) ? this.#entry(task) : undefined;
      const before = this.#placed.get(id);
      if (!entry && !before) continue;
      tasks ??= [...this.#tasks];
      if (before) {
        const place = this.#place(before);
        this.#entries.splice(place, 1);
        tasks.splice(place, 1);
        this.#placed.delete(id);
      }
      if (!entry) continue;
      const place = this.#place(entry);
      this.#entries.splice(place, 0, entry);
      tasks.splice(place, 0, entry.task);
      this.#placed.set(id, entry);
    }
    this.#changed.clear();
    if (tasks) this.#tasks = tasks;
  }

  #entry(task: Task): Entry {
    return { task, values: this.#sorting.valuesOf(task) };
  }

  /** Where an entry is, or belongs: all before it come first. */
  #place({ values }: Entry): number {
    let [low, high] = [0, this.#entries.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#sorting.compare(this.#entries[middle]!.values, values) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
