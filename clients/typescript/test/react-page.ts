// What runs in the browser of react.test.ts: the app, mounted as it is told, and what can be seen of it.

import { StrictMode, createElement as h } from "react";
import { createRoot, hydrateRoot, type Root } from "react-dom/client";
import { createClient, createStore, indexedDb, type Store, type Task } from "tickbox-client";
import { App, renders } from "./support/react-app.js";

export interface Mount {
  url: string;
  token: string;
  name: string;
  initial?: Task[];
  suspense?: boolean;
  hydrate?: boolean;
}

const stores: Store[] = [];
const problems: string[] = [];
/** Streams of events that are open now. */
let streams = 0;
let root: Root | undefined;

const counting: typeof fetch = (input, init) => {
  if (String(input).includes("/events")) {
    streams += 1;
    init?.signal?.addEventListener("abort", () => (streams -= 1));
  }
  return fetch(input, init);
};

const { error } = console;
console.error = (...given: unknown[]) => {
  problems.push(given.map(String).join(" ").slice(0, 300));
  error(...given);
};

const seen = (id: string) => document.getElementById(id)?.textContent ?? "";
const titles = () => [...document.querySelectorAll("li")].map((item) => item.textContent ?? "");

/** What the page has shown so far, one after the other. */
const texts: string[] = [];
new MutationObserver(() => {
  const text = seen("waiting") || titles().join();
  if (text !== "" && text !== texts.at(-1)) texts.push(text);
}).observe(document, { subtree: true, childList: true, characterData: true });

/** Comes back when the page shows something, which is looked at whenever it changes. */
function until(what: string, holds: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      observer.disconnect();
      clearTimeout(timer);
    };
    const look = () => {
      if (!holds()) return;
      end();
      resolve();
    };
    const observer = new MutationObserver(look);
    const timer = setTimeout(() => {
      end();
      reject(new Error(`the page does not show ${what}: ${document.body.textContent ?? ""} ${problems.join()}`));
    }, 20_000);
    observer.observe(document.body, { subtree: true, childList: true, characterData: true });
    look();
  });
}

const harness = {
  mount({ url, token, name, initial, suspense, hydrate }: Mount): void {
    const retry = { base: 50, cap: 50 };
    const create = () => {
      const client = createClient({ baseUrl: url, token, retry, fetch: counting });
      const store = createStore({ client, storage: indexedDb(name), retry });
      stores.push(store);
      return store;
    };
    const app = h(StrictMode, null, h(App, { create, initial, suspense }));
    const place = document.getElementById("root")!;
    const onRecoverableError = (problem: unknown) => problems.push(String(problem));
    if (hydrate) root = hydrateRoot(place, app, { onRecoverableError });
    else {
      root = createRoot(place);
      root.render(app);
    }
  },

  /** Comes back when what was closed with it is closed. */
  async unmount(): Promise<void> {
    root?.unmount();
    await new Promise((resolve) => setTimeout(resolve));
    await Promise.all(stores.map((store) => store.saved()));
  },

  titles,
  seen,
  texts: (): string[] => texts,
  click: (id: string): void => document.getElementById(id)!.click(),
  until: (id: string, text: string): Promise<void> => until(`${text} in ${id}`, () => seen(id).includes(text)),
  untilTitles: (wanted: string[]): Promise<void> => until(wanted.join(), () => titles().join() === wanted.join()),
  renders: (): number => renders.list,
  streams: (): number => streams,
  problems: (): string[] => problems,
  /** The stores that were made, and how many of them show anything. */
  stores: (): { made: number; used: number } => ({ made: stores.length, used: stores.filter(({ isReady }) => isReady).length }),
};

export type ReactHarness = typeof harness;
Object.assign(globalThis, { harness });
