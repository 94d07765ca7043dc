// What a store makes of what stands between it and the server, and around it: proxies, the sign-in page of a hotel, a
// token function that hangs, an app that throws.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient, createStore, memory, type Storage } from "tickbox-client";
import { behind, clientOf, device, serverHas, serverUrl, storeOf, titles } from "./support/devices.js";
import { someone } from "./support/server.js";
import { until } from "./support/until.js";

const html = (status: number) => () => new Response("<h1>Please sign in</h1>", { status });

for (const [what, answer] of [
  ["a page with 200", html(200)],
  ["a page with 403", html(403)],
  ["a page with 404", html(404)],
  ["an empty 200", () => new Response("")],
  ["an empty 204", () => new Response(null, { status: 204 })],
  ["JSON of its own", () => Response.json({ ok: true })],
] as const) {
  test(`${what} in the server's place decides nothing`, async () => {
    const user = someone();
    let asked = 0;
    const client = behind(user, (_, { method }) => (method !== "GET" && asked++ < 4 ? answer() : undefined));
    const store = storeOf(client);
    await store.start();
    const one = store.create({ title: "one" });
    await store.synced();
    asked = 0;
    store.change(one.id, { description: "words" });
    await store.synced();
    asked = 0;
    store.create({ title: "two" });
    store.complete(one.id);
    await store.synced();
    assert.deepEqual(store.refused(), []);
    const { tasks } = await clientOf(user).list();
    assert.deepEqual(tasks.map(({ title }) => title), ["two", "one"]);
    assert.deepEqual([tasks[1]?.description, tasks[1]?.completed], ["words", true]);
    await serverHas(user, store);
  });
}

test("an operation at which the server fails waits, and stops none of the others", async () => {
  const user = someone();
  let fails = true;
  let failures = 0;
  const envelope = { error: { code: "INTERNAL_SERVER_ERROR", message: "A fault of ours" } };
  const client = behind(user, (_, { body }) => {
    if (!fails || !String(body).includes("chokes")) return undefined;
    failures += 1;
    return Response.json(envelope, { status: 500 });
  });
  const store = storeOf(client, { retry: { base: 1, cap: 5 } });
  const [before, bad, after] = ["before", "chokes", "after"].map((title) => store.create({ title }));
  await store.start();
  await until(store, () => store.pending().length === 1 && failures > 10, "the others");
  assert.equal(store.pending()[0]?.id, bad?.id);
  assert.deepEqual(titles(store).sort(), ["after", "before", "chokes"], "it still shows");
  assert.deepEqual(store.refused(), []);
  store.complete(before!.id);
  await until(store, () => store.pending(before!.id).length === 0, "a later one");
  fails = false;
  await store.synced();
  assert.equal((await clientOf(user).get(bad!.id)).title, "chokes");
  assert.ok(after);
  await serverHas(user, store);
});

/** Fails if a second brings so many requests: for waits that have to grow. */
async function growsRare(attempts: () => number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  assert.ok(attempts() > 1 && attempts() < 20, `${attempts()} attempts`);
}

test("a stream of events that a proxy refuses is asked for less and less", async () => {
  let attempts = 0;
  const client = behind(someone(), (path) => (path.endsWith("/events") && (attempts += 1) ? html(404)() : undefined));
  const store = storeOf(client, { retry: { base: 1, cap: 1e6 } });
  await store.start();
  await growsRare(() => attempts);
});

test("a stream of events that is cut off as soon as it stands is asked for less and less", async () => {
  let attempts = 0;
  const ready = 'event: ready\nid: AAAA\ndata: {"cursor":"AAAA"}\n\n';
  const short = () => new Response(ready, { headers: { "Content-Type": "text/event-stream" } });
  const client = behind(someone(), (path) => (path.endsWith("/events") && (attempts += 1) ? short() : undefined));
  const store = storeOf(client, { retry: { base: 1, cap: 1e6 } });
  await store.start();
  await growsRare(() => attempts);
});

test("a store whose token function hangs can be stopped", async () => {
  const client = createClient({ baseUrl: serverUrl(), token: () => new Promise<string>(() => undefined) });
  const store = storeOf(client);
  store.create({ title: "task" });
  await store.start();
  await until(store, () => store.status === "syncing", "syncing");
  await store.stop();
  assert.equal(store.pending().length, 1);
});

test("a listener that throws is told of, and the others are called", async () => {
  const errors: unknown[] = [];
  const { store } = await device(someone(), { onError: (error) => errors.push(error) });
  let called = 0;
  store.subscribe(() => {
    throw new Error("a mistake of the app");
  });
  const end = store.subscribe(() => (called += 1));
  store.create({ title: "task" });
  await store.synced();
  assert.ok(called > 0);
  assert.match(String(errors[0]), /a mistake of the app/);
  end();
  const before = called;
  store.create({ title: "unheard" });
  await store.synced();
  assert.equal(called, before, "whoever has unsubscribed is not called");
});

test("what the server has confirmed shows after a crash, also without a line", async () => {
  const user = someone();
  const storage = memory();
  const { store, line } = await device(user, { storage });
  const { id } = store.create({ title: "confirmed" });
  await store.synced();
  await until(store, () => store.get(id)?.version === 1, "the answer");
  await clientOf(user).changes();
  const direct = await device(user);
  direct.store.complete(id);
  await until(store, () => store.get(id)?.version === 2, "the log has told it");
  await store.saved();
  // What a crash leaves: nothing is written after this.
  const left: Storage = { ...memory(), load: async () => new Map(await storage.load(() => undefined)) };
  line.cut();
  const again = storeOf(clientOf(user, line.url), { storage: left });
  await again.start();
  assert.equal(again.get(id)?.title, "confirmed");
});

test("nothing counts as saved or synced before the storage was read", async () => {
  const user = someone();
  const storage = memory();
  const first = storeOf(clientOf(user), { storage });
  await first.start();
  await first.stop();
  first.create({ title: "from before" });
  await first.close();
  const store = storeOf(clientOf(user), { storage });
  store.create({ title: "made at once" });
  void store.start();
  await store.saved();
  const records = await storage.load(() => undefined);
  assert.ok([...records].some(([, value]) => JSON.stringify(value).includes("made at once")));
  await store.synced();
  assert.equal((await clientOf(user).list()).count, 2);
});

test("a closed store does not start again, and takes nothing more: another may have taken over its work", async () => {
  const [user, storage] = [someone(), memory()];
  const store = createStore({ client: clientOf(user), storage });
  const { id } = store.create({ title: "task" });
  const { undo } = store.deed(() => store.complete(id));
  const list = store.createList({ name: "list" });
  await store.start();
  const references = [{ source: "mail", external_id: "1" }];
  store.create({ title: "one", references });
  store.create({ title: "another", references });
  await store.synced();
  const [refused] = store.refused();
  const closing = store.close();
  const before = JSON.stringify([store.tasks(), store.lists(), store.refused()]);
  const deeds: Record<string, () => unknown> = {
    create: () => store.create({ title: "late" }),
    change: () => store.change(id, { title: "late" }),
    complete: () => store.complete(id, false),
    move: () => store.move(id, { list_id: list.id }),
    remove: () => store.remove(id),
    createList: () => store.createList({ name: "late" }),
    changeList: () => store.changeList(list.id, { name: "late" }),
    removeList: () => store.removeList(list.id),
    together: () => store.together(() => store.create({ title: "late" })),
    retry: () => store.retry(refused!.operation.key, { references: null }),
    dismiss: () => store.dismiss(refused!.operation.key),
    undo,
    "the last undo": () => store.undo(),
  };
  const allRefuse = () => {
    for (const [name, deed] of Object.entries(deeds)) assert.throws(deed, { code: "CLOSED", temporary: false }, name);
  };
  allRefuse();
  await closing;
  allRefuse();
  await assert.rejects(store.start(), { code: "CLOSED" });
  assert.equal(JSON.stringify([store.tasks(), store.lists(), store.refused()]), before);
  assert.deepEqual(store.pending(), []);
  const next = storeOf(clientOf(user), { storage });
  await next.start();
  assert.deepEqual([next.pending(), next.refused().length], [[], 1]);
});

test("after a wipe nothing is done any more", async () => {
  const { store } = await device(someone());
  assert.equal(await store.wipe(), true);
  assert.throws(() => store.create({ title: "late" }), { code: "CLOSED" });
});
