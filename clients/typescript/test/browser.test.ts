// The package, bundled, in a real browser: devices in a storm, reloads, tabs, and a network that goes away.

import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, afterEach, before, test } from "node:test";
import { createClient } from "tickbox-client";
import type { Harness, Setting } from "./page.js";
import { Browser, type Tab } from "./support/browser.js";
import { Server, someone, tokenOf } from "./support/server.js";
import { Storm, seeds, trySeeds } from "./support/storm.js";

const PAGE = '<!doctype html><meta charset="utf-8"><title>tickbox</title><script type="module" src="/page.js"></script>';

let server: Server;
let app: HttpServer;
let page: string;
let browser: Browser;
const storms = new Map<string, Storm>();

before(async () => {
  const script = await readFile(new URL("./page.bundle.js", import.meta.url));
  app = createServer((request, response) => {
    if (request.url === "/page.js") return response.writeHead(200, { "Content-Type": "text/javascript" }).end(script);
    if (request.method === "POST") return response.writeHead(command(request.url ?? "") ? 204 : 404).end();
    return response.writeHead(200, { "Content-Type": "text/html" }).end(PAGE);
  });
  app.listen(0, "127.0.0.1");
  await once(app, "listening");
  page = `http://127.0.0.1:${(app.address() as AddressInfo).port}`;
  [server, browser] = await Promise.all([Server.start({ ALLOWED_ORIGINS: page }), Browser.start()]);
});

afterEach(async () => {
  await Promise.all([...storms.values()].map((storm) => storm.end()));
  storms.clear();
});

after(async () => {
  await browser.end();
  app.closeAllConnections();
  app.close();
  await server.remove();
});

/** What a page may ask of the network: `/line/<port>/cut`, `/line/<port>/mend`, `/storm/<name>/on`, `…/off`. */
function command(path: string): boolean {
  const [, kind, name = "", what] = path.split("/");
  if (kind === "storm") storms.get(name)?.blow(what === "on");
  const lines = [...storms.values()].flatMap((storm) => storm.lines);
  const line = lines.find(({ url }) => new URL(url).port === name);
  if (what === "cut") line?.cut();
  if (what === "mend") line?.mend();
  return kind === "storm" || line !== undefined;
}

async function setting(user: string, devices: number, seed = 1): Promise<{ setting: Setting; storm: Storm }> {
  const storm = await Storm.over(server.url, devices, seed);
  storms.set(user, storm);
  const lines = storm.lines.map(({ url }) => url);
  return { storm, setting: { server: server.url, lines, token: tokenOf(user), name: user, patience: 50 } };
}

const call = <N extends keyof Harness>(tab: Tab, name: N, ...given: Parameters<Harness[N]>) =>
  tab.call<Harness, N>(name, ...(given as never));

async function onServer(user: string): Promise<string[]> {
  const { tasks } = await createClient({ baseUrl: server.url, token: tokenOf(user) }).list();
  return tasks.map(({ title }) => title);
}

test("after a storm all devices in a browser have what the server has", async (context) => {
  const tabs: Tab[] = [];
  const attempt = async (seed: number) => {
    const tab = tabs.pop() ?? (await browser.open(page));
    const user = someone();
    const { setting: its, storm } = await setting(user, 3, seed);
    const counts = await call(tab, "storm", seed, its);
    storms.delete(user);
    await storm.end();
    tabs.push(tab);
    return { ...counts, "answers lost": storm.lost };
  };
  context.diagnostic(await trySeeds({ ...seeds(6), atOnce: 2 }, attempt));
  await Promise.all(tabs.map((tab) => tab.close()));
});

test("what was done offline survives a reload of the page, and is sent after it", async () => {
  const user = someone();
  const { setting: its, storm } = await setting(user, 1);
  const tab = await browser.open(page);
  await call(tab, "open", its);
  await call(tab, "create", "before");
  await call(tab, "synced");
  storm.lines[0]!.cut();
  await call(tab, "until", "offline");
  await call(tab, "create", "offline");
  await tab.load("Page.reload");
  await call(tab, "open", its);
  // The lock of the page before may end a moment after it.
  await call(tab, "untilTitles", ["offline", "before"]);
  storm.lines[0]!.mend();
  await call(tab, "synced");
  assert.deepEqual(await onServer(user), ["offline", "before"]);
  await tab.close();
});

test("a database that is cleared away is made anew, for what is done after that", async () => {
  const user = someone();
  const { setting: its, storm } = await setting(user, 1);
  const tab = await browser.open(page);
  await call(tab, "open", its);
  await call(tab, "until", "live");
  storm.lines[0]!.cut();
  await call(tab, "until", "offline");
  await call(tab, "clear", user);
  await call(tab, "create", "after that");
  await tab.load("Page.reload");
  await call(tab, "open", its);
  await call(tab, "untilTitles", ["after that"]);
  storm.lines[0]!.mend();
  await call(tab, "synced");
  assert.deepEqual(await onServer(user), ["after that"]);
  await tab.close();
});

test("what a tab leaves behind is sent by the one that stays", async () => {
  const user = someone();
  const { setting: its, storm } = await setting(user, 1);
  const first = await browser.open(page);
  await call(first, "open", its);
  await call(first, "until", "live");
  storm.lines[0]!.cut();
  await call(first, "create", "of the first tab");
  const second = await browser.open(page);
  assert.deepEqual(await call(second, "open", its), [], "it is the first tab's to send");
  await call(second, "create", "of the second tab");
  await first.close();
  await call(second, "untilTitles", ["of the second tab", "of the first tab"]);
  storm.lines[0]!.mend();
  await call(second, "synced");
  assert.deepEqual((await onServer(user)).sort(), ["of the first tab", "of the second tab"]);
  await second.close();
});

for (const lateFailures of [false, true]) {
  const order = lateFailures ? ", before the requests that it broke have failed" : "";
  test(`a browser that says that the network is back is believed at once${order}`, async () => {
    const user = someone();
    const { setting: its, storm } = await setting(user, 1);
    const tab = await browser.open(page);
    // Hours could pass before it tried by itself.
    await call(tab, "open", { ...its, patience: 1e8, lateFailures });
    await call(tab, "until", "live");
    await tab.offline(true);
    // Streams that stand already know nothing of it.
    storm.lines[0]!.cut();
    await call(tab, "create", "offline");
    assert.equal(await call(tab, "pending"), 1);
    // The stream and the write.
    await (lateFailures ? call(tab, "held", 2) : call(tab, "until", "offline"));
    storm.lines[0]!.mend();
    await tab.offline(false);
    await call(tab, "synced");
    await call(tab, "until", "live");
    assert.deepEqual(await onServer(user), ["offline"]);
    await tab.close();
  });
}
