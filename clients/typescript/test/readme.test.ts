// README.md: its samples, against the real server, and what it says of codes and sizes.

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createElement as h, type ReactNode } from "react";
import { renderToString } from "react-dom/server";
import { createClient, type Store } from "tickbox-client";
import { shown, store, user } from "./sample-context.js";
import { Server, tokenOf } from "./support/server.js";

const root = new URL("../", import.meta.url);
const page = await readFile(new URL("README.md", root), "utf8");
const direct = fetch;
const folder = await mkdtemp(join(tmpdir(), "tickbox-test-"));

let server: Server;
before(async () => {
  server = await Server.start();
  process.chdir(folder);
  // The address that the samples name is this server's.
  globalThis.fetch = (input, init) => direct(String(input).replace("https://tasks.example.com", server.url), init);
});
after(async () => {
  await store.close();
  process.chdir("/");
  await rm(folder, { recursive: true });
  await server.remove();
});

/** Runs the sample that has this text, to its end. */
async function sample(text: string): Promise<object> {
  const samples = [...page.matchAll(/^```tsx?\n(.*?)^```$/gms)].map(([, code]) => code!);
  const place = samples.findIndex((code) => code.includes(text)) + 1;
  assert.ok(place > 0, text);
  const made = (await import(`./samples/sample${place}.js`)) as { store?: Store };
  await made.store?.close();
  return made;
}

const titles = async () => (await createClient({ baseUrl: server.url, token: tokenOf(user.id) }).list()).tasks.map(({ title }) => title);

test("the first sample shows a task at once, and the server has it", async () => {
  await sample("Two litres");
  assert.ok(shown.some((text) => text.startsWith("Buy milk")), shown.join("\n"));
  assert.deepEqual(await titles(), ["Buy milk"]);
});

test("the sample of the client calls one method after the other", async () => {
  shown.length = 0;
  await sample("tickbox.each()");
  assert.deepEqual(shown, ["Buy milk 2 of 2", "Buy milk 2 of 2"]);
});

test("the sample of the store shows what it does and how it is", async () => {
  shown.length = 0;
  await sample("to be sent");
  // The samples below go on with it, by themselves.
  await store.stop();
  // What was there before comes in its own time.
  assert.match(shown.at(-1)!, /^Call Ada(,Buy milk,Buy milk)? .* 0 to be sent$/);
  assert.equal(store.tasks(), store.tasks(), "the same array");
});

test("the sample of a query shows what is due", async () => {
  shown.length = 0;
  await sample("store.query(");
  assert.equal(shown[0], " due");
});

test("the sample of lists puts a part before another", async () => {
  shown.length = 0;
  await sample("createList(");
  assert.deepEqual(shown, ["Attic,Kitchen "]);
});

test("the sample of an undo leaves nothing", async () => {
  const before = await titles();
  await sample("neither of them");
  assert.deepEqual(await titles(), before);
});

test("the sample for React renders on a server", async () => {
  const { App } = (await sample("<TickboxProvider")) as { App: () => ReactNode };
  assert.match(renderToString(h(App)), /<button>Add<\/button><ul><\/ul><p>syncing/);
});

test("the sample of a sign-out begins with what was there", async () => {
  shown.length = 0;
  await sample("store.wipe(");
  assert.equal(shown.length, 1);
});

test("the sample of a deed takes back exactly that", async () => {
  shown.length = 0;
  store.create({ title: "to be done" });
  await sample("store.deed(");
  assert.deepEqual([shown, store.tasks()[1]?.title, store.tasks()[1]?.completed], [["Open again"], "to be done", false]);
});

test("the sample of conflicts runs", async () => void (await sample("onConflict: async")));

test("the sample of a storage in a file sends and keeps", async () => {
  await sample("rename(");
  assert.equal((await titles())[0], "From a script");
  const kept = await readFile(join(folder, "tasks.json"), "utf8");
  assert.match(kept, /From a script/);
  await sample("rename(");
});

test("the sample of events hears what happens, until something is deleted", async () => {
  shown.length = 0;
  const client = createClient({ baseUrl: server.url, token: tokenOf(user.id) });
  let heard = false;
  const listening = sample("tickbox.events(").finally(() => (heard = true));
  // It listens from some moment on; until then there is something to hear.
  while (!heard) {
    const { id } = await client.create({ title: "heard" });
    await client.complete(id);
    await client.delete(id);
  }
  await listening;
  assert.ok(shown.every((text) => text === "Changed: heard"));
});

test("the sample of errors says what is wrong", async () => {
  shown.length = 0;
  await sample("error.temporary ?");
  assert.match(shown.join(), /title/);
});

test("every code that the client makes is in the table", async () => {
  const source = await readFile(new URL("src/errors.ts", root), "utf8");
  const codes = [...source.matchAll(/^ {2}\| "([A-Z_]+)"/gm)].map(([, code]) => code!);
  assert.equal(codes.length, 6);
  for (const code of codes) assert.ok(page.includes(`| \`${code}\` |`), code);
});

test("the sizes are those of the bundles", async () => {
  const sizes = JSON.parse(await readFile(new URL("build/sizes.json", root), "utf8")) as Record<string, number[]>;
  const { hooks = [], ...bundles } = sizes;
  assert.ok(page.includes(`The hooks add ${Math.round(hooks[1]! / 1024)} KiB, gzipped.`));
  for (const [names, bytes] of Object.entries(bundles)) {
    const [plain, gzipped] = bytes.map((number) => `${Math.round(number / 1024)} KiB`);
    const row = `| ${names.replace(/\w+/g, "`$&`")} | ${plain} | ${gzipped} |`;
    assert.ok(page.includes(row), row);
  }
});
