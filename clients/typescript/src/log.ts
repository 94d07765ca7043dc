// What an entry of the server's log is about. The log has entries of more kinds than this client knows, and later
// servers have more still: whatever is not certainly about a task or a list is passed over.

import { keyOf, type Of, type Row } from "./rows.js";
import type { List, Task } from "./types.js";

interface Entry {
  seq: number;
  task?: Task;
  list?: List;
  deleted?: string;
  kind?: string;
}

const isObject = (value: unknown) => typeof value === "object" && value !== null;

export type TaskChange = { seq: number; task: Task } | { seq: number; deleted: string };

/** A task in its present state or one that is gone; nothing if it is about something else. */
export function taskChange(entry: object): TaskChange | undefined {
  const { seq, task, deleted, kind = "task" } = entry as Entry;
  if (kind !== "task") return undefined;
  if (isObject(task)) return { seq, task: task! };
  return typeof deleted === "string" ? { seq, deleted } : undefined;
}

export type ListChange = { seq: number; list: List } | { seq: number; deleted: string; kind: "list" };

/** A list in its present state or one that is gone; nothing if it is about something else. */
export function listChange(entry: object): ListChange | undefined {
  const { seq, list, deleted, kind } = entry as Entry;
  if (isObject(list) && (kind === undefined || kind === "list")) return { seq, list: list! };
  return kind === "list" && typeof deleted === "string" ? { seq, deleted, kind } : undefined;
}

/** A row as it is now; no row if it is gone. */
export interface RowChange {
  id: string;
  of: Of;
  key: string;
  row: Row | undefined;
}

export function rowChange(entry: object): RowChange | undefined {
  const made = (id: string, of: Of, row?: Row) => ({ id, of, key: keyOf(id, of), row });
  const task = taskChange(entry);
  if (task) return "task" in task ? made(task.task.id, undefined, task.task) : made(task.deleted, undefined);
  const list = listChange(entry);
  if (list) return "list" in list ? made(list.list.id, "list", list.list) : made(list.deleted, "list");
  return undefined;
}
