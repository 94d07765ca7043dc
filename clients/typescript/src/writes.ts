// What people do to tasks and lists: each word is checked, is done at once to what is shown, and waits to be sent.

import type { Deeds } from "./deeds.js";
import { TickboxError } from "./errors.js";
import { timeId } from "./ids.js";
import { EMPTY } from "./members.js";
import { content, difference, isEmpty, patched, whole } from "./merge.js";
import type { When } from "./moments.js";
import { dayOfDoing, occurrencesOf, presentOf } from "./occurrences.js";
import { isThere, placeAmong, placed } from "./places.js";
import { keyOf, type Of, type Row } from "./rows.js";
import { checked, checkedList, checkNesting, checkTogether, LEVELS } from "./rules.js";
import type { Beside, List, ListPatch, NewList, Patch, Target, Task } from "./types.js";
import type { View } from "./view.js";

/** Where a task is wanted, in the words of a task: `null` is the inbox, or the top level. */
export interface Home {
  list_id?: string | null | undefined;
  parent_id?: string | null | undefined;
}
export type NewTaskFields = Pick<Task, "title"> & Patch & Home;

/** Of so many removed tasks and lists the words are at hand, for `restore`. */
const MOST_REMOVED = 1000;

export function writes(view: View, deeds: Deeds) {
  const removed = new Map<string, Row>();

  function seen<R extends Row>(id: string, of?: Of): R {
    const row = view.row(keyOf(id, of));
    if (!row) throw new TickboxError({ status: 404, code: "NOT_FOUND", message: `There is no ${of ?? "task"} ${id} here` });
    return row as R;
  }

  function change(id: string, { list_id, parent_id, ...patch }: Patch & Home): Task {
    const base = seen<Task>(id);
    const { completed, ...others } = difference(written(patch, base), base);
    // An occurrence, and not the task.
    const passes = completed === true && Boolean("recurrence" in others ? others.recurrence : base.recurrence);
    const fields = { ...others, ...(completed !== undefined && !passes && { completed }) };
    const home = placed(base, homeOf({ list_id, parent_id }), listOf);
    return deeds.together(() => {
      // As the server takes it: another list or parent is a move to the end.
      if (!isSame(home, base)) move(id, home);
      if (!isEmpty(fields)) deeds.perform({ id, kind: "change", fields, base: seen<Task>(id) });
      if (passes) pass(id, false);
      // If it was deleted elsewhere and only words that are taken back now kept it in sight, it is gone.
      return view.get(id) ?? patched(base, fields);
    });
  }

  /** Completes or skips the present occurrence of a task that repeats. */
  function pass(id: string, skips: boolean): Task {
    const base = seen<Task>(id);
    const occurrence = presentOf(base);
    if (occurrence === undefined) {
      const message = "The task does not repeat, or its last occurrence is over: there is none to skip";
      throw new TickboxError({ status: 409, code: "CONFLICT", message });
    }
    const passing = { occurrence, on: dayOfDoing(base, new Date().toISOString()), skips };
    deeds.perform({ id, kind: "pass", fields: {}, passing, base });
    return seen(id);
  }

  const parentOf = (task: string) => view.get(task)?.parent_id;
  /** How many levels a task takes with what is below it. Where two devices have made a circle, more than there may be. */
  function heightOf(task: string): number {
    let height = 0;
    for (let level = [task]; level.length > 0 && height <= LEVELS; height += 1) level = level.flatMap((id) => view.below(id));
    return height;
  }
  function listOf(id: string): string | null | undefined {
    const task = view.get(id);
    return task && (task.list_id ?? null);
  }

  function move(id: string, { after, before, ...to }: Target): Task {
    const base = seen<Task>(id);
    const home = placed(base, homeOf(to), listOf);
    if (!isSame(home, base)) checkNesting(id, home.parent_id, parentOf, heightOf(id));
    const siblings = view.siblings(home, id);
    const beside = besideOf({ after, before }, siblings);
    if (!isSame(home, base) || !isThere(base, siblings, beside)) moveTo(base, siblings, beside, home);
    return seen(id);
  }

  /** The row goes there, and those who have to make room for it go behind it. */
  function moveTo(base: Row, siblings: readonly Row[], beside: Beside, home: Home, of?: Of): void {
    const { order, followers } = placeAmong(siblings, beside);
    const go = (row: Row, order: string, beside: Beside) =>
      deeds.perform({
        ...{ id: row.id, ...(of && { of }), kind: "move", fields: { ...home, order } as Patch, beside, base: row },
        ...(row !== base && { spreads: true }),
      });
    deeds.together(() => {
      go(base, order, beside);
      let last = base.id;
      for (const follower of followers) {
        go(seen(follower.id, of), follower.order, { after: last });
        last = follower.id;
      }
    });
  }

  function remove(id: string, of?: Of): void {
    const base = seen(id, of);
    removed.set(keyOf(id, of), base);
    if (removed.size > MOST_REMOVED) removed.delete(removed.keys().next().value!);
    deeds.together(() => {
      // What the server has not heard of is not removed there either, and so takes nothing along.
      if (base.version === 0) view.below(keyOf(id, of)).forEach((task) => view.get(task) && remove(task));
      deeds.perform({ id, ...(of && { of }), kind: "remove", fields: {}, base });
    });
  }

  function restore(id: string, of?: Of): void {
    const key = keyOf(id, of);
    if (!view.row(key)) deeds.perform({ id, ...(of && { of }), kind: "restore", fields: {}, base: removed.get(key) ?? null });
  }

  return {
    /** Makes a task, at once. Its id is final. */
    create({ list_id, parent_id, ...rest }: NewTaskFields): Task {
      const id = timeId();
      const { list_id: list, parent_id: parent } = placed({}, homeOf({ list_id, parent_id }), listOf);
      checkNesting(id, parent, parentOf, 1);
      const home = { ...(list && { list_id: list }), ...(parent && { parent_id: parent }) };
      deeds.perform({ id, kind: "create", fields: { ...written({ ...EMPTY, ...rest }), ...home }, base: null });
      return seen(id);
    },

    /** Fields that are left out keep their values; another list or parent is a move to the end there. */
    change,

    /** Of a task that repeats, the present occurrence is completed: it is due again at the next one. */
    complete: (id: string, completed = true): Task => change(id, { completed }),

    /** Goes on to the next occurrence of a task that repeats, without this one. */
    skip: (id: string): Task => pass(id, true),

    /** When a task is due: now, and as often after that as is asked for. */
    occurrences: (id: string, limit = 10): When[] => occurrencesOf(seen<Task>(id), limit),

    /** To another place among its siblings, or to another parent or list, with all that is below it. */
    move,

    /** Into the trash, with all that is below it. */
    remove: (id: string): void => remove(id),

    /** Out of the trash. A task that was removed by this store shows again at once, another when the server has answered. */
    restore(id: string): Task | undefined {
      restore(id);
      return view.get(id);
    },

    /** All lists, in their order. The same array until something changes. */
    lists: (): readonly List[] => view.lists(),

    getList: (id: string): List | undefined => view.row(keyOf(id, "list")) as List | undefined,

    /** Makes a list, at once, behind all others. Its id is final. */
    createList(fields: Omit<NewList, "id">): List {
      const id = timeId();
      deeds.perform({ id, of: "list", kind: "create", fields: writtenList(fields), base: null });
      return seen(id, "list");
    },

    changeList(id: string, patch: ListPatch): List {
      const base = seen<List>(id, "list");
      const fields = difference(writtenList(patch, base), base);
      if (!isEmpty(fields)) deeds.perform({ id, of: "list", kind: "change", fields, base });
      return seen(id, "list");
    },

    /** To another place among the lists. */
    moveList(id: string, to: Beside): List {
      const base = seen<List>(id, "list");
      const others = view.lists().filter((list) => list.id !== id);
      const beside = besideOf(to, others);
      if (!isThere(base, others, beside)) moveTo(base, others, beside, {}, "list");
      return seen(id, "list");
    },

    /** Into the trash, with all tasks in it. */
    removeList: (id: string): void => remove(id, "list"),

    /** Out of the trash, with the tasks that were removed with it. */
    restoreList(id: string): List | undefined {
      restore(id, "list");
      return view.row(keyOf(id, "list")) as List | undefined;
    },
  };
}

function homeOf({ list_id, parent_id }: Home): Home {
  return checked({ ...(list_id !== undefined && { list_id }), ...(parent_id !== undefined && { parent_id }) });
}

const isSame = (home: Home, { list_id, parent_id }: Task) => home.list_id === (list_id ?? null) && home.parent_id === (parent_id ?? null);

/** Whoever stands elsewhere is no neighbour: the server would ask for another, and by then the last place may be another. */
function besideOf({ after, before }: Beside, siblings: readonly Row[]): Beside {
  const isOne = (id: string | null | undefined) => id === null || siblings.some((sibling) => sibling.id === id);
  return { ...(isOne(after) && { after }), ...(isOne(before) && { before }) };
}

/** What is to be written, as it will be sent: callers may go on with their arrays and objects. */
export function written(patch: Patch, ground?: Patch): Patch {
  const given = copied(patch);
  const fields = checked(ground ? whole(given, ground) : given);
  checkTogether({ ...ground, ...fields }, ground);
  return fields;
}

function writtenList(patch: ListPatch, ground?: object): Patch {
  const given = copied(patch as Patch);
  return checkedList(ground ? whole(given, ground) : given);
}

function copied(patch: Patch): Patch {
  // A number that JSON does not have is against a rule, and would be `null` in the copy.
  const copy = (value: unknown): unknown => (typeof value === "number" ? value : JSON.parse(JSON.stringify(value)));
  return Object.fromEntries(Object.entries(content(patch)).map(([name, value]) => [name, copy(value)])) as Patch;
}
