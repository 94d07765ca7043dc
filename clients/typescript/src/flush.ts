// Sends what waits in the queue: one request at a time, many operations in one where there are many, and
// whatever comes of it goes back into the queue or to what is known of the server.

import type { Client } from "./client.js";
import { TickboxError } from "./errors.js";
import { isHomeless, named, without } from "./homes.js";
import type { Journal } from "./journal.js";
import { asPatch, content } from "./merge.js";
import { presentOf } from "./occurrences.js";
import { reopened, rewritten, type Operation } from "./operations.js";
import { BATCH, SPLIT, many, one, outcomes, type Item, type Outcome } from "./parcels.js";
import { isSought, seqOf } from "./past.js";
import type { Parcel, Queue } from "./queue.js";
import { UNKNOWN, type Replica } from "./replica.js";
import { resolved, step, type Conflict, type Resolution } from "./resolve.js";
import { above, keyOf, type Row } from "./rows.js";
import type { Task } from "./types.js";
import type { Home } from "./writes.js";

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

export class Flush {
  readonly #parts: FlushParts;
  /** What each operation's row is below, while a request is made. */
  readonly #over = new Map<string, ReadonlySet<string>>();

  constructor(parts: FlushParts) {
    this.#parts = parts;
  }

  /** Sends one request, if there is one to be sent: `false` if not. Throws what only time can mend. */
  async one(signal: AbortSignal): Promise<boolean> {
    const { queue, journal } = this.#parts;
    const failure = queue.parcel ? undefined : await this.#findPast(signal);
    const parcel = queue.parcel ?? this.#pack();
    if (!parcel && failure) throw failure;
    if (!parcel) return false;
    // What is sent must be known after a crash, word for word.
    await journal.saved();
    const outcomes = await this.#send(parcel, signal);
    if (outcomes.some((outcome) => outcome.status === 404 || isHomeless(outcome))) {
      // A missing task and a user whom this token does not name look the same, and so do a parent that is gone and one
      // that is too deep. The log tells them apart.
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

  /** Looks up which change of the log it is that is to be undone. Gives the failure that must not stop all else. */
  async #findPast(signal: AbortSignal): Promise<TickboxError | undefined> {
    const { queue } = this.#parts;
    let failure: TickboxError | undefined;
    for (const row of this.#rows()) {
      const operation = queue.head(row);
      if (!operation || !isSought(operation)) continue;
      try {
        const seq = await seqOf(operation, this.#parts, signal);
        queue.replace(operation, seq === undefined ? notFound(operation) : [{ ...operation, seq }]);
      } catch (error) {
        if (!(error instanceof TickboxError) || error.status !== 500) throw error;
        failure = error;
        queue.replace(operation, [failedOnce(operation)]);
      }
    }
    return failure;
  }

  /** The next request: the first operation of each task, as far as they fit together. */
  #pack(): Parcel | undefined {
    const items: Item[] = [];
    let [size, first]: [number, Item | undefined] = [0, undefined];
    this.#over.clear();
    for (const row of this.#rows()) {
      const item = this.#prepare(row);
      if (!item) continue;
      if (this.#waits(item.operation, items)) {
        if (!first || item.operation.key < first.operation.key) first = item;
        continue;
      }
      const { operation } = item;
      // Batches are of tasks. What is undone there is undone as a whole: an occurrence or a rule must be so by itself.
      const { alone, of, kind } = operation;
      const single = alone === true || of !== undefined || kind === "pass" || kind === "unpass" || (kind === "change" && "recurrence" in item.fields);
      if (single && items.length > 0) continue;
      items.push(item);
      size += JSON.stringify(item.fields).length + 100;
      if (single || items.length === MOST_OPERATIONS || size > MOST_TEXT) break;
    }
    // Where all wait for each other, somebody has to begin.
    if (items.length === 0 && first && this.#isStuck()) items.push(first);
    if (items.length === 0) return undefined;
    const parcel = items.length === 1 ? one(items[0]!) : many(items);
    this.#parts.replica.asking();
    this.#parts.queue.send(parcel);
    return parcel;
  }

  /** The rows that have operations, those last that the server has failed at most often. */
  #rows(): string[] {
    const { queue } = this.#parts;
    const failures = (row: string) => queue.of(row)[0]?.failures ?? 0;
    const rows = new Set(queue.operations.map(({ id, of }) => keyOf(id, of)));
    return [...rows].sort((one, other) => failures(one) - failures(other));
  }

  /**
   * Whether something that was done before has to be sent first: the creation or the return of a row that the operation
   * names, and what was done to rows below one that is to be removed, some of which may have been moved away from it. A
   * task that comes back reopens what is below it: what was done there before goes first, and what was done after it later.
   */
  #waits(operation: Operation, items: readonly Item[]): boolean {
    const { queue } = this.#parts;
    const isIn = ({ key }: Operation) => items.some((item) => item.operation.key === key);
    const isAhead = (other: Operation) => other.key < operation.key && other.kind !== "change" && !isIn(other);
    // What was removed before it had been sent, and came back, has a later place in the queue.
    const isMissing = (other: Operation) => isComing(other) && !isIn(other);
    if (operation.kind === "change" && this.#rowsOver(operation.base).some((row) => queue.of(row).some((other) => other.kind === "pass" && isAhead(other)))) return true;
    if (named(operation).some((row) => queue.of(row).some((other) => isMissing(other) || (isAhead(other) && other.kind !== "remove")))) return true;
    const row = keyOf(operation.id, operation.of);
    if (operation.kind === "move" || operation.kind === "create") return this.#followsMove(operation, row, isAhead);
    if (operation.kind !== "remove" && operation.kind !== "pass") return false;
    // A move may be refused, and then the task would go along: it has to be answered.
    const isBelow = (other: Operation) => this.#everOver(other).has(row) && (other.kind === "move" || !isIn(other));
    // Beside what is gone there would be no place.
    const isBeside = (other: Operation) => other.kind === "move" && !isIn(other) && named(other).includes(row) && this.#isGoing(other);
    return queue.operations.some((other) => other.key < operation.key && (isBelow(other) || isBeside(other)));
  }

  /**
   * Whether another has to be done first: to the same place, where it would stand behind this one; or a move of what a row
   * is to be below, or of what is below it, without which they could be too deep. What is made in one batch is made at
   * one moment, and so stands before what was moved to the end there: it comes in the next one.
   */
  #followsMove(operation: Operation, row: string, isAhead: (other: Operation) => boolean): boolean {
    const { queue } = this.#parts;
    const place = above(operation.fields);
    const isCreate = operation.kind === "create";
    const isDeep = (other: Operation) =>
      place.length > 0 && (this.#everOver(operation).has(keyOf(other.id, other.of)) || this.#everOver(other).has(row));
    const isHere = ({ fields, of }: Operation) => of === operation.of && above(fields)[0] === place[0];
    return queue.operations.some((other) => {
      if (!(isCreate ? other.key < operation.key : isAhead(other)) || !this.#isGoing(other)) return false;
      return other.kind === "move" ? isHere(other) || isDeep(other) : other.kind === "create" && !isCreate && isHere(other);
    });
  }

  /** Whether it comes to be sent: not while somebody is asked, or the server fails, about what was done to its row before. */
  #isGoing({ id, of }: Operation): boolean {
    const head = this.#parts.queue.head(keyOf(id, of));
    return head !== undefined && !head.failures;
  }

  /** All rows that a row is below, or was, as the server has it and as it was done here. */
  #everOver(operation: Operation): ReadonlySet<string> {
    const { queue, replica } = this.#parts;
    const known = this.#over.get(operation.key);
    if (known) return known;
    const over = new Set<string>();
    const around = ({ fields, base }: Operation) => [...above(fields), ...(base ? above(base) : [])];
    const rows = around(operation);
    for (let row = rows.pop(); row !== undefined; row = rows.pop()) {
      if (over.has(row)) continue;
      over.add(row);
      const there = replica.row(row);
      rows.push(...(there ? above(there) : []), ...queue.of(row).flatMap(around));
    }
    this.#over.set(operation.key, over);
    return over;
  }

  /** Whether nobody is asked about anything, so that no answer lets the queue go on. */
  #isStuck(): boolean {
    return this.#rows().every((row) => this.#parts.queue.head(row));
  }

  /** What a task is below, as far as it is known. */
  #rowsOver(task: Row | null): string[] {
    const over: string[] = [];
    let at = (task as Task | null)?.parent_id;
    for (; at && !over.includes(at); at = this.#parts.replica.task(at)?.parent_id) over.push(at);
    return over;
  }

  /** The first thing to do to a task, once nobody has to be asked about it. */
  #prepare(row: string): Item | undefined {
    const { queue, replica } = this.#parts;
    for (;;) {
      const operation = queue.head(row);
      // What was done while another one was looked for.
      if (!operation || isSought(operation)) return undefined;
      const theirs = replica.row(row);
      const next = step(operation, theirs as Task | undefined);
      if (next.do === "send") {
        const fields = operation.kind === "change" && theirs ? asPatch(next.fields, theirs) : next.fields;
        return { operation, fields, version: theirs?.version ?? 0 };
      }
      if (next.do === "drop" || next.do === "become") {
        queue.replace(operation, next.do === "become" ? [next.operation] : []);
        continue;
      }
      if (next.do === "refuse") {
        queue.refuse(operation, conflicting(next.message));
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
      answer = operation.of ? undefined : onConflict?.(conflict);
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
    const { status, code, message, current, fields } = failure;
    if (status === 500) {
      this.#failed(parcel);
      throw failure;
    }
    // A proxy or the sign-in page of a hotel has answered: the server has decided nothing.
    const foreign = code === "BAD_ANSWER" && status !== 413;
    if (failure.temporary || foreign || code === "WRONG_USER") throw failure;
    const outcome = { status, error: { code, message, current, fields } };
    // Refused as a whole: one by one it shows which of them was meant. Nothing was done.
    return parcel.operations.map(() => (parcel.path === BATCH ? { status: SPLIT } : outcome));
  }

  /** A request that failed has changed nothing. One operation that the server chokes on must not stop all others. */
  #failed(parcel: Parcel): void {
    const { queue } = this.#parts;
    const operations = parcel.operations.map((key) => queue.find(key));
    queue.answered(parcel);
    for (const operation of operations) {
      if (operation) queue.replace(operation, [failedOnce(operation)]);
    }
  }

  /**
   * What is below a task that has gone on is to be done again, as one with that, and the answer has only the task. If the
   * log knows of it already, it knows of both.
   */
  #reopenBelow({ id, passing }: Operation, passed: Task): void {
    const { replica } = this.#parts;
    const before = replica.task(id);
    if (passed.completed || !before || presentOf(before) !== passing!.occurrence) return;
    for (const key of replica.keys) {
      const row = replica.row(key);
      const task = row && this.#rowsOver(row).includes(id) ? reopened(row, passed.updated_at) : row;
      if (task && task !== row) replica.tell(key, { task: { ...task, version: task.version + 1 }, version: task.version + 1 });
    }
  }

  /** Whether a row that an operation names has still to be made or moved; for that the operation waits. */
  #isOnItsWay(row: string, { key }: Operation): boolean {
    return this.#parts.queue.of(row).some((other) => isComing(other) || (other.kind === "move" && other.key < key));
  }

  #settle(operation: Operation, outcome: Outcome, version: number): void {
    const { queue, replica } = this.#parts;
    const { status, error } = outcome;
    const homeless = isHomeless(outcome);
    const task = outcome.task ?? error?.current;
    const { id, kind } = operation;
    const row = keyOf(id, operation.of);
    const tell = (now: Row | undefined, last = UNKNOWN) =>
      replica.tell(row, now ? { task: now, version: now.version } : { task: null, version: last });
    if (status === SPLIT || status >= 500) {
      queue.replace(operation, [{ ...operation, alone: true }]);
    } else if (status === 204) {
      tell(undefined, version === 0 ? UNKNOWN : version);
      queue.replace(operation, []);
    } else if (status >= 200 && status < 300 && outcome.changed) {
      for (const changed of outcome.changed) replica.tell(changed.id, { task: changed, version: changed.version });
      queue.replace(operation, []);
    } else if (status >= 200 && status < 300 && task) {
      if (kind === "pass") this.#reopenBelow(operation, task as Task);
      tell(task);
      const next = kind === "pass" ? step(operation, task as Task) : undefined;
      // Nothing was done, because it has another rule by now, or none.
      if (next?.do === "refuse") queue.refuse(operation, conflicting(next.message));
      else queue.replace(operation, next?.do === "become" ? [next.operation] : []);
    } else if (status === 404 && kind === "restore" && replica.row(row)) {
      // It was made elsewhere, and had not arrived.
      queue.replace(operation, []);
    } else if (status === 404 && kind === "restore" && operation.base) {
      // It was in the trash for too long. Its words are still here.
      queue.replace(operation, [{ ...operation, kind: "create", fields: content(operation.base), base: null }]);
    } else if (kind === "unpass" && status >= 400) {
      // Somebody has gone on from there since.
      queue.replace(operation, notFound(operation));
    } else if (status === 404 && (kind === "change" || kind === "remove" || kind === "move" || kind === "pass")) {
      tell(undefined);
      // A change has to be decided about; a removal has what it wants.
      if (kind === "change") queue.again(operation);
      else queue.replace(operation, []);
    } else if (status === 409 && kind === "move" && operation.beside) {
      // None of both is a sibling any more: then it is the last.
      const { beside: _, ...rest } = operation;
      queue.replace(operation, [rest]);
    } else if (homeless && named(operation).some((other) => this.#isOnItsWay(other, operation))) {
      // What it is to stand in is sent again, and it goes behind that.
      queue.again(operation);
    } else if (homeless && kind === "move" && replica.row((operation.fields as Home).parent_id ?? "")) {
      // By what others have done it would be too deep by now, or below itself: it stays where it is.
      queue.replace(operation, []);
    } else if (homeless && above(operation.fields).length > 0) {
      // The parent, or else the list, cannot be had: what was written is worth more than where it stands.
      const { parent_id: parent } = operation.fields as Home;
      queue.replace(operation, [without(operation, parent ? ["parent_id"] : ["list_id", "parent_id"])]);
    } else if (status === 412 && task) {
      tell(task);
      queue.again(operation);
    } else if (status === 409 && kind === "create" && task?.id === id) {
      // Ids are random: it is the same task, made by a request of ours whose answer was lost for more than a day.
      // Another one stands in the way where both stand for the same thing in another program.
      tell("deleted_at" in task ? undefined : task);
      queue.replace(operation, []);
    } else if (!queue.again(operation)) {
      // What was done after it may have been the repair; then both are tried together.
      const { code = "REFUSED", message = `The server answers ${status}` } = error ?? {};
      // What was written to a row that cannot come back is refused with it: its words are worth keeping.
      const words = kind === "restore" ? queue.of(row).filter((other) => other.kind === "change") : [];
      if (words.length > 0) queue.replace(operation, []);
      for (const refused of words.length > 0 ? words : [operation]) queue.refuse(refused, { status, code, message });
    }
  }
}

function isPromise<V>(value: V | Promise<V>): value is Promise<V> {
  return typeof value === "object" && value !== null && "then" in value;
}

/** An occurrence stays passed; a rule can be written. */
const notFound = (operation: Operation) => (operation.passing ? [] : [rewritten(operation)]);

const conflicting = (message: string) => ({ status: 409, code: "CONFLICT", message });

const isComing = ({ kind }: Operation) => kind === "create" || kind === "restore";

const failedOnce = (operation: Operation): Operation => ({ ...operation, alone: true, failures: (operation.failures ?? 0) + 1 });
