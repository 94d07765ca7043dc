// What people see: the server's tasks with everything on top that was done here, kept ready, and who is told of changes.

import type { TickboxError } from "./errors.js";
import type { Status } from "./follow.js";
import { same } from "./merge.js";
import { applied } from "./operations.js";
import type { Queue } from "./queue.js";
import type { Replica } from "./replica.js";
import type { Task } from "./types.js";

export class View {
  readonly #replica: Replica;
  readonly #queue: Queue;
  readonly #user: () => string;
  readonly #onError: (error: unknown) => void;
  #shown = new Map<string, Task>();
  #dirty = new Set<string>();
  #sorted: readonly Task[] | undefined = [];
  #listeners = new Set<() => void>();
  #watchers = new Set<(id: string) => void>();
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
    return (this.#sorted ??= [...this.#shown.values()].sort(newestFirst));
  }

  get(id: string): Task | undefined {
    this.#refresh();
    return this.#shown.get(id);
  }

  /** Another one whenever a task shows otherwise than before. */
  get version(): number {
    this.#refresh();
    return this.#version;
  }

  /** Calls the watcher with each task that shows otherwise than before, or no more, when that is found. */
  watch(watcher: (id: string) => void): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  /** Something about a task may have changed. */
  touch(id: string): void {
    this.#dirty.add(id);
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
    for (const id of this.#dirty) {
      const before = this.#shown.get(id);
      let task = this.#replica.task(id);
      for (const operation of this.#queue.of(id)) task = applied(task, operation, this.#user());
      // An echo of what is shown already changes nothing: not even the object.
      if (task === before || (task && before && same(task, before))) continue;
      if (task) this.#shown.set(id, task);
      else this.#shown.delete(id);
      this.#sorted = undefined;
      this.#version += 1;
      for (const watcher of this.#watchers) watcher(id);
    }
    this.#dirty.clear();
  }
}

/** As the server sorts: by creation, then by id, the newest first. Both are texts that sort as they should. */
function newestFirst(one: Task, other: Task): number {
  const [a, b] = one.created_at === other.created_at ? [one.id, other.id] : [one.created_at, other.created_at];
  return a < b ? 1 : a > b ? -1 : 0;
}
