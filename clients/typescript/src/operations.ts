// What people do to tasks while the server may be far away: one thing after the other, and how a later one
// takes an earlier one up. Nothing here is sent or stored.

import { EMPTY } from "./members.js";
import { difference, isEmpty, patched, rebased } from "./merge.js";
import { orderOf } from "./order.js";
import type { Of, Row } from "./rows.js";
import type { Beside, List, Patch, Task } from "./types.js";

/** Something that was done here and that the server has not confirmed. Never changed: replaced. */
export interface Operation {
  /** Its name, and its place in the order. */
  readonly key: string;
  /** The task, or the list. */
  readonly id: string;
  readonly of?: Of;
  readonly kind: "create" | "change" | "remove" | "restore" | "move";
  /** When it was done, as this device's clock says (RFC 3339). */
  readonly at: string;
  /** Of a create all fields, of a change those that were changed, of a move the new place as far as it is known here. */
  readonly fields: Patch;
  /** Of a move: beside which sibling. */
  readonly beside?: Beside;
  /** The task or the list as it was seen when this was done to it; null for a create. */
  readonly base: Row | null;
  /** To be sent by itself: a batch with it was refused as a whole, or failed. */
  readonly alone?: boolean;
  /** How often the server failed (500) at it: the more often, the later it is tried again. */
  readonly failures?: number;
}

/** The row that a create promises, until the server tells what it made of it. */
export function draft(operation: Operation, user: string): Row {
  const { id, at, fields, of } = operation;
  if (of) return patched({ id, name: "", order: orderOf({ created_at: at }), created_at: at, updated_at: at, version: 0 } as List, fields);
  return changed({ id, user_id: user, ...EMPTY, created_at: at, updated_at: at, version: 0 }, fields, at);
}

/** The task with a patch on it, and with what follows from that: when it was completed. */
function changed<R extends Row>(row: R, fields: Patch, at: string): R {
  const made = patched(row, fields);
  if (!("completed" in made) || !("completed" in row) || made.completed === row.completed) return made;
  const { completed_at: _, ...rest } = made as R & Task;
  return (rest.completed ? { ...rest, completed_at: at } : rest) as R;
}

/**
 * What the task is after the operation, if nothing else happens to it. A change of a task that is gone makes it
 * visible again if it is more than a tick: somebody's words do not disappear before their eyes.
 */
export function applied<R extends Row>(state: R | undefined, operation: Operation, user: string): R | undefined {
  switch (operation.kind) {
    case "create":
      return state ?? (draft(operation, user) as R);
    case "change": {
      const ground = state ?? (isMoreThanATick(operation.fields) ? (operation.base as R | null) : undefined);
      return ground ? changed(ground, rebased(operation.base, operation.fields, ground), operation.at) : undefined;
    }
    case "remove":
      return undefined;
    case "restore":
      return state ?? (operation.base as R | null) ?? undefined;
    case "move":
      return state && patched(state, operation.fields);
  }
}

/** A tick alone does not bring a deleted task back; whatever else somebody wrote does. */
export function isMoreThanATick(fields: Patch): boolean {
  return Object.keys(fields).some((field) => field !== "completed");
}

/**
 * What becomes of `last`, which nobody was told of yet, when `next` is done to the same task: one operation that does
 * both, none at all, or the two of them.
 */
export function joined(last: Operation, next: Operation): Operation | "neither" | "both" {
  if (last.kind === "create") {
    if (next.kind === "change") return { ...last, fields: { ...last.fields, ...rebased(next.base, next.fields, last.fields) } };
    if (next.kind === "remove") return "neither";
  }
  // A change is sent even if the task is removed then: it may come back out of the trash.
  if (last.kind === "change" && next.kind === "change" && last.base) {
    // What was changed and changed back was not changed.
    const own = rebased(next.base, next.fields, patched(last.base, last.fields));
    const fields = difference({ ...last.fields, ...own }, last.base);
    return isEmpty(fields) ? "neither" : { ...last, fields };
  }
  if (last.kind === "move" && next.kind === "move") return { ...last, fields: next.fields, beside: next.beside ?? {} };
  if (last.kind === "remove" && next.kind === "restore") return "neither";
  if (last.kind === "restore" && next.kind === "remove") return "neither";
  return "both";
}
