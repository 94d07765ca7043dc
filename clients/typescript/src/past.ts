// Which change of the server's log it is that is to be taken back: only by its number does the server do that.

import type { Client } from "./client.js";
import { TickboxError } from "./errors.js";
import { same } from "./merge.js";
import type { Passing } from "./occurrences.js";
import type { Operation } from "./operations.js";
import type { Replica } from "./replica.js";
import type { History, Task } from "./types.js";

type Before = Partial<Task> | null;

/** It is taken back by the number of the change, which has to be found first. */
export const isSought = ({ kind, seq }: Operation) => kind === "unpass" && seq === undefined;

/** The number of the change that has passed an occurrence, or replaced a rule: nothing, if none that is still told of has. */
export async function seqOf(operation: Operation, parts: { client: Client; replica: Replica }, signal: AbortSignal): Promise<number | undefined> {
  const { client, replica } = parts;
  const { id, passing } = operation;
  const isIt = passing ? hasPassed(passing, replica.task(id)) : hasReplaced(operation.fields);
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page: History = await client.history(id, { limit: 1000, ...(cursor && { cursor }) }, { signal, retry: { attempts: 1 } }).catch(ifMissing);
    const found = page.history.find(({ before }) => isIt(before as Before));
    if (found) return found.seq;
    cursor = page.next_cursor;
  }
  return undefined;
}

function hasPassed({ occurrence, skips }: Passing, now: Task | undefined): (before: Before) => boolean {
  // Behind the last one the task stays at it, and is completed.
  const isLast = now?.occurrence === occurrence;
  return (before) => before?.occurrence === occurrence || (isLast && before?.completed === false && (skips || "done" in before));
}

/** Whatever else that change replaced would be taken back with it: then it is none. */
function hasReplaced(fields: object): (before: Before) => boolean {
  const wanted = fields as Record<string, unknown>;
  const isWanted = ([name, value]: [string, unknown]) => name in wanted && same(value ?? null, wanted[name] ?? null);
  return (before) => before !== null && "recurrence" in before && Object.entries(before).every(isWanted);
}

/** A task that is gone has no history. */
function ifMissing(error: unknown): History {
  if (error instanceof TickboxError && error.status === 404) return { history: [], next_cursor: null };
  throw error;
}
