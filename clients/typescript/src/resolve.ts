// What is to be done with an operation, given how the task is now; and what comes of a conflict.

import { difference, isEmpty, merge, patched, same, sameContent, whole } from "./merge.js";
import { presentOf } from "./occurrences.js";
import { isMoreThanATick, type Operation } from "./operations.js";
import type { Field, Patch, Task } from "./types.js";

/** Two people, or one on two devices, want different things of a task. */
export interface Conflict {
  id: string;
  /** The task as it was seen when the operation was done here. */
  base: Task;
  /** What it was made here; null if it was deleted here. */
  mine: Task | null;
  /** What it is now on the server; null if it was deleted there. */
  theirs: Task | null;
  /** The fields that both changed, to different values. */
  fields: Field[];
}

/**
 * `mine` or `theirs` decide about {@link Conflict.fields} (what only one side changed is kept in any case), or about
 * whether the task stays deleted; a patch says itself what is to be written on top of theirs.
 */
export type Resolution = "mine" | "theirs" | Patch;

export type Step =
  | { do: "drop" }
  | { do: "send"; fields: Patch }
  /** Something else has come of it. */
  | { do: "become"; operation: Operation }
  | { do: "refuse"; message: string }
  | { do: "ask"; conflict: Conflict; usual: "mine" | "theirs" };

export function step(operation: Operation, theirs: Task | undefined): Step {
  const { id, kind, fields } = operation;
  // Of lists nobody is asked, so that who is asked sees tasks.
  const base = operation.base as Task | null;
  if (kind === "move") return theirs ? { do: "send", fields } : { do: "drop" };
  if (kind === "unpass") return theirs ? { do: "send", fields: {} } : { do: "drop" };
  if (kind === "pass") return stepOfPass(operation, base, theirs);
  if (kind === "create" || kind === "restore") return theirs ? { do: "drop" } : { do: "send", fields };
  if (kind === "remove") {
    if (!theirs) return { do: "drop" };
    if (!base || sameContent(base, theirs)) return { do: "send", fields };
    return { do: "ask", conflict: { id, base, mine: null, theirs, fields: [] }, usual: "mine" };
  }
  // Every change was made to something that was seen.
  if (!base) return { do: "drop" };
  const wanted = ofThisOccurrence(fields, base, theirs);
  if (isEmpty(wanted)) return { do: "drop" };
  if (wanted !== fields) return { do: "become", operation: { ...operation, fields: wanted } };
  const mine = patched(base, fields);
  if (!theirs) {
    const usual = isMoreThanATick(fields) ? "mine" : "theirs";
    return { do: "ask", conflict: { id, base, mine, theirs: null, fields: [] }, usual };
  }
  const merged = merge(base, fields, theirs);
  if (merged.fields.length > 0) {
    return { do: "ask", conflict: { id, base, mine, theirs, fields: merged.fields }, usual: "mine" };
  }
  return isEmpty(merged.patch) ? { do: "drop" } : { do: "send", fields: merged.patch };
}

function stepOfPass(operation: Operation, base: Task | null, theirs: Task | undefined): Step {
  const { occurrence, skips } = operation.passing!;
  if (!theirs || theirs.completed) return { do: "drop" };
  if (presentOf(theirs) === occurrence) return { do: "send", fields: {} };
  if (!theirs.recurrence) {
    // It comes back no more: what was done is the task.
    if (skips) return { do: "drop" };
    const { passing: _, ...rest } = operation;
    return { do: "become", operation: { ...rest, kind: "change", fields: { completed: true }, base: theirs } };
  }
  // Another device has been there before. Where the rule begins elsewhere by now, this occurrence is none of it.
  if (!base || same(base.anchor, theirs.anchor)) return { do: "drop" };
  return { do: "refuse", message: "The task was planned anew meanwhile: look when it is due" };
}

/** A due date that was moved is that of one occurrence: it is over once another one is due. */
function ofThisOccurrence(fields: Patch, base: Task, theirs: Task | undefined): Patch {
  const isOver = theirs?.recurrence && base.recurrence && !("recurrence" in fields) && theirs.occurrence !== base.occurrence;
  if (!isOver || !("due" in fields || "start" in fields)) return fields;
  const { due: _, start: __, ...rest } = fields;
  return rest;
}

/** What takes the place of an operation once its conflict is decided. */
export function resolved(operation: Operation, conflict: Conflict, resolution: Resolution): Operation[] {
  const { theirs } = conflict;
  if (!theirs) {
    if (resolution === "theirs") return [];
    const fields = resolution === "mine" ? operation.fields : whole(resolution, conflict.base);
    // The keys keep the order: first out of the trash, then the change, then what was done after it.
    const restore: Operation = { ...operation, kind: "restore", fields: {} };
    return [restore, { ...operation, key: `${operation.key}~`, fields }];
  }
  if (operation.kind === "remove") {
    if (resolution === "theirs") return [];
    if (resolution === "mine") return [{ ...operation, base: theirs }];
    const fields = difference(whole(resolution, theirs), theirs);
    return isEmpty(fields) ? [] : [{ ...operation, kind: "change", fields, base: theirs }];
  }
  let fields: Patch;
  if (typeof resolution === "object") {
    fields = difference(whole(resolution, theirs), theirs);
  } else {
    const { patch, yielding } = merge(conflict.base, operation.fields, theirs);
    fields = resolution === "theirs" ? yielding : patch;
  }
  return isEmpty(fields) ? [] : [{ ...operation, fields, base: theirs }];
}
