// What is done while away, one thing after the other, is there as it showed when it is sent.

import assert from "node:assert/strict";
import { test } from "node:test";
import { memory, type Store, type Storage } from "tickbox-client";
import { clientOf, device, goOffline, serverHas, storeOf } from "./support/devices.js";
import { someone } from "./support/server.js";
import { until } from "./support/until.js";

/** The titles of the inbox in their order. */
const inOrder = (store: Store) =>
  store.query("", "order").tasks().filter((task) => !task.parent_id && !task.list_id).map(({ title }) => title).join("");

/** Time goes by between what people do. */
const moment = () => new Promise((resolve) => setTimeout(resolve, 3));

/** What the deeds make of the tasks a, b and c while the device is away, and that the server makes the same of it. */
async function sequence(deeds: (store: Store, ids: { a: string; b: string; c: string }) => (() => unknown)[]): Promise<string> {
  const user = someone();
  const { store, line } = await device(user);
  const [a, b, c] = [..."abc"].map((title) => store.create({ title }).id) as [string, string, string];
  await store.synced();
  await serverHas(user, store);
  await goOffline(store, line);
  for (const deed of deeds(store, { a, b, c })) {
    deed();
    await moment();
  }
  const shown = inOrder(store);
  line.mend();
  await store.synced();
  const { tasks } = await clientOf(user).list({ order_by: "order" });
  await until(store, () => JSON.stringify(store.query("", "order").tasks()) === JSON.stringify(tasks), "the same");
  assert.equal(inOrder(store), shown);
  assert.deepEqual(store.refused(), []);
  return shown;
}

test("what is added after something was moved to the end stands behind it", async () => {
  const order = await sequence((store, { a }) => [
    () => store.move(a, {}),
    () => store.create({ title: "d" }),
    () => store.move(a, { before: null }),
    () => store.create({ title: "e" }),
  ]);
  assert.equal(order, "bcdae");
});

test("what is moved to the end after something else, which had been changed before, stands behind it", async () => {
  const order = await sequence((store, { a, b, c }) => [
    () => store.change(a, { priority: 1 }),
    () => store.move(a, { after: c }),
    () => store.move(b, { after: c }),
    () => store.create({ title: "d" }),
    () => store.move(c, {}),
  ]);
  assert.equal(order, "badc");
});

test("what was moved beside something that is removed then stays there", async () => {
  const order = await sequence((store, { a, b, c }) => [
    () => store.change(c, { priority: 1 }),
    () => store.move(c, { before: b }),
    () => store.remove(b),
    () => store.create({ title: "d" }),
    () => store.move(a, { after: c }),
  ]);
  assert.equal(order, "cad");
});

test("a neighbour that stands elsewhere is none", async () => {
  const order = await sequence((store, { a, b }) => [
    () => store.move(b, { parent_id: a }),
    () => store.move(a, { before: b }),
    () => store.create({ title: "d" }),
  ]);
  assert.equal(order, "cad");
});

test("what was added while away and removed is at its place, as it was, when that is taken back", async () => {
  // In one go: nothing of it is on its way before the next.
  const work = (store: Store) => {
    const { id } = store.create({ title: "d", due: { date: "2026-12-01" } });
    store.change(id, { priority: 1 });
    store.create({ title: "e" });
    store.remove(id);
    assert.equal(inOrder(store), "abce");
    store.undo();
    assert.deepEqual([store.get(id)?.priority, store.pending().length], [1, 2]);
  };
  assert.equal(await sequence((store) => [() => work(store)]), "abcde");
});

test("a task that was completed before it had a rule stays completed", async () => {
  const user = someone();
  const { store, line } = await device(user);
  const sent = store.create({ title: "sent", due: { date: "2026-12-01" } }).id;
  await store.synced();
  await goOffline(store, line);
  const made = store.create({ title: "made", due: { date: "2026-12-01" } }).id;
  for (const id of [sent, made]) {
    store.complete(id);
    store.change(id, { recurrence: { rule: "FREQ=DAILY", from: "due" } });
  }
  const standing = () => [sent, made].map((id) => ({ completed: store.get(id)?.completed, due: store.get(id)?.due, done: store.get(id)?.done }));
  const shown = standing();
  line.mend();
  await store.synced();
  await serverHas(user, store);
  assert.deepEqual(standing(), shown);
  assert.equal(shown.every(({ completed }) => completed), true);
});

test("what follows a move in its place does not wait for an answer about what was done before that move", async () => {
  const user = someone();
  let answer: (resolution: "mine") => void = () => undefined;
  const asked = new Promise<"mine">((resolve) => (answer = resolve));
  const [one, other] = [await device(user, { onConflict: () => asked }), await device(user)];
  const { id } = one.store.create({ title: "a" });
  const second = one.store.create({ title: "b" });
  await until(other.store, () => other.store.get(second.id) !== undefined, "the tasks");
  one.line.cut();
  await until(one.store, () => one.store.status === "offline", "offline");
  one.store.change(id, { title: "mine" });
  one.store.move(id, {});
  one.store.move(second.id, {});
  const made = one.store.create({ title: "made" });
  other.store.change(id, { title: "theirs" });
  await other.store.synced();
  one.line.mend();
  await until(other.store, () => other.store.get(made.id) !== undefined, "what was made");
  assert.equal(one.store.pending().length, 2);
  answer("mine");
  await one.store.synced();
  assert.equal(one.store.get(id)?.title, "mine");
  await serverHas(user, one.store);
});

test("what cannot be any more is not taken back", async () => {
  const user = someone();
  const { store } = await device(user);
  const { id } = store.create({ title: "task", due: { date: "2026-12-01" } });
  const { undo } = store.deed(() => store.change(id, { due: null }));
  store.change(id, { start: { date: "2026-12-09" } });
  assert.equal(undo(), false);
  await store.synced();
  assert.deepEqual([store.refused(), store.get(id)?.due], [[], undefined]);
  await serverHas(user, store);
});

test("what a storage did not take once it is given again, at the latest when the store is closed", async () => {
  const storage = memory();
  let isFull = true;
  const write: Storage["write"] = (records) => (isFull ? Promise.reject(new Error("full")) : storage.write(records));
  const errors: unknown[] = [];
  const store = storeOf(clientOf("nobody", "http://127.0.0.1:1"), { storage: { ...storage, write }, onError: (error) => errors.push(error) });
  await store.start();
  const { id } = store.create({ title: "task" });
  await store.saved();
  assert.ok(errors.length > 0);
  isFull = false;
  await store.close();
  assert.ok([...(await storage.load(() => undefined)).values()].some((value) => (value as { id: string }).id === id));
});
