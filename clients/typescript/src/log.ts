// What an entry of the server's log is about. The log has entries of more kinds than this client knows, and later
// servers have more still: whatever is not certainly about a task is passed over.

import type { Change, Task } from "./types.js";

/** A task in its present state or one that is gone; nothing if it is about something else. */
export function taskChange(entry: object): Change | undefined {
  const { seq, task, deleted, kind = "task" } = entry as { seq: number; task?: Task; deleted?: string; kind?: string };
  if (kind !== "task") return undefined;
  if (typeof task === "object" && task !== null) return { seq, task };
  if (typeof deleted === "string") return { seq, deleted };
  return undefined;
}
