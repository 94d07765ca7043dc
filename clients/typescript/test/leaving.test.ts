// What a browser does around the store: somebody signs out, or reloads without a network; the network goes; the
// database does not answer.

import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, afterEach, before, test } from "node:test";
import { createClient } from "tickbox-client";
import type { Harness, Setting } from "./page.js";
import { Browser, type Tab } from "./support/browser.js";
import { Line } from "./support/line.js";
import { Server, someone, tokenOf } from "./support/server.js";

const PAGE = '<!doctype html><meta charset="utf-8"><title>tickbox</title><script type="module" src="/page.js"></script>';

let server: Server;
let app: HttpServer;
let page: string;
let browser: Browser;
const lines: Line[] = [];

before(async () => {
  const script = await readFile(new URL("./page.bundle.js", import.meta.url));
  app = createServer((request, response) => {
    const isScript = request.url === "/page.js";
    response.writeHead(200, { "Content-Type": isScript ? "text/javascript" : "text/html" }).end(isScript ? script : PAGE);
  });
  app.listen(0, "127.0.0.1");
  await once(app, "listening");
  page = `http://127.0.0.1:${(app.address() as AddressInfo).port}`;
  [server, browser] = await Promise.all([Server.start({ ALLOWED_ORIGINS: page }), Browser.start()]);
});

afterEach(async () => {
  await Promise.all(lines.splice(0).map((line) => line.close()));
});

after(async () => {
  await browser.end();
  app.closeAllConnections();
  app.close();
  await server.remove();
});

async function setting(user: string): Promise<{ setting: Setting; line: Line }> {
  const line = await Line.to(server.url);
  lines.push(line);
  return { line, setting: { server: server.url, lines: [line.url], token: tokenOf(user), name: user, patience: 50 } };
}

const call = <N extends keyof Harness>(tab: Tab, name: N, ...given: Parameters<Harness[N]>) =>
  tab.call<Harness, N>(name, ...(given as never));

async function onServer(user: string): Promise<string[]> {
  const { tasks } = await createClient({ baseUrl: server.url, token: tokenOf(user) }).list();
  return tasks.map(({ title }) => title);
}

/** The names of records without what is a tab's own in them. */
const kinds = (records: string[]) => records.map((name) => name.replace(/^[^/]+\//, "").replace(/\/.*/, ""));

for (const deaf of [false, true]) {
  const how = deaf ? ", also if it hears nothing of it" : "";
  test(`after a wipe in one tab another brings nothing back${how}`, async () => {
    const user = someone();
    const { setting: its, line } = await setting(user);
    const [one, other] = [await browser.open(page), await browser.open(page)];
    await call(one, "open", its);
    await call(other, "open", { ...its, deaf });
    await call(one, "create", "private");
    await call(one, "synced");
    await call(other, "untilTitles", ["private"]);
    assert.deepEqual(await call(one, "wipe"), { isDone: true, asked: [] });
    assert.deepEqual(await call(one, "titles"), []);
    if (deaf) await call(other, "create", "too late");
    await call(other, "untilTitles", []);
    await call(other, "untilWiped");
    assert.deepEqual(await call(other, "told"), ["wiped"]);
    // The last to leave has removed the database, too.
    await call(one, "untilGone", user);
    // Whoever comes next begins anew, and it stays.
    await other.load("Page.reload");
    await call(other, "open", its);
    await call(other, "untilTitles", await onServer(user));
    line.cut();
    await call(other, "create", "kept");
    assert.ok(kinds(await call(other, "records", user)).includes("operation"));
    await Promise.all([one.close(), other.close()]);
  });
}

test("work that the server does not have is asked about before it is wiped, that of other tabs too", async () => {
  const user = someone();
  const { setting: its, line } = await setting(user);
  const [one, other] = [await browser.open(page), await browser.open(page)];
  await call(one, "open", its);
  await call(other, "open", its);
  await call(one, "until", "live");
  line.cut();
  await call(one, "create", "here");
  await call(other, "create", "there");
  assert.deepEqual(await call(one, "wipe"), { isDone: false, asked: [] });
  assert.deepEqual(await call(one, "wipe", false), { isDone: false, asked: ["here", "there"] });
  assert.deepEqual(await call(one, "titles"), ["here"], "nothing has happened");
  assert.deepEqual(await call(one, "wipe", true), { isDone: true, asked: ["here", "there"] });
  await call(other, "untilTitles", []);
  await call(one, "untilGone", user);
  line.mend();
  assert.deepEqual(await onServer(user), []);
  await Promise.all([one.close(), other.close()]);
});

test("a reload without a network knows whose tasks to show, until they are wiped", async () => {
  const user = someone();
  const { setting: its, line } = await setting(user);
  const tab = await browser.open(page);
  await call(tab, "open", its);
  await call(tab, "create", "mine");
  await call(tab, "synced");
  // The copy is written a moment after it was read.
  while ((await call(tab, "lastUser")) !== user) await call(tab, "titles");
  line.cut();
  await tab.load("Page.reload");
  const last = await call(tab, "lastUser");
  assert.equal(last, user);
  assert.deepEqual(await call(tab, "open", { ...its, name: last!, token: "" }), ["mine"]);
  assert.deepEqual(await call(tab, "wipe"), { isDone: true, asked: [] });
  assert.equal(await call(tab, "lastUser"), null);
  await tab.close();
});

test("a tab that keeps silent after a wipe keeps the database, which is gone with it", async () => {
  const user = someone();
  const { setting: its } = await setting(user);
  const [one, other] = [await browser.open(page), await browser.open(page)];
  await call(one, "open", its);
  await call(other, "open", { ...its, deaf: true });
  await call(one, "create", "private");
  await call(other, "untilTitles", ["private"]);
  await call(one, "wipe");
  // As long as it could write, it has to find that it may not.
  assert.deepEqual(await call(one, "records", user), ["epoch"]);
  await call(other, "create", "too late");
  await call(one, "untilGone", user);
  await Promise.all([one.close(), other.close()]);
});

test("what a tab leaves behind goes to one that sends it, and to one that is stopped when that is started again", async () => {
  const user = someone();
  const open = async () => {
    const [{ setting: its, line }, tab] = [await setting(user), await browser.open(page)];
    await call(tab, "open", its);
    return { tab, line };
  };
  const leaves = async (title: string) => {
    const { tab, line } = await open();
    await call(tab, "until", "live");
    line.cut();
    await call(tab, "create", title);
    return tab;
  };
  const first = await leaves("first");
  const stopped = await open();
  await call(stopped.tab, "until", "live");
  const shown = await open();
  await call(shown.tab, "until", "live");
  await call(stopped.tab, "stop");
  await first.close();
  await call(shown.tab, "untilTitles", ["first"]);
  await call(shown.tab, "synced");
  assert.deepEqual(await onServer(user), ["first"]);
  assert.deepEqual(await call(stopped.tab, "titles"), []);
  const second = await leaves("second");
  await shown.tab.close();
  await second.close();
  assert.deepEqual(await onServer(user), ["first"], "nobody is there");
  await call(stopped.tab, "start");
  await call(stopped.tab, "untilTitles", ["second", "first"]);
  await call(stopped.tab, "synced");
  assert.deepEqual(await onServer(user), ["second", "first"]);
  await stopped.tab.close();
});

test("what a tab that was opened later leaves behind is sent once the network is back", async () => {
  const user = someone();
  const { setting: its, line } = await setting(user);
  const [one, other] = [await browser.open(page), await browser.open(page)];
  await call(one, "open", its);
  await call(one, "until", "live");
  await call(other, "open", its);
  await call(other, "until", "live");
  line.cut();
  await call(other, "create", "of the other tab");
  await other.close();
  await call(one, "until", "offline");
  line.mend();
  await call(one, "untilTitles", ["of the other tab"]);
  await call(one, "synced");
  assert.deepEqual(await onServer(user), ["of the other tab"]);
  await one.close();
});

test("who is here is known before their first task, apart for each app of an origin", async () => {
  const user = someone();
  const { setting: its, line } = await setting(user);
  const tab = await browser.open(page);
  line.cut();
  await call(tab, "open", { ...its, of: { user, app: "/one/" } });
  assert.equal(await call(tab, "lastUser", "/one/"), user);
  for (const app of [undefined, "/two/"]) assert.notEqual(await call(tab, "lastUser", app), user);
  assert.deepEqual(await call(tab, "wipe"), { isDone: true, asked: [] });
  assert.equal(await call(tab, "lastUser", "/one/"), null);
  await tab.close();
});

test("a browser that says that it is offline is believed within a second, and so is one that is back", async () => {
  const user = someone();
  const { setting: its } = await setting(user);
  const tab = await browser.open(page);
  await call(tab, "open", { ...its, patience: 1e8 });
  await call(tab, "until", "live");
  // The line stands: nothing but the browser's word tells of it.
  await tab.offline(true);
  const after = await call(tab, "offlineAfter");
  assert.ok(after < 1000, `${after} ms`);
  await createClient({ baseUrl: server.url, token: tokenOf(user) }).create({ title: "meanwhile" });
  await tab.offline(false);
  await call(tab, "until", "live");
  await call(tab, "untilTitles", ["meanwhile"]);
  await tab.close();
});

test("a database that never answers is said to, and the store works without it", async () => {
  const user = someone();
  const { setting: its } = await setting(user);
  const tab = await browser.open(page);
  await call(tab, "open", { ...its, mute: 100 });
  assert.deepEqual(await call(tab, "told"), ["Error: The storage has not answered within 100 ms"]);
  await call(tab, "create", "in memory");
  await call(tab, "synced");
  assert.deepEqual(await onServer(user), ["in memory"]);
  await tab.close();
});
