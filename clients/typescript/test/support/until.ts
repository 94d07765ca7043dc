// Waiting for something that a store shows, with a limit that a healthy machine never meets.

import type { Store } from "tickbox-client";

const LIMIT = 60_000;

/** Comes back when the condition holds, which is looked at whenever one of the stores shows something else. */
export function until(of: Store | readonly Store[], holds: () => boolean, what: string): Promise<void> {
  const stores = [of].flat() as Store[];
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      end();
      reject(new Error(`not within ${LIMIT} ms: ${what}; ${stores.map(({ status, error }) => `${status} ${String(error)}`).join()}`));
    }, LIMIT);
    const look = () => {
      if (!holds()) return;
      clearTimeout(timer);
      end();
      resolve();
    };
    const ends = stores.map((store) => store.subscribe(look));
    const end = () => ends.forEach((end) => end());
    look();
  });
}
