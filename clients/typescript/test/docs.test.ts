// The page /docs of the server: what is filled in works as it is, in a real browser.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { createClient } from "tickbox-client";
import { Browser, type Tab } from "./support/browser.js";
import { Server, someone, tokenOf } from "./support/server.js";

let server: Server;
let browser: Browser;

before(async () => {
  [server, browser] = await Promise.all([Server.start(), Browser.start()]);
});

after(async () => {
  await browser.end();
  await server.remove();
});

/** What the test asks of the page: put into it, because the page is the server's. */
const HARNESS = `globalThis.harness = {
  /** What a look gives once it gives something. */
  until(look) {
    return new Promise((resolve, reject) => {
      const end = () => { observer.disconnect(); clearTimeout(timer); };
      const again = () => { const found = look(); if (found) { end(); resolve(found); } };
      const observer = new MutationObserver(again);
      const timer = setTimeout(() => { end(); reject(new Error("the page does not show " + look + [...document.querySelectorAll(".opblock.is-open")].map((it) => it.id + it.innerText.slice(0, 900)))); }, 20000);
      observer.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
      again();
    });
  },
  block: (id) => document.querySelector('[id$="-' + id + '"]'),
  async open(id) {
    const block = await this.until(() => this.block(id));
    if (!block.querySelector(".opblock-body")) block.querySelector(".opblock-summary-control").click();
    await this.until(() => block.querySelector(".execute") && block.querySelector("[data-param-name=user_id]"));
    return { height: block.offsetHeight, ...this.values(id) };
  },
  values(id) {
    const rows = [...this.block(id).querySelectorAll("tr[data-param-name]")];
    return Object.fromEntries(rows.map((row) => [row.dataset.paramName, row.querySelector("input, select, textarea")?.value ?? ""]));
  },
  async filled(id, name) {
    await this.open(id);
    return this.until(() => this.values(id)[name]);
  },
  /** The status and the body of the answer to another click, which stays open. */
  async answer(id) {
    await this.open(id);
    // Looked for each time: what becomes known meanwhile has the page drawn anew.
    const all = (selector) => [...this.block(id).querySelectorAll(selector)];
    this.block(id).scrollIntoView();
    all(".btn-clear")[0]?.click();
    await this.until(() => all(".live-responses-table").length === 0);
    const needed = () => all("tr[data-param-name]").filter((row) => row.querySelector(".required"));
    await this.until(() => all(".execute").length === 1 && needed().every((row) => row.querySelector("input, select")?.value));
    all(".execute")[0].click();
    const row = await this.until(() => all(".live-responses-table .response")[0]);
    const [status, body] = [row.querySelector(".response-col_status").innerText, row.querySelector(".highlight-code, .microlight")?.innerText ?? ""];
    return { status: Number.parseInt(status), body };
  },
  async execute(id) {
    const answer = await this.answer(id);
    this.block(id).querySelector(".opblock-summary-control").click();
    await this.until(() => !this.block(id).querySelector(".opblock-body"));
    return answer;
  },
  async authorize(token) {
    (await this.until(() => document.querySelector(".auth-wrapper .authorize"))).click();
    const field = await this.until(() => document.querySelector(".auth-container input"));
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(field, token);
    field.dispatchEvent(new Event("input", { bubbles: true }));
    document.querySelector(".auth-btn-wrapper .authorize").click();
    (await this.until(() => document.querySelector(".auth-btn-wrapper .btn-done"))).click();
  },
  async logOut() {
    document.querySelector(".auth-wrapper .authorize").click();
    const button = (text) => [...document.querySelectorAll(".auth-btn-wrapper button")].find((it) => it.innerText === text);
    (await this.until(() => button("Logout"))).click();
    await this.until(() => button("Authorize"));
    button("Close").click();
  },
  text: () => document.body.innerText,
};`;

interface Page {
  open(id: string): Record<string, string | number> & { height: number };
  filled(id: string, name: string): string;
  answer(id: string): { status: number; body: string };
  execute(id: string): { status: number; body: string };
  authorize(token: string): void;
  logOut(): void;
  text(): string;
}

const call = <N extends keyof Page & string>(tab: Tab, name: N, ...given: Parameters<Page[N]>) => tab.call<Page, N>(name, ...(given as never));

async function open(url: string): Promise<Tab> {
  const tab = await browser.open(`${url}/docs`);
  // Of the test before.
  await tab.run("localStorage.clear()");
  await tab.load("Page.reload");
  await tab.run(`${HARNESS} true`);
  return tab;
}

/** What each operation answers as it is filled in, in this order. */
const WORKS = {
  get_task: 200,
  patch_task: 200,
  change_task: 200,
  complete_task: 200,
  move_task: 200,
  list_history: 200,
  list_tags: 200,
  create_batch: 200,
  create_list: 201,
  list_lists: 200,
  get_list: 200,
  list_changes: 200,
  delete_task: 204,
};

/** The same for what is about the latest change, or about the trash, as it was when the page was opened. */
const WORKS_THEN = { undo_change: 200, restore_task: 200, delete_list: 204 };

test("whoever has authorized finds their own identity and tasks filled in, and all of it works", async () => {
  const user = someone();
  const client = createClient({ baseUrl: server.url, token: tokenOf(user) });
  const tab = await open(server.url);
  assert.equal((await call(tab, "open", "list_tasks"))["user_id"], "", "no stranger's");
  await call(tab, "authorize", tokenOf(user));
  assert.equal(await call(tab, "filled", "list_tasks", "user_id"), user);
  const values = await call(tab, "open", "create_task");
  assert.deepEqual([values["user_id"], values["Idempotency-Key"]], [user, ""]);
  assert.ok(values.height < 2500, `${values.height} px`);
  for (const count of [1, 2]) {
    assert.equal((await call(tab, "execute", "create_task")).status, 201);
    assert.equal((await client.list()).count, count, "each time a new one");
  }
  const ids = (await client.list()).tasks.map(({ id }) => id);
  assert.ok(ids.includes(await call(tab, "filled", "get_task", "task_id")));
  const listed = await call(tab, "execute", "list_tasks");
  assert.match(listed.body, /Buy milk/);
  for (const works of [WORKS, WORKS_THEN]) {
    for (const [id, status] of Object.entries(works)) {
      const answer = await call(tab, "execute", id);
      assert.equal(answer.status, status, `${id}: ${answer.body}`);
    }
    await tab.load("Page.reload");
    await tab.run(`${HARNESS} true`);
  }
  await tab.close();
});

test("whoever authorizes as somebody else finds that one filled in, also after a reload", async () => {
  const [first, second] = [someone(), someone()];
  const tab = await open(server.url);
  await call(tab, "authorize", tokenOf(first));
  assert.equal(await call(tab, "filled", "list_tasks", "user_id"), first);
  await call(tab, "logOut");
  const loaded = tab.loaded();
  // The page may be gone before it answers.
  await Promise.all([loaded, call(tab, "authorize", tokenOf(second)).catch(() => undefined)]);
  await tab.run(`${HARNESS} true`);
  assert.equal(await call(tab, "filled", "list_tasks", "user_id"), second);
  await tab.close();
});

test("an answer stays while what it made is filled in elsewhere", async () => {
  const tab = await open(server.url);
  await call(tab, "authorize", tokenOf(someone()));
  await call(tab, "filled", "create_list", "user_id");
  const { status, body } = await call(tab, "answer", "create_list");
  assert.equal(status, 201);
  const id = /"id": "(.+)"/.exec(body)?.[1];
  assert.equal(await call(tab, "filled", "get_list", "list_id"), id);
  assert.ok((await call(tab, "text")).includes(body), "the answer is shown");
  await tab.close();
});

test("events show what is heard within a while", async () => {
  const user = someone();
  const tab = await open(server.url);
  await call(tab, "authorize", tokenOf(user));
  await call(tab, "filled", "listen", "user_id");
  const { status, body } = await call(tab, "execute", "listen");
  assert.equal(status, 200);
  assert.match(body, /event: ready/);
  await tab.close();
});

test("errors are described once, at the top, and the client is named", async () => {
  const tab = await open(server.url);
  await call(tab, "open", "change_task");
  const text = await call(tab, "text");
  for (const part of ["PRECONDITION_FAILED", "RATE_LIMITED", `npm install ${server.url}/client.tgz`]) {
    assert.equal(text.split(part).length, 2, part);
  }
  assert.match(text, /400, 401, 404, .*: see Errors at the top of the page/);
  if (process.env["SCREENSHOTS"]) await writeFile(`${process.env["SCREENSHOTS"]}/docs.png`, await tab.picture());
  await tab.close();
});

test("in development nothing has to be filled in", async () => {
  // Without a secret of somebody's, as after the first start.
  const own = await Server.start({ BETTER_AUTH_SECRET: "" });
  try {
    const tab = await open(own.url);
    assert.equal(await call(tab, "filled", "create_task", "user_id"), "demo");
    assert.equal((await call(tab, "execute", "create_task")).status, 201);
    await tab.close();
  } finally {
    await own.remove();
  }
});
