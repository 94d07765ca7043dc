// What people do on the page: each is one deed, told in words, and taken back by one undo.

import { say } from "./toast.js";
import type { Store, Task } from "./tasks.js";
import { today, type When } from "./dates.js";
import type { Quick } from "./quick.js";

const short = (title: string) => (title.length > 40 ? `${title.slice(0, 39)}…` : title);

/** Does something that may be against a rule, and says so if it is. */
export function attempt<R>(work: () => R): R | undefined {
  try {
    return work();
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

export function undo(store: Store): void {
  takeBack(() => store.undo());
}

/** Also long after the deed, when the store may be closed. */
function takeBack(undo: () => boolean): void {
  attempt(() => say(undo() ? "Taken back" : "There is nothing to take back"));
}

function done<R>(store: Store, text: string, work: () => R): R | undefined {
  return attempt(() => {
    const { result, undo } = store.deed(work);
    say(text, () => takeBack(undo));
    return result;
  });
}

export function add(
  store: Store,
  quick: Quick,
  home: { list_id?: string; parent_id?: string; due?: When },
): Task | undefined {
  const { title, priority, tags, list, due = home.due, recurrence } = quick;
  const list_id = list ?? home.list_id;
  return attempt(() =>
    store.create({
      title,
      ...(priority !== undefined && { priority }),
      ...(tags.length > 0 && { tags }),
      ...(due && { due }),
      ...(recurrence && { recurrence }),
      ...(list_id !== undefined && { list_id }),
      ...(home.parent_id !== undefined && { parent_id: home.parent_id }),
    }),
  );
}

export function toggle(store: Store, task: Task): void {
  const next = !task.completed;
  const [, then] = next && task.recurrence ? store.occurrences(task.id, 2) : [];
  const again = then ? `, and again on ${dayOf(then)}` : "";
  done(
    store,
    next ? `Done${again}: ${short(task.title)}` : `Open again: ${short(task.title)}`,
    () => store.complete(task.id, next),
  );
}

/** This time is left out: the task is due at the next one. */
export function skip(store: Store, task: Task): void {
  done(store, `Skipped this time: ${short(task.title)}`, () => store.skip(task.id));
}

const dayOf = (when: When) => ("date" in when ? when.date : when.local.slice(0, 10));

export function remove(store: Store, task: Task): void {
  done(store, `In the trash: ${short(task.title)}`, () => store.remove(task.id));
}

export function schedule(store: Store, task: Task, day: string | undefined): void {
  const due =
    day === undefined
      ? null
      : task.due && "local" in task.due
        ? { ...task.due, local: day + task.due.local.slice(10) }
        : { date: day };
  const text = day === undefined ? "No date" : day === today() ? "Due today" : `Due ${day}`;
  done(store, `${text}: ${short(task.title)}`, () => store.change(task.id, { due }));
}

export function prioritize(store: Store, task: Task, priority: number | null): void {
  done(
    store,
    `${priority === null ? "No priority" : `Priority ${priority}`}: ${short(task.title)}`,
    () => store.change(task.id, { priority }),
  );
}

export function moveToList(store: Store, task: Task, list: string | null): void {
  const name = list === null ? "Inbox" : (store.getList(list)?.name ?? "a list");
  done(store, `Moved to ${short(name)}: ${short(task.title)}`, () =>
    store.move(task.id, { list_id: list }),
  );
}

export function moveTo(
  store: Store,
  task: Task,
  to: { parent: string | null; after: string | null },
): void {
  done(store, `Moved: ${short(task.title)}`, () =>
    store.move(task.id, { parent_id: to.parent, after: to.after }),
  );
}

/** One step among its siblings, or a level up or down: `false` where there is no way. */
export function step(
  store: Store,
  task: Task,
  siblings: readonly Task[],
  way: "up" | "down" | "in" | "out",
): boolean {
  const at = siblings.findIndex(({ id }) => id === task.id);
  const [before, after] = [siblings[at - 1], siblings[at + 1]];
  const parent = task.parent_id === undefined ? undefined : store.get(task.parent_id);
  const work =
    way === "up" && before
      ? () => store.move(task.id, { before: before.id })
      : way === "down" && after
        ? () => store.move(task.id, { after: after.id })
        : way === "in" && before
          ? () => store.move(task.id, { parent_id: before.id })
          : way === "out" && parent
            ? () => store.move(task.id, { parent_id: parent.parent_id ?? null, after: parent.id })
            : undefined;
  if (!work) return false;
  const words = {
    up: "Moved up",
    down: "Moved down",
    in: "Made a part of the one above",
    out: "Moved out one level",
  };
  return done(store, `${words[way]}: ${short(task.title)}`, work) !== undefined;
}
