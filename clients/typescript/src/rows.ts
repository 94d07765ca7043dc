// What the store keeps: tasks, and the lists that they are in. Both have an id, a version and a place in an order.

import type { List, Task } from "./types.js";

export type Row = Task | List;
/** A task where nothing is said. */
export type Of = "list" | undefined;

/** The name of a row among all of them: that of a task is its id. */
export function keyOf(id: string, of?: Of): string {
  return of === undefined ? id : `${of}/${id}`;
}

export function isListKey(key: string): boolean {
  return key.startsWith("list/");
}

/** The rows that a row is below: the task that it is a part of, and its list. */
export function above(members: object): string[] {
  const { list_id: list, parent_id: parent } = members as { list_id?: string | null; parent_id?: string | null };
  return [...(parent ? [parent] : []), ...(list ? [keyOf(list, "list")] : [])];
}
