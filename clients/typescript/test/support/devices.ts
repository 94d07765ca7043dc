// Devices of users: a store, and the line between it and the server that all tests of a file share.

import assert from "node:assert/strict";
import { after, afterEach, before } from "node:test";
import { createClient, createStore, type Client, type Store, type StoreOptions } from "tickbox-client";
import { Line } from "./line.js";
import { Server, tokenOf } from "./server.js";
import { until } from "./until.js";

let server: Server;
const lines: Line[] = [];
const stores: Store[] = [];

before(async () => {
  server = await Server.start();
});

afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.close()));
  await Promise.all(lines.splice(0).map((line) => line.close()));
});

after(() => server.remove());

export function serverUrl(): string {
  return server.url;
}

export function clientOf(user: string, url = server.url): Client {
  return createClient({ baseUrl: url, token: tokenOf(user), timeout: 5_000, retry: { base: 20, cap: 100 } });
}

/** A client behind a proxy, which may answer in the server's place, or make something of its answers. */
export function behind(
  user: string,
  proxy: (path: string, init: RequestInit) => Response | undefined | ((answer: Response) => Promise<Response>),
  cap = 20,
): Client {
  const through: typeof fetch = async (input, init = {}) => {
    const answer = proxy(new URL(String(input)).pathname, init);
    if (answer instanceof Response) return answer;
    const real = await fetch(input, init);
    return answer ? answer(real) : real;
  };
  return createClient({ baseUrl: serverUrl(), token: tokenOf(user), fetch: through, retry: { base: 1, cap } });
}

/** A store that is closed when the test ends. */
export function storeOf(client: Client, options: Partial<StoreOptions> = {}): Store {
  const onError = (error: unknown) => assert.fail(String(error));
  const store = createStore({ client, retry: { base: 20, cap: 100 }, onError, ...options });
  stores.push(store);
  return store;
}

export async function lineOf(url = server.url): Promise<Line> {
  const line = await Line.to(url);
  lines.push(line);
  return line;
}

/** A store that is live, over a line of its own. */
export async function device(user: string, options: Partial<StoreOptions> = {}): Promise<{ store: Store; line: Line }> {
  const line = await lineOf();
  const store = storeOf(clientOf(user, line.url), options);
  await store.start();
  await until(store, () => store.status === "live", "live");
  return { store, line };
}

/** Comes back when the store knows that its line is cut. */
export async function goOffline(store: Store, line: Line): Promise<void> {
  line.cut();
  await until(store, () => store.status === "offline", "offline");
}

/** Closes the stores of a test before the server that it has of its own. */
export async function closeStores(): Promise<void> {
  await Promise.all(stores.splice(0).map((store) => store.close()));
}

export function titles(store: Store): string[] {
  return store.tasks().map(({ title }) => title);
}

/** What the store shows is what the server has. */
export async function serverHas(user: string, store: Store, url = server.url): Promise<void> {
  const { tasks } = await clientOf(user, url).list();
  await until(store, () => store.tasks().every(({ version }) => version > 0), "all answers");
  assert.deepEqual(store.tasks(), tasks);
}
