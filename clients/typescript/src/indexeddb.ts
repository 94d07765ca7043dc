// The records of a store in IndexedDB. Tabs share the copy of the tasks; what is waiting to be sent belongs to the tab
// it was done in, until that tab is gone. Who is still there is known from locks, which end with their tab. After a wipe
// whoever read the database before writes nothing into it any more, however late they hear of it.

import { randomId } from "./ids.js";
import { forgetLastUser, lastUser, rememberUser } from "./last-user.js";
import type { Storage } from "./storage.js";

/** Whole in itself, so whoever wrote it last has written something that is good for all. */
const SHARED = "copy";
/** Another one after each wipe. */
const EPOCH = "epoch";
const RECORDS = "records";

export interface IndexedDbOptions {
  /** Whose tasks these are, if that is known: then `lastUser` tells it before the first of them are here. */
  user?: string | undefined;
  /** Tells apart the apps of an origin; `lastUser` wants the same. */
  app?: string | undefined;
}

/** `name` should name the user too: `tickbox-${user.id}`. */
export function indexedDb(name: string, options: IndexedDbOptions = {}): Storage {
  const { app } = options;
  const me = randomId();
  /** Of each record of ours, the key in the database: those that we inherited keep theirs. */
  const keys = new Map<string, string>();
  const closing = new AbortController();
  let database: Promise<IDBDatabase> | undefined;
  let epoch: string | undefined;
  let user = options.user;
  let isWiped = false;
  /** The ends of our locks. */
  const released: Promise<unknown>[] = [];
  /** Those whose records are ours. */
  const ours = new Set([me]);
  /** Aborted while nothing is inherited. */
  let waiting = new AbortController();
  let looking: Promise<void> = Promise.resolve();
  let inherit: (records: Map<string, unknown>) => void = () => undefined;
  let channel: BroadcastChannel | undefined;
  /** Another tab has wiped it all. */
  let wiped: () => void = () => undefined;

  function open(): Promise<IDBDatabase> {
    if (database) return database;
    const opening = request(indexedDB.open(name, 1), (it) => it.createObjectStore(RECORDS));
    database = opening;
    // Browsers close a database whose site data is cleared, and may fail once: the next to come opens it again.
    const forget = () => {
      if (database === opening) database = undefined;
    };
    opening.then((it) => {
      it.onclose = forget;
      it.onversionchange = () => {
        it.close();
        forget();
      };
    }, forget);
    return opening;
  }

  const keyOf = (record: string) => keys.get(record) ?? (record === SHARED ? SHARED : `${me}/${record}`);

  function isOf(copy: unknown): void {
    const { user: whose } = (copy ?? {}) as { user?: unknown };
    if (typeof whose === "string" && whose !== user) rememberUser((user = whose), app);
  }

  function listen(onWiped: () => void): void {
    wiped = () => {
      isWiped = true;
      onWiped();
    };
    if (typeof BroadcastChannel !== "function") return;
    channel = new BroadcastChannel(`tickbox/${name}`);
    channel.onmessage = ({ data }) => data === epoch || wiped();
  }

  const lock = (owner: string) => `tickbox/${name}/${owner}`;

  /** Whoever closed it meanwhile keeps none. */
  function kept(): Promise<void> {
    const { signal } = closing;
    return new Promise((resolve) => (signal.aborted ? resolve() : signal.addEventListener("abort", () => resolve())));
  }

  const hold = (locks: LockManager, owner: string) => held(locks, lock(owner), kept, released);

  /** Takes what others have left; of those that are still there, or about to go, perhaps later. */
  async function gather(waits: boolean, all: string[], hand: (records: Map<string, unknown>) => void): Promise<void> {
    const { locks } = navigator as Partial<Navigator>;
    const owners = new Set(all.filter((key) => key.includes("/")).map((key) => key.slice(0, key.indexOf("/"))));
    for (const owner of owners) {
      if (waiting.signal.aborted) return;
      if (locks && ours.has(owner)) continue;
      if (!locks || (await hold(locks, owner))) {
        ours.add(owner);
        hand(await take(owner));
      } else if (waits) waitFor(locks, owner);
    }
  }

  /** After a reload our own predecessor may still be there. */
  function waitFor(locks: LockManager, owner: string): void {
    const { signal } = waiting;
    const whenFree = async () => {
      if (signal.aborted) return;
      ours.add(owner);
      inherit(await take(owner));
      await kept();
    };
    released.push(locks.request(lock(owner), { signal }, whenFree).catch(() => undefined));
  }

  /** Ends our part in it. */
  function leave(): void {
    closing.abort();
    waiting.abort();
    channel?.close();
    channel = undefined;
    void database?.then((it) => it.close(), () => undefined);
    database = undefined;
  }

  /** The last to leave removes what is empty. Whoever is still there has to find the epoch that they did not begin with. */
  async function remove(): Promise<void> {
    const { locks } = navigator as Partial<Navigator>;
    if (!locks) return;
    await Promise.allSettled(released);
    const { held = [], pending = [] } = await locks.query();
    if ([...held, ...pending].some((lock) => lock.name?.startsWith(`tickbox/${name}/`))) return;
    await new Promise<void>((resolve) => {
      const asked = indexedDB.deleteDatabase(name);
      asked.onsuccess = asked.onerror = asked.onblocked = () => resolve();
    });
  }

  /** The records of one owner, from now on ours. */
  async function take(owner: string): Promise<Map<string, unknown>> {
    const records = (await open()).transaction(RECORDS).objectStore(RECORDS);
    const range = IDBKeyRange.bound(`${owner}/`, `${owner}0`, false, true);
    const [found, values] = await Promise.all([request(records.getAllKeys(range)), request(records.getAll(range))]);
    return new Map(
      found.map((key, place) => {
        const record = String(key).slice(owner.length + 1);
        keys.set(record, String(key));
        return [record, values[place]];
      }),
    );
  }

  return {
    async load(given, onWiped = () => undefined) {
      const { locks } = navigator as Partial<Navigator>;
      const records = (await open()).transaction(RECORDS, "readwrite").objectStore(RECORDS);
      const found = await request(records.get(EPOCH) as IDBRequest<string | undefined>);
      epoch = found ?? randomId();
      // Not each time: a disk that is full can still be read.
      if (found === undefined) records.put(epoch, EPOCH);
      listen(onWiped);
      if (user !== undefined) rememberUser(user, app);
      const [all, copy] = await Promise.all([request(records.getAllKeys()), request(records.get(SHARED) as IDBRequest<unknown>)]);
      isOf(copy);
      const loaded = new Map<string, unknown>(copy === undefined ? [] : [[SHARED, copy]]);
      inherit = given;
      if (locks) await hold(locks, me);
      await gather(true, all.map(String), (more) => more.forEach((value, record) => loaded.set(record, value)));
      return loaded;
    },

    inherits(whether) {
      const isNew = whether && waiting.signal.aborted && !closing.signal.aborted;
      if (!whether) waiting.abort();
      else if (isNew) waiting = new AbortController();
      const look = async () => {
        if (!("locks" in navigator) || waiting.signal.aborted) return;
        const all = await request((await open()).transaction(RECORDS).objectStore(RECORDS).getAllKeys());
        await gather(isNew, all.map(String), inherit);
      };
      return (looking = looking.then(look));
    },

    async write(records) {
      const transaction = (await open()).transaction(RECORDS, "readwrite", { durability: "strict" });
      const store = transaction.objectStore(RECORDS);
      const done = complete(transaction);
      const found = await request(store.get(EPOCH) as IDBRequest<string | undefined>);
      if (found !== undefined && found !== epoch) return wiped();
      // A database that was cleared away is ours to fill again.
      if (found === undefined) store.put(epoch, EPOCH);
      for (const [record, value] of records) {
        if (value === undefined) store.delete(keyOf(record));
        else store.put(value, keyOf(record));
      }
      await done;
      isOf(records.get(SHARED));
    },

    async others() {
      const records = (await open()).transaction(RECORDS).objectStore(RECORDS);
      const [all, values] = await Promise.all([request(records.getAllKeys()), request(records.getAll())]);
      const own = new Set(keys.values());
      const found = all.map((key, place): [string, unknown] => [String(key), values[place]]);
      const isTheirs = ([key]: [string, unknown]) => key.includes("/") && !key.startsWith(`${me}/`) && !own.has(key);
      return new Map(found.filter(isTheirs).map(([key, value]) => [key.slice(key.indexOf("/") + 1), value]));
    },

    async wipe() {
      epoch = randomId();
      const transaction = (await open()).transaction(RECORDS, "readwrite", { durability: "strict" });
      const store = transaction.objectStore(RECORDS);
      const done = complete(transaction);
      store.clear();
      store.put(epoch, EPOCH);
      await done;
      keys.clear();
      if (lastUser(app) === user) forgetLastUser(app);
      channel?.postMessage(epoch);
      leave();
      await remove();
    },

    async close() {
      leave();
      if (isWiped) await remove();
    },
  };
}

/** Takes a lock and keeps it as long as the promise lasts; `false` if somebody else has it. */
function held(locks: LockManager, name: string, kept: () => Promise<void>, released: Promise<unknown>[]): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const answer = (lock: Lock | null) => {
      resolve(lock !== null);
      return lock === null ? undefined : kept();
    };
    released.push(locks.request(name, { ifAvailable: true }, answer).catch(reject));
  });
}

function complete(transaction: IDBTransaction): Promise<void> {
  const done = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = transaction.onerror = () => reject(transaction.error ?? new Error("not written"));
  });
  // Who waits for it hears of it; until then it is nobody's.
  done.catch(() => undefined);
  return done;
}

function request<V>(asked: IDBRequest<V>, upgrade?: (database: V) => void): Promise<V> {
  return new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error ?? new Error("IndexedDB failed"));
    if (upgrade) (asked as unknown as IDBOpenDBRequest).onupgradeneeded = () => upgrade(asked.result);
  });
}
