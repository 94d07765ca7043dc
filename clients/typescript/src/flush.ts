// Sends what waits in the queue: one request at a time, many operations in one where there are many, and
// whatever comes of it goes back into the queue or to what is known of the server.

import type { Client, RawAnswer } from "./client.js";
import { TickboxError } from "./errors.js";
import { randomId } from "./ids.js";
import type { Journal } from "./journal.js";
import { asPatch, content } from "./merge.js";
import type { Operation } from "./operations.js";
import type { Parcel, Queue } from "./queue.js";
import { UNKNOWN, type Replica } from "./replica.js";
import { resolved, step, type Conflict, type Resolution } from "./resolve.js";
import type { BatchOperation, BatchResults, Patch, Task } from "./types.js";

/** The server takes 500, and 2 MiB; a character may be six bytes long. */
const MOST_OPERATIONS = 200;
const MOST_TEXT = 300_000;

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
    const outcomes = await this.#send(parcel, signal);
    if (outcomes.some(({ status }) => status === 404)) {
      // A missing task and a user whom this token does not name look the same. The log tells them apart.
      await this.#parts.catchUp(signal);
    }
    const operations = parcel.operations.map((key) => queue.find(key));
    queue.answered(parcel);
    operations.forEach((operation, place) => {
      const outcome = outcomes[place];
      if (operation && outcome) this.#settle(operation, outcome, parcel.versions[place] ?? 0);
    });
    return true;
  }

  /** The next request: the first operation of each task, as far as they fit together. */
  #pack(): Parcel | undefined {
    const items: Item[] = [];
    let size = 0;
    for (const id of this.#ids()) {
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
    this.#parts.replica.asking();
    this.#parts.queue.send(parcel);
    return parcel;
  }

  /** The tasks that have operations, those last that the server has failed at most often. */
  #ids(): string[] {
    const { queue } = this.#parts;
    const failures = (id: string) => queue.of(id)[0]?.failures ?? 0;
    return [...new Set(queue.operations.map(({ id }) => id))].sort((one, other) => failures(one) - failures(other));
  }

  /** The first thing to do to a task, once nobody has to be asked about it. */
  #prepare(id: string): Item | undefined {
    const { queue, replica } = this.#parts;
    for (;;) {
      const operation = queue.head(id);
      if (!operation) return undefined;
      const theirs = replica.task(id);
      const next = step(operation, theirs);
      if (next.do === "send") {
        const fields = operation.kind === "change" && theirs ? asPatch(next.fields, theirs) : next.fields;
        return { operation, fields, version: theirs?.version ?? 0 };
      }
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
      return outcomes(parcel, await this.#parts.client.send(request, { signal, retry: { attempts: 1 } }));
    } catch (error) {
      if (!(error instanceof TickboxError)) throw error;
      failure = error;
    }
    const { status, code, message, current } = failure;
    if (status === 500) {
      this.#failed(parcel);
      throw failure;
    }
    // A proxy or the sign-in page of a hotel has answered: the server has decided nothing.
    const foreign = code === "BAD_ANSWER" && status !== 413;
    if (failure.temporary || foreign || code === "WRONG_USER") throw failure;
    const outcome = { status, error: { code, message, current } };
    // Refused as a whole: one by one it shows which of them was meant. Nothing was done.
    return parcel.operations.map(() => (parcel.path === BATCH ? { status: SPLIT } : outcome));
  }

  /** A request that failed has changed nothing. One operation that the server chokes on must not stop all others. */
  #failed(parcel: Parcel): void {
    const { queue } = this.#parts;
    const operations = parcel.operations.map((key) => queue.find(key));
    queue.answered(parcel);
    for (const operation of operations) {
      if (operation) queue.replace(operation, [{ ...operation, alone: true, failures: (operation.failures ?? 0) + 1 }]);
    }
  }

  #settle(operation: Operation, outcome: Outcome, version: number): void {
    const { queue, replica } = this.#parts;
    const { status, error } = outcome;
    const task = outcome.task ?? error?.current;
    const { id, kind } = operation;
    const tell = (now: Task | undefined, last = UNKNOWN) =>
      replica.tell(id, now ? { task: now, version: now.version } : { task: null, version: last });
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
      queue.replace(operation, [{ ...operation, kind: "create", fields: content(operation.base), base: null }]);
    } else if (status === 404 && (kind === "change" || kind === "remove")) {
      tell(undefined);
      // A change has to be decided about; a removal has what it wants.
      if (kind === "change") queue.again(operation);
      else queue.replace(operation, []);
    } else if (status === 412 && task) {
      tell(task);
      queue.again(operation);
    } else if (status === 409 && kind === "create" && (!task || task.id === id)) {
      // Ids are random: it is the same task, made by a request of ours whose answer was lost for more than a day.
      // Another one stands in the way where both stand for the same thing in another program.
      tell(task);
      queue.replace(operation, []);
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

/** What the server says of each operation. A 2xx of something else, a proxy's page perhaps, says nothing of them. */
function outcomes({ method, path, operations }: Parcel, { status, body }: RawAnswer): Outcome[] {
  if (method === "DELETE" && status === 204) return [{ status }];
  const given = body as (Partial<BatchResults> & Partial<Task>) | null | undefined;
  if (path === BATCH && given?.results?.length === operations.length) return given.results;
  if (path !== BATCH && typeof given?.version === "number") return [{ status, task: given as Task }];
  throw TickboxError.local("BAD_ANSWER", `The answer ${status} is not that of a tickbox server`);
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
