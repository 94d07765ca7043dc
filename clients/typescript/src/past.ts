// Which change of the server's log it is that is to be taken back: only by its number does the server do that.

import type { Client } from "./client.js";
import { TickboxError } from "./errors.js";
import type { Operation } from "./operations.js";
import type { Replica } from "./replica.js";
import type { History, Task } from "./types.js";

type Before = Partial<Task> | null;

/** An occurrence is taken back by the number of the change that has passed it, which has to be found first. */
export const isSought = ({ kind, seq }: Operation) => kind === "unpass" && seq === undefined;

/** The number of the change that has passed an occurrence: nothing, if none that is still told of has. */
export async function seqOf({ id, passing }: Operation, parts: { client: Client; replica: Replica }, signal: AbortSignal): Promise<number | undefined> {
  const { client, replica } = parts;
  const { occurrence, skips } = passing!;
  // Behind the last one the task stays at it, and is completed.
  const isLast = replica.task(id)?.occurrence === occurrence;
  const isIt = (before: Before) => before?.occurrence === occurrence || (isLast && before?.completed === false && (skips || "done" in before));
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page: History = await client.history(id, { limit: 1000, ...(cursor && { cursor }) }, { signal, retry: { attempts: 1 } }).catch(ifMissing);
    const found = page.history.find(({ before }) => isIt(before as Before));
    if (found) return found.seq;
    cursor = page.next_cursor;
  }
  return undefined;
}

/** A task that is gone has no history. */
function ifMissing(error: unknown): History {
  if (error instanceof TickboxError && error.status === 404) return { history: [], next_cursor: null };
  throw error;
}
