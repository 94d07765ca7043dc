// Sends what waits in the queue: one request at a time, many operations in one where there are many, and
// whatever comes of it goes back into the queue or to what is known of the server.

import type { Client } from "./client.js";
import { TickboxError } from "./errors.js";
import { randomId } from "./ids.js";
import type { Journal } from "./journal.js";
import type { Operation } from "./operations.js";
import type { Parcel, Queue } from "./queue.js";
import { UNKNOWN, type Replica } from "./replica.js";
import { resolved, step, type Conflict, type Resolution } from "./resolve.js";
import type { BatchOperation, BatchResults, Patch, Task } from "./types.js";

/** The server takes 500, and 2 MiB; a character may be six bytes long. */
const MOST_OPERATIONS = 200;
const MOST_TEXT = 300_000;
/** How often in a row the server may fail (500) at an operation before it is taken out of everybody's way. */
const MOST_FAILURES = 5;

export type OnConflict = (conflict: Conflict) => Resolution | undefined | Promise<Resolution | undefined>;

export interface FlushParts {
  client: Client;
  queue: Queue;
  replica: Replica;
  journal: Journal;
  onConflict: OnConflict | undefined;
  onError: (error: unknown) => void;
  /** Reads the log to its end: the proof that the server knows this user. */
  catchUp: (signal: AbortSignal) => Promise<void>;
  /** Called when there may be more to send than a moment ago. */
  wake: () => void;
}

/** What came of one operation. */
interface Outcome {
  status: number;
  task?: Task | undefined;
  error?: { code: string; message: string; current?: Task | undefined } | undefined;
}

interface Item {
  operation: Operation;
  fields: Patch;
  version: number;
}

export class Flush {
  readonly #parts: FlushParts;

  constructor(parts: FlushParts) {
    this.#parts = parts;
  }

  /** Sends one request, if there is one to be sent: `false` if not. Throws what only time can mend. */
  async one(signal: AbortSignal): Promise<boolean> {
    const { queue, journal } = this.#parts;
    const parcel = queue.parcel ?? this.#pack();
    if (!parcel) return false;
    // What is sent must be known after a crash, word for word.
    await journal.saved();
    const asked = this.#parts.replica.seq;
    const outcomes = await this.#send(parcel, signal);
    if (outcomes.some(({ status }) => status === 404)) {
      // A missing task and a user whom this token does not name look the same. The log tells them apart.
      await this.#parts.catchUp(signal);
    }
    const operations = parcel.operations.map((key) => queue.find(key));
    queue.answered(parcel);
    operations.forEach((operation, place) => {
      const outcome = outcomes[place];
      if (operation && outcome) this.#settle(operation, outcome, parcel.versions[place] ?? 0, asked);
    });
    return true;
  }

  /** The next request: the first operation of each task, as far as they fit together. */
  #pack(): Parcel | undefined {
    const items: Item[] = [];
    let size = 0;
    for (const id of new Set(this.#parts.queue.operations.map((operation) => operation.id))) {
      const item = this.#prepare(id);
      if (!item) continue;
      const { operation } = item;
      const single = operation.alone === true || operation.kind === "restore";
      if (single && items.length > 0) continue;
      items.push(item);
      size += JSON.stringify(item.fields).length + 100;
      if (single || items.length === MOST_OPERATIONS || size > MOST_TEXT) break;
    }
    if (items.length === 0) return undefined;
    const parcel = items.length === 1 ? one(items[0]!) : many(items);
    this.#parts.queue.send(parcel);
    return parcel;
  }

  /** The first thing to do to a task, once nobody has to be asked about it. */
  #prepare(id: string): Item | undefined {
    const { queue, replica } = this.#parts;
    for (;;) {
      const operation = queue.head(id);
      if (!operation) return undefined;
      const theirs = replica.task(id);
      const next = step(operation, theirs);
      if (next.do === "send") return { operation, fields: next.fields, version: theirs?.version ?? 0 };
      if (next.do === "drop") {
        queue.replace(operation, []);
        continue;
      }
      const resolution = this.#ask(operation, next.conflict, next.usual);
      if (resolution === undefined) return undefined;
      queue.replace(operation, resolved(operation, next.conflict, resolution));
    }
  }

  /** Nothing, if the answer takes a while: the operation waits for it, and the others do not. */
  #ask(operation: Operation, conflict: Conflict, usual: Resolution): Resolution | undefined {
    const { queue, onConflict, onError, wake } = this.#parts;
    let answer: ReturnType<OnConflict>;
    try {
      answer = onConflict?.(conflict);
    } catch (error) {
      onError(error);
    }
    if (!isPromise(answer)) return answer ?? usual;
    queue.hold(operation);
    const failed = (error: unknown) => {
      onError(error);
      return usual;
    };
    void Promise.resolve(answer).catch(failed).then((resolution) => {
      queue.release(operation);
      queue.replace(operation, resolved(operation, conflict, resolution ?? usual));
      wake();
    });
    return undefined;
  }

  async #send(parcel: Parcel, signal: AbortSignal): Promise<Outcome[]> {
    const { method, path, body, ifMatch, key } = parcel;
    let failure: TickboxError;
    try {
      const request = { method, path, body, ifMatch, idempotencyKey: key };
      const answer = await this.#parts.client.send(request, { signal, retry: { attempts: 1 } });
      if (parcel.path === BATCH) return (answer as BatchResults).results;
      return [answer === undefined ? { status: 204 } : { status: 200, task: answer as Task }];
    } catch (error) {
      if (!(error instanceof TickboxError)) throw error;
      failure = error;
    }
    const { status, code, message, current } = failure;
    if (status === 500) {
      this.#failed(parcel, failure);
      throw failure;
    }
    if (failure.temporary || failure.code === "WRONG_USER") throw failure;
    const outcome = { status, error: { code, message, current } };
    // Refused as a whole: one by one it shows which of them was meant. Nothing was done.
    return parcel.operations.map(() => (parcel.path === BATCH ? { status: SPLIT } : outcome));
  }

  /** A request that failed has changed nothing. One operation that the server chokes on must not stop all others. */
  #failed(parcel: Parcel, failure: TickboxError): void {
    const { queue } = this.#parts;
    const { status, code, message } = failure;
    const operations = parcel.operations.map((key) => queue.find(key));
    queue.answered(parcel);
    for (const operation of operations) {
      if (!operation) continue;
      const failures = (operation.failures ?? 0) + 1;
      if (parcel.operations.length === 1 && failures >= MOST_FAILURES) queue.refuse(operation, { status, code, message });
      else queue.replace(operation, [{ ...operation, alone: true, failures }]);
    }
  }

  #settle(operation: Operation, outcome: Outcome, version: number, asked: number): void {
    const { queue, replica } = this.#parts;
    const { status, error } = outcome;
    const task = outcome.task ?? error?.current;
    const { id, kind } = operation;
    const tell = (now: Task | undefined, last = UNKNOWN) =>
      replica.tell(id, now ? { task: now, version: now.version } : { task: null, version: last }, asked);
    if (status === SPLIT || status >= 500) {
      queue.replace(operation, [{ ...operation, alone: true }]);
    } else if (status === 204) {
      tell(undefined, version === 0 ? UNKNOWN : version);
      queue.replace(operation, []);
    } else if (status >= 200 && status < 300 && task) {
      tell(task);
      queue.replace(operation, []);
    } else if (status === 404 && kind === "restore" && operation.base) {
      // It was in the trash for too long. Its words are still here.
      const { title, description, completed } = operation.base;
      queue.replace(operation, [{ ...operation, kind: "create", fields: { title, description, completed }, base: null }]);
    } else if (status === 404 && (kind === "change" || kind === "remove")) {
      tell(undefined);
      // A change has to be decided about; a removal has what it wants.
      if (kind === "change") queue.again(operation);
      else queue.replace(operation, []);
    } else if (status === 412 && task) {
      tell(task);
      queue.again(operation);
    } else if (status === 409 && kind === "create") {
      // Ids are random: it is the same task, made by a request of ours whose answer was lost for more than a day.
      tell(task);
      queue.replace(operation, []);
    } else if (error?.code === "IDEMPOTENCY_KEY_REUSED") {
      queue.again(operation);
    } else if (!queue.again(operation)) {
      // What was done after it may have been the repair; then both are tried together.
      const { code = "REFUSED", message = `The server answers ${status}` } = error ?? {};
      queue.refuse(operation, { status, code, message });
    }
  }
}

function isPromise<V>(value: V | Promise<V>): value is Promise<V> {
  return typeof value === "object" && value !== null && "then" in value;
}

const BATCH = "/tasks/batch";
/** Not a status: the whole batch was refused. */
const SPLIT = -1;

function one({ operation, fields, version }: Item): Parcel {
  const { id, key, kind } = operation;
  const path = `/tasks/${id}`;
  const parcel = { key: randomId(), operations: [key], versions: [version] };
  const ifMatch = `"${version}"`;
  switch (kind) {
    case "create":
      return { ...parcel, method: "POST", path: "/tasks", body: JSON.stringify({ id, ...fields }) };
    case "change":
      return { ...parcel, method: "PATCH", path, body: JSON.stringify(fields), ifMatch };
    case "remove":
      return { ...parcel, method: "DELETE", path, ifMatch };
    case "restore":
      return { ...parcel, method: "POST", path: `${path}/restore` };
  }
}

function many(items: Item[]): Parcel {
  const operations = items.map(({ operation: { id, kind }, fields, version }): BatchOperation => {
    if (kind === "create") return { op: "create", id, ...fields };
    if (kind === "remove") return { op: "delete", id, if_version: version };
    return { op: "change", id, if_version: version, ...fields };
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
