// The order of tasks, as the server understands it (docs/filter.md).

import type { Filterable } from "./filter.js";
import { micros } from "./moments.js";
import { orderOf } from "./order.js";
import { fold } from "./search.js";
import { FilterError } from "./syntax.js";
import { compareText, trimmed } from "./text.js";

const SORTABLE = ["created_at", "updated_at", "due", "start", "priority", "title", "order", "completed_at"] as const;
type Sortable = (typeof SORTABLE)[number];
type Value = string | number | bigint | undefined;

/** By what tasks are compared. The values of a task are made once, because that takes longer than to compare them. */
export interface Sorting {
  valuesOf(task: Filterable): Value[];
  compare(a: Value[], b: Value[]): number;
}

/** Understands `due, priority desc`: which of two tasks comes first. Throws a `FilterError`. */
export function parseOrder(text: string): (a: Filterable, b: Filterable) => number {
  const { valuesOf, compare } = parseSorting(text);
  return (a, b) => compare(valuesOf(a), valuesOf(b));
}

export function parseSorting(text: string): Sorting {
  // What is equal in all of them: the newest first, then by id, descending.
  const keys: Key[] = [...parse(text).flatMap(parts), { field: "created_at", descending: true }, { field: "id", descending: true }];
  const descending = keys.map((key) => key.descending);
  return {
    valuesOf: (task) => keys.map(({ field }) => valueOf(field, task)),
    compare(a, b) {
      for (const [place, isDescending] of descending.entries()) {
        const order = compare(a[place], b[place], isDescending);
        if (order !== 0) return order;
      }
      return 0;
    },
  };
}

interface Key<Field = Sortable | "id"> {
  field: Field;
  descending: boolean;
}

/** A place among siblings is told by the key and the id together. */
const parts = (key: Key): Key[] => (key.field === "order" ? [key, { ...key, field: "id" }] : [key]);

function parse(text: string): Key<Sortable>[] {
  const keys: Key<Sortable>[] = [];
  let column = 1;
  for (const part of trimmed(text) === "" ? [] : text.split(",")) {
    const found = [...part.matchAll(/\P{White_Space}+/gu)];
    const words = found.map(({ 0: word, index }) => ({ word, at: column + [...part.slice(0, index)].length }));
    const end = column + [...part].length;
    const { word, at } = words[0] ?? { word: "", at: end };
    const field = SORTABLE.find((field) => field === word);
    if (field === undefined) throw new FilterError(at, "created_at, updated_at, due, start, priority, title, order or completed_at");
    if (keys.some((key) => key.field === field)) throw new FilterError(at, "each field once");
    if (keys.length === 3) throw new FilterError(at, "at most 3 fields");
    const direction = words[1];
    if (direction !== undefined && direction.word !== "desc" && direction.word !== "asc") throw new FilterError(direction.at, "desc, ',' or the end");
    if (words[2] !== undefined) throw new FilterError(words[2].at, "',' or the end");
    keys.push({ field, descending: direction?.word === "desc" });
    column = end + 1;
  }
  return keys;
}

/** What is missing is last in both directions. */
function compare(a: Value, b: Value, isDescending: boolean): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  const order = typeof a === "string" && typeof b === "string" ? compareText(a, b) : a < b ? -1 : Number(a > b);
  return isDescending ? -order : order;
}

/** Dates by their wall clock as written: as a text, a day stands before the times of that day. */
function valueOf(field: Key["field"], task: Filterable): Value {
  if (field === "id") return task.id;
  if (field === "title") return fold(task.title);
  if (field === "order") return orderOf(task);
  if (field === "priority") return task.priority ?? undefined;
  if (field === "due" || field === "start") {
    const when = task[field] ?? undefined;
    return when && ("date" in when ? when.date : when.local);
  }
  const time = task[field] ?? undefined;
  return time && micros(time);
}
