// What becomes of a change that was made on top of one state of a task, now that the task is in another.

import type { Fields, Patch, Task } from "./types.js";

export const FIELDS = ["title", "description", "completed"] as const satisfies (keyof Fields)[];
export type Field = (typeof FIELDS)[number];

/** The fields of a patch that say something else than the task. */
export function difference(patch: Patch, task: Fields): Patch {
  const rest: Record<string, unknown> = {};
  for (const field of FIELDS) {
    if (patch[field] !== undefined && patch[field] !== task[field]) rest[field] = patch[field];
  }
  return rest as Patch;
}

export interface Merged {
  /** What is to be written on top of theirs, mine winning wherever both changed the same field. */
  patch: Patch;
  /** The fields that both changed, to different values: where there is something to decide. */
  fields: Field[];
}

/** The three-way merge: field by field, what only one side changed is taken from that side. */
export function merge(base: Fields, mine: Patch, theirs: Fields): Merged {
  const patch = difference(difference(mine, base), theirs);
  const fields = FIELDS.filter((field) => patch[field] !== undefined && theirs[field] !== base[field]);
  return { patch, fields };
}

export function isEmpty(patch: Patch): boolean {
  return FIELDS.every((field) => patch[field] === undefined);
}

export function sameContent(one: Fields, other: Fields): boolean {
  return FIELDS.every((field) => one[field] === other[field]);
}

/** Whether two states of a task look the same in every respect. */
export function sameTask(one: Task, other: Task): boolean {
  const keys = Object.keys(one) as (keyof Task)[];
  return keys.length === Object.keys(other).length && keys.every((key) => one[key] === other[key]);
}

/** As the server trims a title: the white space of Unicode at both ends. */
export function trimmed(title: string): string {
  return title.replace(/^\p{White_Space}+|\p{White_Space}+$/gu, "");
}
