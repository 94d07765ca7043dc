// The hooks for React: on a server, and in a browser under StrictMode, against the real server.

import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, afterEach, before, test } from "node:test";
import { createElement as h } from "react";
import { renderToString } from "react-dom/server";
import { createClient, createStore, indexedDb, type Client, type Task } from "tickbox-client";
import { useTasks } from "tickbox-client/react";
import type { Mount, ReactHarness } from "./react-page.js";
import { Browser, type Tab } from "./support/browser.js";
import { Line } from "./support/line.js";
import { App } from "./support/react-app.js";
import { Server, someone, tokenOf } from "./support/server.js";

let server: Server;
let app: HttpServer;
let page: string;
let browser: Browser;
/** What the server of the page has rendered. */
let rendered = "";
const lines: Line[] = [];

before(async () => {
  const script = await readFile(new URL("./react-page.bundle.js", import.meta.url));
  app = createServer((request, response) => {
    const isScript = request.url === "/page.js";
    response.writeHead(200, { "Content-Type": isScript ? "text/javascript" : "text/html" });
    const html = `<!doctype html><title>app</title><div id="root">${rendered}</div><script type="module" src="/page.js"></script>`;
    response.end(isScript ? script : html);
  });
  app.listen(0, "127.0.0.1");
  await once(app, "listening");
  page = `http://127.0.0.1:${(app.address() as AddressInfo).port}`;
  [server, browser] = await Promise.all([Server.start({ ALLOWED_ORIGINS: page }), Browser.start()]);
});

afterEach(async () => {
  rendered = "";
  await Promise.all(lines.splice(0).map((line) => line.close()));
});

after(async () => {
  await browser.end();
  app.closeAllConnections();
  app.close();
  await server.remove();
});

const call = <N extends keyof ReactHarness>(tab: Tab, name: N, ...given: Parameters<ReactHarness[N]>) =>
  tab.call<ReactHarness, N>(name, ...(given as never));

async function setting(): Promise<{ mount: Mount; line: Line; client: Client }> {
  const user = someone();
  const line = await Line.to(server.url);
  lines.push(line);
  const client = createClient({ baseUrl: server.url, token: tokenOf(user) });
  return { line, client, mount: { url: line.url, token: tokenOf(user), name: user } };
}

/** As the app renders on a server, where there is no IndexedDB and nothing may be asked of anybody. */
function render(initial?: readonly Task[], suspense?: boolean): string {
  const client = createClient({ baseUrl: "http://127.0.0.1:1", token: "" });
  const create = () => createStore({ client, storage: indexedDb("of nobody") });
  return renderToString(h(App, { create, initial, suspense }));
}

test("under StrictMode one store is in use and one stream open, and all of it ends with the provider", async () => {
  const { mount, client } = await setting();
  await client.create({ title: "of another device" });
  const tab = await browser.open(page);
  await call(tab, "mount", mount);
  await call(tab, "untilTitles", ["of another device"]);
  await call(tab, "until", "status", "live 0 - ready");
  await call(tab, "click", "add");
  await call(tab, "untilTitles", ["of another device", "task 1"]);
  await call(tab, "until", "status", "live 0");
  assert.deepEqual((await client.list()).tasks.map(({ title }) => title), ["task 1", "of another device"]);
  assert.equal((await call(tab, "stores")).used, 1);
  assert.equal(await call(tab, "streams"), 1);
  await call(tab, "unmount");
  assert.equal(await call(tab, "streams"), 0);
  // What it left can be taken over: its locks are free.
  await call(tab, "mount", mount);
  await call(tab, "untilTitles", ["of another device", "task 1"]);
  await call(tab, "until", "status", "live 0 - ready");
  assert.deepEqual(await call(tab, "problems"), []);
  await tab.close();
});

test("a component renders again when what it shows has changed, and not otherwise", async () => {
  const { mount, client } = await setting();
  const { id } = await client.create({ title: "a" });
  await client.createList({ name: "Home" });
  const tab = await browser.open(page);
  await call(tab, "mount", mount);
  await call(tab, "until", "lists", "Home");
  await call(tab, "untilTitles", ["a"]);
  await call(tab, "until", "status", "live");
  const before = await call(tab, "renders");
  const done = await client.create({ title: "b", completed: true });
  await call(tab, "click", "all");
  await call(tab, "untilTitles", ["a", "b"]);
  await client.complete(id);
  await call(tab, "until", "one", "a done");
  await client.change(done.id, { title: "c" });
  await call(tab, "untilTitles", ["a", "c"]);
  const between = await call(tab, "renders");
  assert.ok(between > before);
  await client.createList({ name: "Work" });
  await call(tab, "until", "lists", "Home,Work");
  const lists = await call(tab, "renders");
  await client.delete(id);
  await call(tab, "until", "one", "gone");
  // Each of them twice, as StrictMode does it.
  assert.ok(lists - between <= 2, `${lists - between} times for one list`);
  assert.deepEqual(await call(tab, "problems"), []);
  await tab.close();
});

test("the status follows the network, and what is not sent is counted", async () => {
  const { mount, line } = await setting();
  const tab = await browser.open(page);
  await call(tab, "mount", mount);
  await call(tab, "until", "status", "live 0 - ready");
  line.cut();
  await call(tab, "until", "status", "offline 0 NETWORK ready");
  await call(tab, "click", "add");
  await call(tab, "until", "status", "1 NETWORK");
  line.mend();
  await call(tab, "until", "status", "live 0 - ready");
  await tab.close();
});

test("a server renders what it was given and nothing else, and asks nobody", async () => {
  const { client } = await setting();
  await client.create({ title: "open" });
  await client.create({ title: "done", completed: true });
  const { tasks } = await client.list();
  const with_ = render(tasks);
  assert.match(with_, /<ul><li>open<\/li><\/ul>/);
  assert.match(with_, /open open/);
  assert.match(with_, /syncing 0 - -/);
  assert.match(render(), /<ul><\/ul>/);
  assert.match(render(undefined, true), /<ul><\/ul>/, "it waits for nobody");
});

test("what a server has rendered is taken over without a difference, and stays until the store knows better", async () => {
  const { mount, client, line } = await setting();
  await client.create({ title: "read by the server" });
  const initial = (await client.list()).tasks;
  rendered = render(initial);
  line.cut();
  const tab = await browser.open(page);
  assert.deepEqual(await call(tab, "titles"), ["read by the server"]);
  await call(tab, "mount", { ...mount, initial, hydrate: true });
  await call(tab, "until", "status", "offline");
  assert.deepEqual(await call(tab, "titles"), ["read by the server"]);
  await call(tab, "click", "add");
  await call(tab, "untilTitles", ["read by the server", "task 0"]);
  await client.delete(initial[0]!.id);
  line.mend();
  await call(tab, "untilTitles", ["task 0"]);
  assert.deepEqual(await call(tab, "problems"), []);
  await tab.close();
});

test("Suspense waits until the tasks are there", async () => {
  const { mount, client, line } = await setting();
  await client.create({ title: "worth the wait" });
  line.delay = () => 20;
  const tab = await browser.open(page);
  await call(tab, "mount", { ...mount, suspense: true });
  await call(tab, "untilTitles", ["worth the wait"]);
  assert.deepEqual(await call(tab, "texts"), ["Wait", "worth the wait"]);
  assert.equal(await call(tab, "seen", "waiting"), "");
  assert.equal((await call(tab, "stores")).used, 1);
  assert.deepEqual(await call(tab, "problems"), []);
  await tab.close();
});

test("Suspense does not wait for a network that is not there", async () => {
  const { mount, line } = await setting();
  line.cut();
  const tab = await browser.open(page);
  await call(tab, "mount", { ...mount, suspense: true });
  await call(tab, "until", "status", "offline 0 NETWORK -");
  line.mend();
  await call(tab, "until", "status", "live 0 - ready");
  await tab.close();
});

test("a hook without a provider says what is missing", () => {
  assert.throws(() => renderToString(h(() => h("p", null, useTasks().length))), /no <TickboxProvider> around/);
});
