// What becomes of a change that was made on top of one state of a task, now that the task is in another. No member of a
// task has a name here, so that none is forgotten: those of later servers, which this client does not know, are taken along.

import { EMPTY, READ_ONLY } from "./members.js";
import type { Field, Fields, Patch, Task } from "./types.js";

type Members = Record<string, unknown>;

/** Whether two values say the same. The order of an object's members says nothing. */
export function same(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (!isObject(one) || !isObject(other) || Array.isArray(one) !== Array.isArray(other)) return false;
  const keys = Object.keys(one);
  const has = (key: string) => Object.hasOwn(other, key);
  return keys.length === Object.keys(other).length && keys.every((key) => has(key) && same(one[key], other[key]));
}

function isObject(value: unknown): value is Members {
  return typeof value === "object" && value !== null;
}

/** A member that is left out, `null` and an empty array say the same: there is none. */
function value(members: object, name: string): unknown {
  const given = (members as Members)[name] ?? null;
  return Array.isArray(given) && given.length === 0 ? null : given;
}

/** What somebody wrote, without what the server alone says. */
export function content(members: object): Patch {
  const given = Object.entries(members).filter(([name, it]) => it !== undefined && !READ_ONLY.includes(name));
  return Object.fromEntries(given) as Patch;
}

/** The task with a patch on it, as the server would answer it: what has no value then is left out, or `null` if it never is. */
export function patched(task: Task, patch: Patch): Task {
  const result = { ...task, ...patch } as Members;
  for (const name of Object.keys(patch)) {
    if (value(result, name) === null && !(name in EMPTY)) delete result[name];
  }
  return result as unknown as Task;
}

/** The fields of a patch that say something else than the task. */
export function difference(patch: object, task: object): Patch {
  const other = Object.entries(content(patch)).filter(([name]) => !same(value(patch, name), value(task, name)));
  return Object.fromEntries(other) as Patch;
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
  const changed = (field: Field) => !same(value(theirs, field), value(base, field));
  const fields = (Object.keys(patch) as Field[]).filter(changed);
  return { patch, fields };
}

export function isEmpty(patch: Patch): boolean {
  return Object.keys(patch).length === 0;
}

export function sameContent(one: Fields, other: Fields): boolean {
  return isEmpty(difference(one, other)) && isEmpty(difference(other, one));
}

/** As the server trims a title: the white space of Unicode at both ends. */
export function trimmed(title: string): string {
  return title.replace(/^\p{White_Space}+|\p{White_Space}+$/gu, "");
}
