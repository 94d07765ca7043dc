// Requests as they are sent: of one operation or of many, and what their answers say of each.

import type { RawAnswer } from "./client.js";
import { TickboxError } from "./errors.js";
import { randomId } from "./ids.js";
import type { Operation } from "./operations.js";
import type { Parcel } from "./queue.js";
import type { Row } from "./rows.js";
import type { BatchOperation, BatchResults, Beside, Patch, Task, Undone } from "./types.js";
import type { Home } from "./writes.js";

/** What came of one operation. */
export interface Outcome {
  status: number;
  /** The task or the list as it is. */
  task?: Row | undefined;
  /** Of an undo: the tasks that it changed. */
  changed?: Task[];
  error?: { code: string; message: string; current?: Row | undefined; fields?: readonly string[] | undefined } | undefined;
}

export interface Item {
  operation: Operation;
  fields: Patch;
  version: number;
}

/** What the server says of each operation. A 2xx of something else, a proxy's page perhaps, says nothing of them. */
export function outcomes({ method, path, operations }: Parcel, { status, body }: RawAnswer): Outcome[] {
  if (method === "DELETE" && status === 204) return [{ status }];
  const given = body as (Partial<BatchResults> & Partial<Task> & Partial<Undone>) | null | undefined;
  if (path === BATCH && given?.results?.length === operations.length) return given.results;
  if (path.startsWith(UNDO) && Array.isArray(given?.changes)) {
    return [{ status, changed: given.changes.flatMap((change) => ("task" in change ? [change.task] : [])) }];
  }
  if (path !== BATCH && typeof given?.version === "number") return [{ status, task: given as Task }];
  throw TickboxError.local("BAD_ANSWER", `The answer ${status} is not that of a tickbox server`);
}

export const BATCH = "/tasks/batch";
const UNDO = "/changes/";
/** Not a status: the whole batch was refused. */
export const SPLIT = -1;

export function one({ operation, fields, version }: Item): Parcel {
  const { id, key, kind, of, beside } = operation;
  const all = of ? "/lists" : "/tasks";
  const path = `${all}/${id}`;
  const parcel = { key: randomId(), operations: [key], versions: [version] };
  const ifMatch = `"${version}"`;
  switch (kind) {
    case "create":
      return { ...parcel, method: "POST", path: all, body: JSON.stringify({ id, ...inItsHome(fields) }) };
    case "change":
      return { ...parcel, method: "PATCH", path, body: JSON.stringify(fields), ifMatch };
    case "remove":
      return { ...parcel, method: "DELETE", path, ifMatch };
    case "restore":
      return { ...parcel, method: "POST", path: `${path}/restore` };
    case "move":
      return { ...parcel, method: "POST", path: `${path}/move`, body: JSON.stringify(target(fields, beside)) };
    case "pass": {
      const skips = operation.passing!.skips;
      const body = JSON.stringify({ ...(!skips && { completed: true }), ...occasion(operation) });
      return skips ? { ...parcel, method: "POST", path: `${path}/skip`, body } : { ...parcel, method: "PATCH", path: `${path}/complete`, body };
    }
    case "unpass":
      return { ...parcel, method: "POST", path: `${UNDO}${operation.seq}/undo` };
  }
}

/** A move says where to, and no version: whatever else was changed, the task goes there. */
function target(fields: Patch, beside: Beside = {}): object {
  const { order: _, ...home } = inItsHome(fields) as Home & { order?: string };
  return { ...home, ...beside };
}

/** A parent says in which list it is: it may have been taken to another one meanwhile. */
function inItsHome(fields: Patch): Patch {
  const { list_id: _, ...rest } = fields as Patch & Home;
  return (fields as Home).parent_id ? rest : fields;
}

/** The day counts for rules that are counted from completion: no other need trust the clock of this device. */
function occasion({ passing, base }: Operation): { occurrence: string; on?: string } {
  const { occurrence, on } = passing!;
  return { occurrence, ...((base as Task | null)?.recurrence?.from === "completion" && { on }) };
}

export function many(items: Item[]): Parcel {
  const operations = items.map(({ operation, fields, version }): BatchOperation => {
    const { id, kind, beside } = operation;
    switch (kind) {
      case "create":
        return { op: "create", id, ...inItsHome(fields) };
      case "change":
        return { op: "change", id, if_version: version, ...fields };
      case "remove":
        return { op: "delete", id, if_version: version };
      case "restore":
        return { op: "restore", id };
      case "move":
        return { op: "move", id, ...target(fields, beside) };
      case "pass":
      case "unpass":
        throw new Error(`A ${kind} is sent alone`);
    }
  });
  return {
    key: randomId(),
    method: "POST",
    path: BATCH,
    body: JSON.stringify({ operations, atomic: false }),
    operations: items.map(({ operation }) => operation.key),
    versions: items.map(({ version }) => version),
  };
}
