// Waiting for something that a store shows, with a limit that a healthy machine never meets.

import type { Store } from "tickbox-client";

const LIMIT = 60_000;

/** Comes back when the condition holds, which is looked at whenever the store shows something else. */
export function until(store: Store, holds: () => boolean, what: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      end();
      reject(new Error(`not within ${LIMIT} ms: ${what}; status ${store.status}, ${String(store.error)}`));
    }, LIMIT);
    const look = () => {
      if (!holds()) return;
      clearTimeout(timer);
      end();
      resolve();
    };
    const end = store.subscribe(look);
    look();
  });
}
