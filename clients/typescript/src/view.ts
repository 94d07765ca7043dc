// What people see: the server's tasks with everything on top that was done here, kept ready, and who is told of changes.

import type { TickboxError } from "./errors.js";
import type { Status } from "./follow.js";
import { patched, same } from "./merge.js";
import { afterMoment } from "./moments.js";
import { applied, reopened, touched, type Operation } from "./operations.js";
import type { Queue } from "./queue.js";
import { bySiblings } from "./places.js";
import type { Replica } from "./replica.js";
import { above, isListKey, keyOf, type Row } from "./rows.js";
import type { List, Task } from "./types.js";

export class View {
  readonly #replica: Replica;
  readonly #queue: Queue;
  readonly #user: () => string;
  readonly #onError: (error: unknown) => void;
  #shown = new Map<string, Row>();
  #dirty = new Set<string>();
  #sorted: readonly Task[] | undefined = [];
  #lists: readonly List[] | undefined = [];
  /** Of each row those that are below it, and of each the rows that it is below, as it was last looked at. */
  #below = new Map<string, Set<string>>();
  #above = new Map<string, string[]>();
  /** Of each task the operations, of itself or of what it is below, by which all that is below it is to be done again. */
  #reopened = new Map<string, readonly Operation[]>();
  /** When the latest of the server's tasks was made. */
  #latest = "";
  /** Those that went with what they are below. */
  #covered = new Set<string>();
  #listeners = new Set<() => void>();
  #watchers = new Set<(key: string) => unknown>();
  #version = 0;
  #told = false;
  #last: unknown[] = [];
  state: Status = "offline";
  error: TickboxError | undefined;

  constructor(replica: Replica, queue: Queue, user: () => string, onError: (error: unknown) => void) {
    this.#replica = replica;
    this.#queue = queue;
    this.#user = user;
    this.#onError = onError;
    this.#last = this.#snapshot();
  }

  tasks(): readonly Task[] {
    this.#refresh();
    return (this.#sorted ??= this.#all<Task>(false).sort(newestFirst));
  }

  /** All lists, in their order. */
  lists(): readonly List[] {
    this.#refresh();
    return (this.#lists ??= this.#all<List>(true).sort(bySiblings));
  }

  #all<R extends Row>(lists: boolean): R[] {
    return [...this.#shown].filter(([key]) => isListKey(key) === lists).map(([, row]) => row as R);
  }

  get(id: string): Task | undefined {
    return this.row(id) as Task | undefined;
  }

  row(key: string): Row | undefined {
    this.#refresh();
    return this.#shown.get(key);
  }

  /** The keys of the tasks that are right below a task, or in a list. */
  below(key: string): string[] {
    this.#refresh();
    return [...(this.#below.get(key) ?? [])].filter((other) => this.#shown.has(other));
  }

  /** The tasks of the same list and parent, in their order, without one of them. */
  siblings({ list_id, parent_id }: { list_id: string | null; parent_id: string | null }, without: string): Task[] {
    const isOne = (task: Task) => (task.list_id ?? null) === list_id && (task.parent_id ?? null) === parent_id && task.id !== without;
    return this.tasks().filter(isOne).sort(bySiblings);
  }

  /** Another one whenever a task shows otherwise than before. */
  get version(): number {
    this.#refresh();
    return this.#version;
  }

  /** Calls the watcher with the key of each row that shows otherwise than before, or no more, when that is found. */
  watch(watcher: (key: string) => unknown): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  /** Something about a row may have changed. */
  touch(key: string): void {
    this.#dirty.add(key);
    this.changed();
  }

  status(status: Status, error?: TickboxError): void {
    this.state = status;
    this.error = error;
    this.changed();
  }

  /** Sending failed; what comes in is another matter. */
  failed(error: TickboxError | undefined): void {
    this.error = error;
    this.changed();
  }

  subscribe(listener: () => void): () => void {
    // Wrapped, so that the same function can listen twice.
    const own = () => listener();
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  /** Listeners are told once for all that happens in one go, and only if there is something to see. */
  changed(): void {
    if (this.#told) return;
    this.#told = true;
    queueMicrotask(() => {
      this.#told = false;
      const now = this.#snapshot();
      if (now.every((part, place) => part === this.#last[place])) return;
      this.#last = now;
      for (const listener of [...this.#listeners]) {
        try {
          listener();
        } catch (error) {
          this.#onError(error);
        }
      }
    });
  }

  #snapshot(): unknown[] {
    this.#refresh();
    return [this.#version, this.#queue.operations, this.#queue.refused, this.state, this.error];
  }

  #refresh(): void {
    const latest = this.#latest;
    // What is below a row that changes is looked at too: it joins the set while that is gone through.
    for (const key of this.#dirty) {
      const before = this.#shown.get(key);
      const row = this.#look(key);
      this.#dirty.delete(key);
      // An echo of what is shown already changes nothing: not even the object.
      if (row === before || (row && before && same(row, before))) continue;
      if (row) this.#shown.set(key, row);
      else this.#shown.delete(key);
      if (isListKey(key)) this.#lists = undefined;
      else this.#sorted = undefined;
      this.#version += 1;
      for (const watcher of this.#watchers) watcher(key);
      for (const below of this.#below.get(key) ?? []) this.#dirty.add(below);
    }
    if (this.#latest === latest) return;
    for (const { kind, id, of } of this.#queue.operations) if (kind === "create" && !of) this.#dirty.add(id);
    this.#refresh();
  }

  /** The row as it is to be shown. */
  #look(key: string): Row | undefined {
    const row = this.#applied(key);
    this.#link(key, row ? above(row) : []);
    this.#covered.delete(key);
    if (!row || isListKey(key)) return row;
    if (row.version > 0 && row.created_at > this.#latest) this.#latest = row.created_at;
    const { parent_id: parent, list_id: list } = row as Task;
    const leader = parent ? (this.#shown.get(parent) as Task | undefined) : undefined;
    // What is moved takes what is below it to its list, and what is removed here takes it along.
    if (leader) return leader.list_id === list ? row : touched(patched(row, { list_id: leader.list_id ?? null } as object), leader.updated_at);
    const isGone = (parent && this.#isRemoved(parent)) || (list && this.#isRemoved(keyOf(list, "list")));
    if (!isGone) return row;
    this.#covered.add(key);
    return undefined;
  }

  /** The row with everything on top that was done here, in its order: to it, or to what it is below. */
  #applied(key: string): Row | undefined {
    let row = this.#replica.row(key);
    const { parent_id: parent } = (row ?? this.#shown.get(key) ?? {}) as Partial<Task>;
    const over = (parent && this.#reopened.get(parent)) || [];
    const own: Operation[] = [];
    let next = 0;
    const reopen = (until: string | undefined) => {
      for (; next < over.length && (until === undefined || over[next]!.key < until); next += 1) row = row && reopened(row, over[next]!.at);
    };
    for (const operation of this.#queue.of(key)) {
      reopen(operation.key);
      const before = row;
      row = applied(row, operation, this.#user());
      if (operation.kind === "pass" && row !== before && !(row as Task).completed) own.push(operation);
    }
    reopen(undefined);
    this.#note(key, [...over, ...own].sort((one, other) => (one.key < other.key ? -1 : 1)));
    // The server makes it later than all that it has made, whatever this device's clock says.
    if (row?.version !== 0 || isListKey(key) || row.created_at > this.#latest) return row;
    const made = afterMoment(this.#latest);
    return { ...row, created_at: made, ...(row.updated_at < made && { updated_at: made }) };
  }

  /** Who is below is looked at too, also where it is more than one level down. */
  #note(key: string, operations: readonly Operation[]): void {
    const before = this.#reopened.get(key) ?? [];
    if (operations.length === 0) this.#reopened.delete(key);
    else this.#reopened.set(key, operations);
    // What is no more there was confirmed, and is told of each of them.
    if (operations.every((operation) => before.includes(operation))) return;
    for (const below of this.#below.get(key) ?? []) this.#dirty.add(below);
  }

  /** Whether it is gone by what was done here: what others have removed is told of each row. */
  #isRemoved(key: string): boolean {
    if (this.#shown.has(key)) return false;
    return this.#covered.has(key) || this.#replica.told(key)?.task === null || this.#queue.of(key).some(({ kind }) => kind === "remove");
  }

  #link(key: string, rows: string[]): void {
    const before = this.#above.get(key) ?? [];
    for (const other of before) this.#below.get(other)?.delete(key);
    for (const other of rows) {
      const all = this.#below.get(other) ?? new Set();
      this.#below.set(other, all.add(key));
    }
    if (rows.length > 0) this.#above.set(key, rows);
    else this.#above.delete(key);
  }
}

/** As the server sorts: by creation, then by id, the newest first. Both are texts that sort as they should. */
function newestFirst(one: Task, other: Task): number {
  const [a, b] = one.created_at === other.created_at ? [one.id, other.id] : [one.created_at, other.created_at];
  return a < b ? 1 : a > b ? -1 : 0;
}
