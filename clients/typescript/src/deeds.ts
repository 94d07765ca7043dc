// What is done here, one thing after the other, and how the last of it is taken back.

import { timeId } from "./ids.js";
import { isEmpty, merge } from "./merge.js";
import type { Operation } from "./operations.js";
import type { Queue } from "./queue.js";
import type { Patch, Task } from "./types.js";
import type { View } from "./view.js";

/** Of so many deeds it is remembered what they were done to. */
const MOST_DEEDS = 100;

type Deed = Pick<Operation, "id" | "kind" | "fields" | "base">;

/** What was done to a task, and how it looked before and after. */
interface Past {
  deed: Deed;
  before: Task | undefined;
  after: Task | undefined;
}

export class Deeds {
  readonly #queue: Queue;
  readonly #view: View;
  /** Called when there is something to send. */
  readonly #wake: () => void;
  /** Of each deed all that was done together, the latest last. */
  #past: Past[][] = [];
  /** What is being done together now. */
  #together: Past[] | undefined;

  constructor(queue: Queue, view: View, wake: () => void) {
    this.#queue = queue;
    this.#view = view;
    this.#wake = wake;
  }

  perform(deed: Deed): void {
    const before = this.#view.get(deed.id);
    this.#queue.add(this.#operation(deed));
    const past = { deed, before, after: this.#view.get(deed.id) };
    if (this.#together) this.#together.push(past);
    else this.#remember([past]);
    this.#wake();
  }

  /** What the function does is one deed. */
  together<R>(work: () => R): R {
    if (this.#together) return work();
    const all: Past[] = (this.#together = []);
    try {
      return work();
    } finally {
      this.#together = undefined;
      // Also of one that failed half-way: the first half was done.
      if (all.length > 0) this.#remember(all);
    }
  }

  /** Takes the last deed back of which there is something left to take back: `false` if there is none. */
  undo(): boolean {
    for (let all = this.#past.pop(); all; all = this.#past.pop()) {
      let isDone = false;
      for (const past of all.reverse()) {
        const opposite = this.#opposite(past);
        if (!opposite) continue;
        this.#queue.add(this.#operation(opposite));
        isDone = true;
      }
      if (!isDone) continue;
      this.#wake();
      return true;
    }
    return false;
  }

  #operation(deed: Deed): Operation {
    // Six digits, as the server writes them: texts of times sort as times.
    return { key: timeId(), at: new Date().toISOString().replace("Z", "000Z"), ...deed };
  }

  #remember(all: Past[]): void {
    this.#past.push(all);
    if (this.#past.length > MOST_DEEDS) this.#past.shift();
  }

  #opposite({ deed, before, after }: Past): Deed | undefined {
    const { id, kind, fields } = deed;
    const now = this.#view.get(id);
    if (kind === "remove") return now ? undefined : { id, kind: "restore", fields: {}, base: before ?? null };
    if (kind === "create" || kind === "restore") {
      const waits = this.#queue.of(id).length > 0;
      return now || waits ? { id, kind: "remove", fields: {}, base: now ?? null } : undefined;
    }
    if (!now || !before || !after) return undefined;
    const replaced = Object.keys(fields).map((name) => [name, (before as unknown as Record<string, unknown>)[name] ?? null]);
    // What others have made of the same since is theirs.
    const { yielding } = merge(after, Object.fromEntries(replaced) as Patch, now);
    return isEmpty(yielding) ? undefined : { id, kind: "change", fields: yielding, base: now };
  }
}
