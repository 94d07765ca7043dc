"use client";
// The store in React: a provider and hooks. They hold nothing of their own, so they are as right as the store under
// StrictMode, in a transition, on the server and while it is hydrated.

import { createContext, createElement, useContext, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import type { FunctionComponentElement, ProviderProps, ReactNode } from "react";
import type { TickboxError } from "./errors.js";
import type { Status } from "./follow.js";
import { NO_ROWS, Selection } from "./selection.js";
import type { Store } from "./store.js";
import type { List, Task } from "./types.js";

export interface ProviderOptions {
  children?: ReactNode;
  /**
   * What a server component has read already: shown until the store knows better, and the same on both sides while
   * the page is hydrated.
   */
  initial?: readonly Task[] | undefined;
}

/** A store of the app's own, which is started and stopped; or a function that makes one, which is closed at the end. */
export type TickboxProviderProps = ProviderOptions &
  ({ store: Store; create?: undefined } | { create: () => Store; store?: undefined });

export interface TasksOptions {
  /** As in `Store.query`: `due, priority desc`. By default the newest first. */
  order?: string | undefined;
  /** Where days begin; by default here. If a server renders too, say one. */
  zone?: string | undefined;
  /** Lets the nearest `Suspense` wait until the tasks are there, or it is known that they cannot be had now. */
  suspense?: boolean | undefined;
}

export interface TickboxStatus {
  /** `offline` is said with a reason only: before the first attempt it is `syncing`. */
  status: Status;
  /** Why nothing comes in or goes out. */
  error: TickboxError | undefined;
  /** How much of what was done here the server has not confirmed. */
  pending: number;
  /** How much of it the server will never take. */
  refused: number;
  /** Whether the tasks are there: those of last time, or those of the server. */
  isReady: boolean;
}

interface Given {
  store: Store;
  initial: readonly Task[];
}

const Context = createContext<Given | undefined>(undefined);
/** Stores whose provider has gone, and may come back at once: StrictMode and fast refresh do that. */
const leaving = new WeakMap<Store, ReturnType<typeof setTimeout>>();
const closed = new WeakSet<Store>();

export function TickboxProvider(props: TickboxProviderProps): FunctionComponentElement<ProviderProps<Given | undefined>> {
  const { store: given, create, children, initial = NO_ROWS } = props;
  const [made, setMade] = useState(create);
  const store = given ?? made;
  if (!store) throw new Error("TickboxProvider needs a store, or create: a function that makes one");
  const isOurs = given === undefined;
  useEffect(() => {
    clearTimeout(leaving.get(store));
    // One that was hidden for a while begins anew.
    if (closed.has(store)) return setMade(create);
    void store.start();
    const leave = () => {
      if (isOurs) closed.add(store);
      void (isOurs ? store.close() : store.stop());
    };
    return () => void leaving.set(store, setTimeout(leave));
    // Another function for the same store is no news: a key on the provider makes another one.
  }, [store, isOurs]);
  const value = useMemo(() => ({ store, initial }), [store, initial]);
  return createElement(Context.Provider, { value }, children);
}

/** The store: what is written with it shows at once. */
export function useTickbox(): Store {
  return useGiven().store;
}

/** The tasks that a filter means, kept up to date: the same array until there is another one to show. */
export function useTasks(filter = "", { order = "", zone, suspense = false }: TasksOptions = {}): readonly Task[] {
  const { store, initial } = useGiven();
  if (suspense && isWaiting(store) && initial.length === 0) throw ready(store);
  const selection = useMemo(() => new Selection(store, initial, filter, order, zone), [store, initial, filter, order, zone]);
  return useSyncExternalStore(selection.subscribe, selection.now, selection.first);
}

/** A task as it is now; `undefined` if it is not there, or not there any more. */
export function useTask(id: string): Task | undefined {
  const { store, initial } = useGiven();
  const first = () => initial.find((task) => task.id === id);
  const now = () => store.get(id) ?? (store.isReady ? undefined : first());
  return useSyncExternalStore(store.subscribe, now, first);
}

/** All lists in their order. */
export function useLists(): readonly List[] {
  const { store } = useGiven();
  return useSyncExternalStore(store.subscribe, store.lists, noRows<List>);
}

/** How it goes: whether what others do shows at once, what is not sent, what went wrong. */
export function useStatus(): TickboxStatus {
  const { store } = useGiven();
  const now = useMemo(() => statusOf(store), [store]);
  return useSyncExternalStore(store.subscribe, now, atFirst);
}

function useGiven(): Given {
  const given = useContext(Context);
  if (!given) throw new Error("There is no <TickboxProvider> around this component");
  return given;
}

const FIRST: TickboxStatus = { status: "syncing", error: undefined, pending: 0, refused: 0, isReady: false };
const atFirst = () => FIRST;
const noRows = <R>() => NO_ROWS as readonly R[];

/** The same object as long as it says the same. */
function statusOf(store: Store): () => TickboxStatus {
  let last = FIRST;
  return () => {
    const { status, error, isReady } = store;
    const [pending, refused] = [store.pending().length, store.refused().length];
    const next: TickboxStatus = { status: status === "offline" && !error ? "syncing" : status, error, pending, refused, isReady };
    const isSame = (Object.keys(next) as (keyof TickboxStatus)[]).every((name) => next[name] === last[name]);
    return isSame ? last : (last = next);
  };
}

/** A server waits for nobody: what it sends is what is there. */
const isWaiting = (store: Store) => typeof document === "object" && !store.isReady && !store.error;

const waits = new WeakMap<Store, Promise<void>>();

/** Comes back when waiting makes no sense any more. A component that waits is not mounted: nobody else may start it. */
function ready(store: Store): Promise<void> {
  const known = waits.get(store);
  if (known) return known;
  const wait = new Promise<void>((resolve) => {
    const look = () => {
      if (isWaiting(store)) return;
      end();
      waits.delete(store);
      resolve();
    };
    const end = store.subscribe(look);
    void store.start().then(look, look);
  });
  waits.set(store, wait);
  return wait;
}
