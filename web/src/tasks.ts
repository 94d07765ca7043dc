// The tasks of whoever is signed in: the client's offline store, and what hangs on it for as long
// as they are.

import { createContext } from "preact";
import { useContext, useEffect, useMemo, useState } from "preact/hooks";
import {
  createClient,
  createStore,
  indexedDb,
  type AskUnsent,
  type Client,
  type List,
  type Store,
  type Task,
} from "../../clients/typescript/src/index.js";
import { SignedOut, token, type Person } from "./session.js";
import { APP, ROOT, storageOf } from "./setting.js";

export type { AskUnsent, Client, List, Store, Task };

/**
 * A tab that nobody looks at keeps its stream of events for so long: browsers allow six to one
 * server.
 */
const DROWSY = 60_000;

export interface Tasks {
  person: Person;
  client: Client;
  store: Store;
  /** Another client of the same user, with a `fetch` of its own. */
  connect: (fetch: typeof globalThis.fetch) => Client;
  /** Whether somebody has to sign in again before anything is sent. */
  readonly isSignedOut: boolean;
  /** Tells when that changes. */
  subscribe: (listener: () => void) => () => void;
  /** Another sign-in has taken place: goes on. */
  renew: () => Promise<void>;
  /** Ends all of it; what is on this device stays. */
  end: () => Promise<void>;
  /** Ends all of it in all tabs, and leaves nothing here, unless unsent work has to stay. */
  wipe: (ask: AskUnsent) => Promise<boolean>;
}

/** `onWiped`: another tab has signed this person out. */
export async function openTasks(person: Person, onWiped: () => void): Promise<Tasks> {
  let isSignedOut = false;
  const listeners = new Set<() => void>();
  const tell = (next: boolean) => {
    if (next === isSignedOut) return;
    isSignedOut = next;
    listeners.forEach((listener) => listener());
  };
  const source = async () => {
    try {
      const fresh = await token(person);
      tell(false);
      return fresh;
    } catch (error) {
      if (error instanceof SignedOut) tell(true);
      throw error;
    }
  };
  const options = { baseUrl: ROOT, token: source, userId: person.id };
  const client = createClient(options);
  const storage = indexedDb(storageOf(person.id), { user: person.id, app: APP });
  const store = createStore({
    client,
    storage,
    onWiped() {
      endSleep();
      onWiped();
    },
  });
  const endSleep = sleepWhileHidden(store);
  await store.start();
  return {
    person,
    client,
    store,
    connect: (fetch) => createClient({ ...options, fetch }),
    get isSignedOut() {
      return isSignedOut;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async renew() {
      await store.stop();
      await store.start();
    },
    async end() {
      endSleep();
      await store.close();
    },
    async wipe(ask) {
      const isGone = await store.wipe(ask);
      if (isGone) endSleep();
      return isGone;
    },
  };
}

function sleepWhileHidden(store: Store): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = () => {
    clearTimeout(timer);
    if (!document.hidden) void store.start().catch(() => undefined);
    else
      timer = setTimeout(() => (store.pending().length > 0 ? look() : void store.stop()), DROWSY);
  };
  document.addEventListener("visibilitychange", look);
  return () => {
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", look);
  };
}

export const TasksContext = createContext<Tasks | undefined>(undefined);

export function useTasks(): Tasks {
  const tasks = useContext(TasksContext);
  if (!tasks) throw new Error("nobody is signed in");
  return tasks;
}

/** What a source has now, and again whenever it tells of something new. */
export function useSnapshot<V>(subscribe: (listener: () => void) => () => void, get: () => V): V {
  const [, again] = useState(0);
  const now = get();
  useEffect(() => {
    let seen = now;
    const look = () => {
      const next = get();
      if (next === seen) return;
      seen = next;
      again((count) => count + 1);
    };
    const end = subscribe(look);
    look();
    return end;
  }, [subscribe]);
  return now;
}

/** The tasks of a filter in an order, kept ready. */
export function useQuery(filter: string, order = ""): readonly Task[] {
  const { store } = useTasks();
  const query = useMemo(() => store.query(filter, order), [store, filter, order]);
  return useSnapshot(query.subscribe, query.tasks);
}

export function useLists(): readonly List[] {
  const { store } = useTasks();
  return useSnapshot(store.subscribe, store.lists);
}

export function useTask(id: string): Task | undefined {
  const { store } = useTasks();
  return useSnapshot(store.subscribe, () => store.get(id));
}

/** How many open tasks each list has, the inbox under "", and each tag. */
export interface Counts {
  lists: Map<string, number>;
  tags: Map<string, number>;
}

export function useCounts(): Counts {
  const open = useQuery("completed = false");
  return useMemo(() => {
    const counts: Counts = { lists: new Map(), tags: new Map() };
    const add = (map: Map<string, number>, key: string) => map.set(key, (map.get(key) ?? 0) + 1);
    for (const task of open) {
      add(counts.lists, task.list_id ?? "");
      task.tags?.forEach((tag) => add(counts.tags, tag));
    }
    return counts;
  }, [open]);
}

/** Today's day; another one at midnight. */
export function useDay(day: () => string): string {
  const [now, set] = useState(day);
  useEffect(() => {
    const timer = setInterval(() => set(day()), 20_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
