// What people do to tasks while the server may be far away: one thing after the other, and how a later one
// takes an earlier one up. Nothing here is sent or stored.

import { EMPTY } from "./members.js";
import { content, difference, isEmpty, patched, rebased, same } from "./merge.js";
import { afterMoment } from "./moments.js";
import { begun, passed, type Passing } from "./occurrences.js";
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
  readonly kind: "create" | "change" | "remove" | "restore" | "move" | "pass" | "unpass";
  /** When it was done, as this device's clock says (RFC 3339). */
  readonly at: string;
  /** Of a change that has taken up later ones: when the last of them was done. */
  readonly until?: string;
  /** Of a create all fields, of a change those that were changed, of a move the new place as far as it is known here. */
  readonly fields: Patch;
  /** Of a move: beside which sibling. */
  readonly beside?: Beside;
  /** Of a move: it only makes room for another one, which the server does by itself and does not count as an update. */
  readonly spreads?: boolean;
  /**
   * Of a pass: which occurrence is completed or skipped. Of an unpass: which of these is taken back, or none if it is a
   * change of the rule; and its number in the log.
   */
  readonly passing?: Passing;
  readonly seq?: number;
  /** The task or the list as it was seen when this was done to it; null for a create. */
  readonly base: Row | null;
  /** To be sent by itself: a batch with it was refused as a whole, or failed. */
  readonly alone?: boolean;
  /** How often the server failed (500) at it: the more often, the later it is tried again. */
  readonly failures?: number;
}

/** What was done, to be done once more: without what became of it. */
export function again({ key: _, at: __, until: ___, alone: ____, failures: _____, ...deed }: Operation): Omit<Operation, "key" | "at"> {
  return deed;
}

/** The row that a create promises, until the server tells what it made of it. */
export function draft(operation: Operation, user: string): Row {
  const { id, at, fields, of } = operation;
  if (of) return patched({ id, name: "", order: orderOf({ created_at: at }), created_at: at, updated_at: at, version: 0 } as List, fields);
  const made = changed<Task>({ id, user_id: user, ...EMPTY, created_at: at, updated_at: at, version: 0 }, fields, at);
  return fields.recurrence ? begun(made) : made;
}

/** The task with a patch on it, and with what follows from that: when it was completed, and where its rule began. */
function changed<R extends Row>(row: R, fields: Patch, at: string): R {
  let made = patched(row, fields);
  if (!("completed" in made) || !("completed" in row)) return made;
  const [before, { completed_at: _, ...rest }] = [row as Task, made as R & Task];
  if (before.completed !== rest.completed) {
    const done = rest.done && { done: rest.done - 1 };
    made = (rest.completed ? { ...rest, completed_at: at } : { ...rest, ...done }) as R;
  }
  return same(before.recurrence, rest.recurrence) ? made : begun<Task>(made as Task) as R;
}

/** A task that is to be done again, because what it is below is. */
export function reopened(row: Row, at: string): Row {
  return "completed" in row && row.completed ? touched(changed(row, { completed: false }, at), at) : row;
}

/** The row with the time of an update that the server will make: later than any before, whatever this device's clock says. */
export function touched<R extends Row>(row: R, at: string): R {
  return { ...row, updated_at: at > row.updated_at ? at : afterMoment(row.updated_at) };
}

/**
 * What the task is after the operation, if nothing else happens to it. A change of a task that is gone makes it
 * visible again if it is more than a tick: somebody's words do not disappear before their eyes.
 */
export function applied<R extends Row>(state: R | undefined, operation: Operation, user: string): R | undefined {
  const row = done(state, operation, user);
  // What changes nothing is no update.
  if (!row || operation.kind === "create" || operation.spreads || same(row, state)) return row;
  return touched(row, operation.until ?? operation.at);
}

function done<R extends Row>(state: R | undefined, operation: Operation, user: string): R | undefined {
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
    // What comes back is what the server alone says otherwise.
    case "unpass":
      return state && patched(state, operation.fields);
    case "pass":
      return state && (passed(state as Task, operation.passing!, operation.at) as R);
  }
}

/** A tick alone does not bring a deleted task back; whatever else somebody wrote does. */
export function isMoreThanATick(fields: Patch): boolean {
  return Object.keys(fields).some((field) => field !== "completed");
}

/** A change of a rule that is taken back where the server has none to take back: what was written is written again. */
export function rewritten({ seq: _, ...operation }: Operation): Operation {
  return { ...operation, kind: "change", fields: content(operation.fields) };
}

/**
 * What becomes of `last`, which nobody was told of yet, when `next` is done to the same task: one operation that does
 * both, none at all, or the two of them.
 */
export function joined(last: Operation, next: Operation): Operation | "neither" | "both" {
  const isOfRule = last.kind === "create" || (last.kind === "change" && "recurrence" in last.fields);
  if (isOfRule && next.kind === "unpass" && !next.passing) return joined(last, rewritten(next));
  // Said in one, the present occurrence would be completed and not the task, which had no rule yet.
  if (next.kind === "change" && next.fields.recurrence && last.fields.completed && next.fields.completed === undefined) return "both";
  if (last.kind === "create") {
    if (next.kind === "change") return { ...last, fields: { ...last.fields, ...rebased(next.base, next.fields, last.fields) } };
    if (next.kind === "remove") return "neither";
  }
  // A change is sent even if the task is removed then: it may come back out of the trash.
  if (last.kind === "change" && next.kind === "change" && last.base) {
    // What was changed and changed back was not changed.
    const own = rebased(next.base, next.fields, patched(last.base, last.fields));
    const fields = difference({ ...last.fields, ...own }, last.base);
    return isEmpty(fields) ? "neither" : { ...last, fields, until: next.until ?? next.at };
  }
  if (last.kind === "move" && next.kind === "move") {
    const { spreads, ...rest } = last;
    const spread = spreads && next.spreads;
    return { ...rest, at: next.at, fields: next.fields, beside: next.beside ?? {}, ...(spread && { spreads: true }) };
  }
  if (last.kind === "pass" && next.kind === "unpass" && same(last.passing, next.passing)) return "neither";
  if (last.kind === "remove" && next.kind === "restore") return "neither";
  if (last.kind === "restore" && next.kind === "remove") return "neither";
  return "both";
}
