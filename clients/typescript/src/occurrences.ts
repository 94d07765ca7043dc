// Tasks that come back: where a rule begins, what is due behind the present occurrence, and which come after it
// (`src/domain/content/passing.rs`; `tests/vectors/passing.json` holds both together).

import { dateOf, numberOfDate } from "./days.js";
import { dayIn, micros, type When } from "./moments.js";
import { RecurrenceError, Series, parseRule } from "./recurrence.js";
import type { Task } from "./types.js";
import { isAfter, isAlike } from "./when.js";

export type Recurrence = NonNullable<Task["recurrence"]>;

/** What becomes of the present occurrence: of which day it is by the rule, and on which it is completed or skipped. */
export interface Passing {
  readonly occurrence: string;
  readonly on: string;
  readonly skips: boolean;
}

type Standing = Pick<Task, "due" | "start" | "recurrence" | "anchor" | "occurrence" | "done" | "completed">;

const dayOf = (when: When) => ("date" in when ? when.date : when.local.slice(0, 10));

/** The same on another day. */
function onDay(when: When, day: string): When {
  return "date" in when ? { date: day } : { ...when, local: day + when.local.slice(10) };
}

/** Throws a `RecurrenceError` for a rule that gives no day behind the first. */
export function seriesOf({ rule, exclude = [] }: Recurrence, first: When): Series {
  return new Series(parseRule(rule), first, exclude);
}

/** Where a task stands whose rule begins at `due`; nothing of that, if there is none. */
export function begun<T extends Partial<Standing>>(task: T): T {
  const { anchor: _, occurrence: __, done: ___, ...rest } = task;
  const { recurrence, due } = task;
  if (!recurrence || !due) return rest as T;
  return { ...rest, anchor: due, occurrence: dayOf(due as When), done: 0 } as unknown as T;
}

/** The day of the present occurrence, while there is one. */
export function presentOf(task: Partial<Standing>): string | undefined {
  return task.recurrence && !task.completed ? task.occurrence : undefined;
}

/** The day on which something is done at a time, where it is planned or else where this device is. */
export function dayOfDoing({ due }: Partial<Standing>, at: string): string {
  const zone = due && "local" in due && "zone" in due ? due.zone : undefined;
  return dayIn(micros(at), zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone);
}

function nextOf(recurrence: Recurrence, anchor: When, present: string, done: number, on: string): string | undefined {
  const later = (one: string, other: string) => (one > other ? one : other);
  if (recurrence.from !== "completion") return seriesOf(recurrence, anchor).nextAfter(present);
  const { count, ...rule } = parseRule(recurrence.rule);
  if (count !== undefined && done >= count) return undefined;
  try {
    return new Series(rule, onDay(anchor, on), recurrence.exclude ?? []).nextAfter(later(on, present));
  } catch (error) {
    if (error instanceof RecurrenceError && error.fault !== "too_much_work") return undefined;
    throw error;
  }
}

/** The task at its next occurrence; behind the last one it is completed. As it is, where another occurrence was meant. */
export function passed<T extends Standing>(task: T, passing: Passing, at: string): T {
  const { recurrence, anchor, occurrence: present, due } = task;
  if (!recurrence || !anchor || !present || !due || presentOf(task) !== passing.occurrence) return task;
  const before = task.done ?? 0;
  const done = passing.skips ? before : before + 1;
  const on = passing.skips && passing.on < present ? present : passing.on;
  const next = nextOf(recurrence, anchor as When, present, done, on);
  if (next === undefined) return { ...task, done, completed: true, completed_at: at };
  const then = onDay(anchor as When, next);
  const start = task.start && startBefore(then, task.start as When, due as When, numberOfDate(next) - numberOfDate(present));
  return { ...task, done, occurrence: next, due: then, ...(start && { start }) };
}

/** As many days later as the rule went on, where that is still before `due` and in its form; else as far before it as it was. */
function startBefore(due: When, start: When, oldDue: When, goneOn: number): When {
  const plus = (day: string, days: number) => dateOf(numberOfDate(day) + days);
  const then = onDay(start, plus(dayOf(start), goneOn));
  if (isAlike(then, due) && !isAfter(then, due)) return then;
  const ahead = Math.max(numberOfDate(dayOf(oldDue)) - numberOfDate(dayOf(start)), 0);
  return onDay(due, plus(dayOf(due), -ahead));
}

/** When a task is due: now, and as often after that as is asked for, if each is completed on its day. */
export function occurrencesOf(task: Task, most: number): When[] {
  if (!task.due || task.completed) return [];
  const found = [task.due as When];
  const { recurrence, anchor, occurrence } = task;
  if (recurrence && anchor && occurrence && recurrence.from !== "completion") {
    const days = seriesOf(recurrence, anchor as When).after(occurrence, most - 1);
    return [...found, ...days.map((day) => onDay(anchor as When, day))];
  }
  for (let ahead = task, at = presentOf(ahead); at !== undefined && found.length < most; at = presentOf(ahead)) {
    ahead = passed(ahead, { occurrence: at, on: at, skips: false }, task.updated_at);
    if (!ahead.completed) found.push(ahead.due as When);
  }
  return found;
}
