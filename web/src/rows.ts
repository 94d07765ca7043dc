// What a place shows, as rows one below the other: a tree of tasks, or tasks below headings.

import { here, plus, sayWholeDay } from "./dates.js";
import type { Place } from "./route.js";
import type { Task } from "./tasks.js";

export interface TaskRow {
  kind: "task";
  key: string;
  task: Task;
  /** 0 is the top level. */
  depth: number;
  /** Its place among its siblings here, from 1, and how many they are. */
  place: number;
  of: number;
  /** Whether its parts show; nothing where it has none. */
  isOpen: boolean | undefined;
  /** How many of its parts are done, and how many there are. */
  done: number;
  parts: number;
}

export interface HeadingRow {
  kind: "heading";
  key: string;
  text: string;
  count: number;
  isLate?: boolean;
}

export type Row = TaskRow | HeadingRow;

export const isTree = ({ kind }: Place): boolean => kind === "inbox" || kind === "list";

const quoted = (text: string) => `"${text.replace(/[\\"]/g, "\\$&")}"`;

/** What is asked of the store for a place, and in which order. */
export function questionOf(place: Place): { filter: string; order: string } {
  switch (place.kind) {
    case "inbox":
      return { filter: "NOT list_id:*", order: "order" };
    case "list":
      return { filter: `list_id = ${place.name}`, order: "order" };
    case "today":
      return { filter: "completed = false AND due <= today()", order: "due, priority, order" };
    case "upcoming":
      return { filter: "completed = false AND due > today()", order: "due, priority, order" };
    case "tag":
      return { filter: `tags:${quoted(place.name)}`, order: "due, priority, order" };
    case "done":
      return { filter: "completed = true", order: "completed_at desc" };
    case "search":
      return { filter: searchOf(place.name), order: "" };
    case "trash":
      return { filter: "completed = true AND completed = false", order: "" };
  }
}

/**
 * Words are looked for by their beginnings; what has a sign of comparison in it is a filter
 * already.
 */
export function searchOf(text: string): string {
  if (/[<>=:]|\b(AND|OR|NOT)\b/.test(text)) return text;
  const words = text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
  if (words.length === 0)
    return text.trim() === "" ? "completed = true AND completed = false" : `text:${quoted(text)}`;
  const starts = words.map((word) => (/[\p{L}\p{N}]$/u.test(word) ? `${word}*` : word));
  return `text:${quoted(starts.join(" "))}`;
}

export interface Look {
  place: Place;
  today: string;
  showDone: boolean;
  /** Those whose parts are hidden. */
  closed: ReadonlySet<string>;
}

export function rowsOf(tasks: readonly Task[], look: Look): Row[] {
  const { place, today } = look;
  if (isTree(place)) return tree(tasks, look);
  if (place.kind === "today")
    return grouped(tasks, (task) => (dayOf(task) < today ? "Overdue" : "Today"));
  if (place.kind === "upcoming") return grouped(tasks, (task) => sayWholeDay(dayOf(task), today));
  if (place.kind === "done") return grouped(tasks, (task) => sayDone(task, today));
  const open = tasks.filter((task) => !task.completed);
  if (place.kind === "tag" && !look.showDone) return flat(open);
  const done = tasks.filter((task) => task.completed);
  return [
    ...flat(open),
    ...(done.length > 0 ? [heading("Completed", done.length), ...flat(done)] : []),
  ];
}

const dayOf = (task: Task): string => (task.due ? here(task.due).day : "");

function sayDone(task: Task, today: string): string {
  const day = task.completed_at
    ? here({ local: task.completed_at.slice(0, 19), zone: "Etc/UTC" }).day
    : today;
  return day > plus(today, -7) ? sayWholeDay(day, today) : "Earlier";
}

function heading(text: string, count: number, isLate = false): HeadingRow {
  return { kind: "heading", key: `heading ${text}`, text, count, ...(isLate && { isLate }) };
}

function flat(tasks: readonly Task[]): TaskRow[] {
  return tasks.map((task, place) => row(task, { depth: 0, place: place + 1, of: tasks.length }));
}

function row(
  task: Task,
  more: Pick<TaskRow, "depth" | "place" | "of"> & Partial<TaskRow>,
): TaskRow {
  return { kind: "task", key: task.id, task, isOpen: undefined, done: 0, parts: 0, ...more };
}

/** Tasks that come in the order of their groups, each group below its name. */
function grouped(tasks: readonly Task[], nameOf: (task: Task) => string): Row[] {
  const groups = new Map<string, Task[]>();
  for (const task of tasks) {
    const name = nameOf(task);
    const group = groups.get(name);
    if (group) group.push(task);
    else groups.set(name, [task]);
  }
  // One group that is called as the place needs no name.
  if (groups.size === 1 && groups.has("Today")) return flat(tasks);
  return [...groups].flatMap(([name, group]) => [
    heading(name, group.length, name === "Overdue"),
    ...flat(group),
  ]);
}

/** What is done stands below all that is open; a part whose task is not there stands at the top. */
function tree(tasks: readonly Task[], { closed, showDone }: Look): Row[] {
  const here = new Set(tasks.map(({ id }) => id));
  const below = new Map<string, Task[]>();
  const [top, done]: [Task[], Task[]] = [[], []];
  for (const task of tasks) {
    const parent =
      task.parent_id !== undefined && here.has(task.parent_id) ? task.parent_id : undefined;
    if (parent === undefined) (task.completed ? done : top).push(task);
    else if (below.has(parent)) below.get(parent)!.push(task);
    else below.set(parent, [task]);
  }
  const rows: Row[] = [];
  const add = (all: readonly Task[], depth: number) => {
    const shown = depth === 0 || showDone ? all : all.filter((task) => !task.completed);
    shown.forEach((task, place) => {
      const parts = below.get(task.id) ?? [];
      const finished = parts.filter((part) => part.completed).length;
      const hasRows = parts.length > (showDone ? 0 : finished);
      const isOpen = hasRows ? !closed.has(task.id) : undefined;
      rows.push(
        row(task, {
          depth,
          place: place + 1,
          of: shown.length,
          isOpen,
          done: finished,
          parts: parts.length,
        }),
      );
      if (isOpen) add(parts, depth + 1);
    });
  };
  add(top, 0);
  // Open parts of what is done are to be seen, too.
  const orphans = showDone ? [] : done.flatMap((task) => openBelow(task, below));
  add(orphans, 0);
  if (showDone && done.length > 0) {
    rows.push(heading("Completed", done.length));
    add(
      [...done].sort((one, other) =>
        (one.completed_at ?? "") < (other.completed_at ?? "") ? 1 : -1,
      ),
      0,
    );
  }
  return rows;
}

function openBelow(task: Task, below: ReadonlyMap<string, Task[]>): Task[] {
  return (below.get(task.id) ?? []).flatMap((part) =>
    part.completed ? openBelow(part, below) : [part],
  );
}
