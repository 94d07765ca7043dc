// What runs in the browser: the package as an app bundles it, and what the tests ask it to do.

import { createClient, createStore, indexedDb, type Store } from "tickbox-client";
import { converges, type Counts } from "./support/chaos.js";
import { until } from "./support/until.js";

export interface Setting {
  server: string;
  lines: string[];
  token: string;
  name: string;
  /** The first wait after a failure is up to so many milliseconds. */
  patience: number;
}

let store: Store;

async function ask(path: string): Promise<void> {
  const { ok, status } = await fetch(path, { method: "POST" });
  if (!ok) throw new Error(`${path}: ${status}`);
}

const harness = {
  /** The random devices of one seed, each with a database of its own. */
  storm(seed: number, { server, lines, token, name }: Setting): Promise<Counts> {
    return converges(seed, {
      direct: createClient({ baseUrl: server, token }),
      lines: lines.map((url) => {
        const port = new URL(url).port;
        return { url, cut: () => ask(`/line/${port}/cut`), mend: () => ask(`/line/${port}/mend`) };
      }),
      token: () => token,
      storm: (begins) => ask(`/storm/${name}/${begins ? "on" : "off"}`),
      storage: (device) => indexedDb(`${name}-${device}`),
    });
  },

  /** The app of one tab. */
  async open({ lines, token, name, patience }: Setting): Promise<string[]> {
    const client = createClient({ baseUrl: lines[0]!, token, timeout: 2_000, retry: { base: patience, cap: patience } });
    store = createStore({ client, storage: indexedDb(name), retry: { base: patience, cap: patience } });
    await store.start();
    return harness.titles();
  },

  titles: (): string[] => store.tasks().map(({ title }) => title),

  create(title: string): Promise<void> {
    store.create({ title });
    return store.saved();
  },

  /** As when somebody clears the data of the site. */
  async clear(name: string): Promise<void> {
    await new Promise((resolve, reject) => {
      const asked = indexedDB.deleteDatabase(name);
      asked.onsuccess = resolve;
      asked.onerror = reject;
    });
  },

  pending: (): number => store.pending().length,

  synced: (): Promise<void> => store.synced(),

  until: (status: string): Promise<void> => until(store, () => store.status === status, status),

  untilTitles: (titles: string[]): Promise<void> =>
    until(store, () => harness.titles().join() === titles.join(), titles.join()),
};

export type Harness = typeof harness;
Object.assign(globalThis, { harness });
