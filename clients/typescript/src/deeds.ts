// What is done here, one thing after the other, and how the last of it is taken back.

import { timeId } from "./ids.js";
import { isEmpty, merge, same } from "./merge.js";
import type { Operation } from "./operations.js";
import type { Queue } from "./queue.js";
import { keyOf, type Row } from "./rows.js";
import { checkTogether } from "./rules.js";
import type { Beside, Patch, Task } from "./types.js";
import type { View } from "./view.js";

/** Of so many deeds it is remembered what they were done to. */
const MOST_DEEDS = 100;

type Deed = Pick<Operation, "id" | "of" | "kind" | "fields" | "beside" | "spreads" | "passing" | "base">;

/** What a pass changes. */
const STANDING = ["due", "start", "occurrence", "done", "completed"];

/** What a new rule begins anew, and no change can write. */
const BEGUN = ["anchor", "occurrence", "done"];

/** What was done to a row, how it looked before and after, and behind which sibling it stood. */
interface Past {
  deed: Deed;
  before: Row | undefined;
  after: Row | undefined;
  behind: Beside | undefined;
  /** Of a removal: what waited to be sent of the row, and never is. */
  waiting: readonly Operation[];
}

export class Deeds {
  readonly #queue: Queue;
  readonly #view: View;
  /** Called when there is something to send. */
  readonly #wake: () => void;
  /** Throws if nothing may be done any more. */
  readonly #demandOpen: () => void;
  /** Of each deed all that was done together, the latest last. */
  #past: Past[][] = [];
  /** What is being done together now. */
  #together: Past[] | undefined;

  constructor(queue: Queue, view: View, wake: () => void, demandOpen: () => void) {
    this.#queue = queue;
    this.#view = view;
    this.#wake = wake;
    this.#demandOpen = demandOpen;
  }

  perform(deed: Deed): void {
    this.#demandOpen();
    const row = keyOf(deed.id, deed.of);
    const before = this.#view.row(row);
    const behind = before && deed.kind === "move" ? this.#behind(before, deed) : undefined;
    const pending = this.#queue.of(row);
    this.#queue.add(this.#operation(deed));
    const waiting = deed.kind === "remove" && this.#queue.of(row).length === 0 ? pending : [];
    const past = { deed, before, after: this.#view.row(row), behind, waiting };
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

  /** What the function does is one deed, which the given `undo` takes back, and no other. */
  deed<R>(work: () => R): { result: R; undo: () => boolean } {
    const own: Past[] = [];
    const result = this.together(() => {
      const from = this.#together!.length;
      const made = work();
      own.push(...this.#together!.slice(from));
      return made;
    });
    const undo = () => {
      this.#demandOpen();
      // What was taken back by another way is not there any more.
      const rest = own.splice(0).filter((past) => this.#past.some((all) => all.includes(past)));
      this.#past = this.#past.map((all) => all.filter((past) => !rest.includes(past))).filter((all) => all.length > 0);
      return this.#takeBack(rest);
    };
    return { result, undo };
  }

  /** Forgets what was done: nothing of it can be taken back. */
  clear(): void {
    this.#past = [];
  }

  /** Takes the last deed back of which there is something left to take back: `false` if there is none. */
  undo(): boolean {
    if (this.#past.length > 0) this.#demandOpen();
    for (let all = this.#past.pop(); all; all = this.#past.pop()) {
      if (this.#takeBack(all)) return true;
    }
    return false;
  }

  /** `false` if nothing of it is left. */
  #takeBack(all: readonly Past[]): boolean {
    let isDone = false;
    for (const past of [...all].reverse()) {
      const { deed, waiting } = past;
      const row = keyOf(deed.id, deed.of);
      const opposite = this.#opposite(past);
      if (!opposite) continue;
      // What was never sent is there again as if it had never been removed, at its place among all that waits.
      if (waiting.length > 0 && this.#queue.of(row).length === 0) waiting.forEach((it) => this.#queue.add(it));
      else this.#queue.add(this.#operation(opposite));
      isDone = true;
    }
    if (isDone) this.#wake();
    return isDone;
  }

  #operation(deed: Deed): Operation {
    // Six digits, as the server writes them: texts of times sort as times.
    return { key: timeId(), at: new Date().toISOString().replace("Z", "000Z"), ...deed };
  }

  #remember(all: Past[]): void {
    this.#past.push(all);
    if (this.#past.length > MOST_DEEDS) this.#past.shift();
  }

  #behind(row: Row, { of }: Deed): Beside {
    const { list_id, parent_id } = row as Task;
    const all = of ? this.#view.lists() : this.#view.siblings({ list_id: list_id ?? null, parent_id: parent_id ?? null }, "");
    return { after: all[all.findIndex(({ id }) => id === row.id) - 1]?.id ?? null };
  }

  #opposite({ deed, before, after, behind }: Past): Deed | undefined {
    const { id, kind, fields, of, spreads } = deed;
    const row = keyOf(id, of);
    const now = this.#view.row(row);
    const made = { id, ...(of && { of }), fields: {}, base: now ?? null };
    if (kind === "remove") return now ? undefined : { ...made, kind: "restore", base: before ?? null };
    if (kind === "create" || kind === "restore") {
      return now || this.#queue.of(row).length > 0 ? { ...made, kind: "remove" } : undefined;
    }
    if (!now || !before || !after) return undefined;
    const valuesOf = (row: Row, names: readonly string[]) =>
      Object.fromEntries(names.map((name) => [name, (row as unknown as Record<string, unknown>)[name] ?? null])) as Patch;
    if (kind === "pass") {
      // What somebody has made of it since is theirs; the server alone can say exactly what it was.
      const isAsLeft = same(valuesOf(now, STANDING), valuesOf(after, STANDING));
      if (!isAsLeft) return undefined;
      return { ...made, kind: "unpass", fields: valuesOf(before, [...STANDING, "completed_at"]), passing: deed.passing! };
    }
    const old = valuesOf(before, Object.keys(fields));
    if (kind === "move") return isMoved(after, now) ? undefined : { ...made, kind, fields: old, beside: behind!, ...(spreads && { spreads }) };
    // What others have made of the same since is theirs.
    const { yielding } = merge(after, old, now);
    if (isEmpty(yielding) || breaks({ ...now, ...yielding } as Patch, now as Patch)) return undefined;
    const all = [...Object.keys(fields), ...BEGUN];
    // Written again, the rule would begin anew: the server alone can put back where it stood.
    const isRule = "recurrence" in fields && (before as Task).recurrence && same(valuesOf(now, all), valuesOf(after, all));
    return isRule ? { ...made, kind: "unpass", fields: valuesOf(before, [...all, "completed_at"]) } : { ...made, kind: "change", fields: yielding };
  }
}

/** Whether what others have made of it, or what was done here since, leaves no room for what it was: a due date before the start. */
function breaks(wanted: Patch, now: Patch): boolean {
  try {
    checkTogether(wanted, now);
    return false;
  } catch {
    return true;
  }
}

/** Whether a row has another place; an order that the server has given it instead of the one from here is none. */
function isMoved(one: Row, other: Row): boolean {
  const [from, to] = [one as Task, other as Task];
  return from.list_id !== to.list_id || from.parent_id !== to.parent_id;
}
