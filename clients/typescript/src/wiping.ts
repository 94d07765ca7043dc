// What a wipe asks about and removes.

import type { Operation } from "./operations.js";
import type { Refused } from "./queue.js";
import type { Storage } from "./storage.js";

/** Asked before work is removed that the server does not have: whether it may go. */
export type AskUnsent = (unsent: readonly Operation[]) => boolean | Promise<boolean>;

/** What other stores with the same storage (tabs) have done or been refused, and not sent. */
export async function unsentOfOthers(storage: Storage): Promise<Operation[]> {
  const records = await (storage.others?.() ?? new Map<string, unknown>());
  return [...records].flatMap(([name, value]) => {
    if (name.startsWith("operation/")) return [value as Operation];
    return name.startsWith("refused/") ? [(value as Refused).operation] : [];
  });
}

/** Leaves nothing in the storage. */
export async function wipe(storage: Storage): Promise<void> {
  if (storage.wipe) return storage.wipe();
  const records = await storage.load(() => undefined);
  await storage.write(new Map([...records.keys()].map((name) => [name, undefined])));
}
