// Where rows are to stand: what has to be there for that, and what becomes of it where that is not.

import type { Operation } from "./operations.js";
import type { Outcome } from "./parcels.js";
import { above } from "./rows.js";
import type { Patch } from "./types.js";
import type { Home } from "./writes.js";

/** Whether a refusal is about where a task was to stand, and about nothing else. */
export function isHomeless({ status, error }: Outcome): boolean {
  const { fields = [] } = error ?? {};
  return status === 422 && fields.length > 0 && fields.every((field) => field === "list_id" || field === "parent_id");
}

/** The operation without some of its fields; of a move they say that there is none. */
export function without(operation: Operation, names: (keyof Home)[]): Operation {
  const fields = { ...operation.fields } as Home;
  for (const name of names) {
    if (operation.kind === "create") delete fields[name];
    else fields[name] = null;
  }
  const { beside: _, ...rest } = operation;
  return { ...rest, fields: fields as Patch };
}

/** The rows that have to be there for an operation to be done. */
export function named({ fields, beside }: Operation): string[] {
  const siblings = [beside?.after, beside?.before].filter((id) => typeof id === "string");
  return [...above(fields), ...siblings];
}
