// What runs in the browser: the package as an app bundles it, and what the tests ask it to do.

import { createClient, createStore, indexedDb, lastUser, type IndexedDbOptions, type Store } from "tickbox-client";
import { converges, type Counts } from "./support/chaos.js";
import { until } from "./support/until.js";

export interface Setting {
  server: string;
  lines: string[];
  token: string;
  name: string;
  /** The first wait after a failure is up to so many milliseconds. */
  patience: number;
  /** What fails is told only when the browser has said that it is online again. */
  lateFailures?: boolean;
  /** The tab hears nothing of others. */
  deaf?: boolean;
  /** IndexedDB never answers, and so many milliseconds are enough. */
  mute?: number;
  /** What the storage is told of the user and the app. */
  of?: IndexedDbOptions;
}

let store: Store;
/** What the store has said besides. */
const told: string[] = [];
let tellWiped: () => void;
const isWiped = new Promise<void>((resolve) => (tellWiped = resolve));
/** When the browser said that it is offline. */
let lost = 0;
addEventListener("offline", () => (lost = performance.now()));
/** How many failures are held back until the browser is online. */
let held = 0;
const heldMore = new EventTarget();

async function late(error: unknown): Promise<never> {
  const online = new Promise((resolve) => addEventListener("online", resolve, { once: true }));
  held += 1;
  heldMore.dispatchEvent(new Event("held"));
  await online;
  // All others who wait for the same event have been told.
  await new Promise((resolve) => setTimeout(resolve));
  throw error;
}

/** The browser's own, but for the time at which failures show: those of the request, and those of the body. */
const lateFetch: typeof fetch = async (...given) => {
  const response = await fetch(...given).catch(late);
  const reader = response.body?.getReader();
  if (!reader) return response;
  const body = new ReadableStream<Uint8Array>({
    async pull(control) {
      const { done, value } = await reader.read().catch(late);
      if (done) control.close();
      else control.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
  return new Response(body, response);
};

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
  async open({ lines, token, name, patience, lateFailures, deaf, mute, of }: Setting): Promise<string[]> {
    if (deaf) Object.assign(globalThis, { BroadcastChannel: undefined });
    if (mute !== undefined) IDBFactory.prototype.open = () => ({}) as IDBOpenDBRequest;
    const retry = { base: patience, cap: patience };
    const client = createClient({
      baseUrl: lines[0]!,
      token,
      timeout: 2_000,
      retry,
      fetch: lateFailures ? lateFetch : undefined,
    });
    store = createStore({
      client,
      storage: indexedDb(name, of),
      retry,
      storageTimeout: mute,
      onWiped() {
        told.push("wiped");
        tellWiped();
      },
      onError: (error) => told.push(String(error)),
    });
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

  /** What was asked about before the wipe, and whether it was done. */
  async wipe(agrees?: boolean): Promise<{ isDone: boolean; asked: string[] }> {
    const asked: string[] = [];
    const ask = (unsent: readonly { fields: { title?: string } }[]) => {
      asked.push(...unsent.map(({ fields }) => fields.title ?? ""));
      return agrees === true;
    };
    const isDone = await store.wipe(agrees === undefined ? undefined : ask);
    return { isDone, asked };
  },

  /** The names of all records in a database. */
  async records(name: string): Promise<string[]> {
    const request = <V>(asked: IDBRequest<V>) =>
      new Promise<V>((resolve, reject) => {
        asked.onsuccess = () => resolve(asked.result);
        asked.onerror = () => reject(asked.error);
      });
    const database = await request(indexedDB.open(name));
    const keys = await request(database.transaction("records").objectStore("records").getAllKeys());
    database.close();
    return keys.map(String);
  },

  /** Comes back when there is no database of this name. */
  async untilGone(name: string): Promise<void> {
    while ((await indexedDB.databases()).some((it) => it.name === name));
  },

  untilWiped: (): Promise<void> => isWiped,

  told: (): string[] => told,

  lastUser: (app?: string): string | null => lastUser(app) ?? null,

  /** How many milliseconds after the browser the store said that it is offline. */
  async offlineAfter(): Promise<number> {
    await until(store, () => store.status === "offline", "offline");
    return performance.now() - lost;
  },

  /** Comes back when so many failures are held back. */
  async held(count: number): Promise<void> {
    while (held < count) await new Promise((resolve) => heldMore.addEventListener("held", resolve, { once: true }));
  },

  start: (): Promise<void> => store.start(),

  stop: (): Promise<void> => store.stop(),

  pending: (): number => store.pending().length,

  synced: (): Promise<void> => store.synced(),

  until: (status: string): Promise<void> => until(store, () => store.status === status, status),

  untilTitles: (titles: string[]): Promise<void> =>
    until(store, () => harness.titles().join() === titles.join(), titles.join()),
};

export type Harness = typeof harness;
Object.assign(globalThis, { harness });
