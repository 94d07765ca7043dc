// What a device has done while it was away, and another one has made of the same rows meanwhile: nothing of it is lost,
// and what is refused is told.

import assert from "node:assert/strict";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { memory, type Operation, type Refused, type Store, type Task } from "tickbox-client";
import { behind, clientOf, closeStores, device, storeOf } from "./support/devices.js";
import { Line } from "./support/line.js";
import { Server, someone } from "./support/server.js";
import { until } from "./support/until.js";

async function away(one: { store: Store; line: Line }): Promise<void> {
  one.line.cut();
  await until(one.store, () => one.store.status === "offline", "offline");
}

async function back(one: { store: Store; line: Line }): Promise<void> {
  one.line.mend();
  await one.store.synced();
}

async function two() {
  const user = someone();
  return { user, one: await device(user), other: await device(user), client: clientOf(user) };
}

/** The store comes to show what the server has, also what others have done. */
async function agrees(user: string, store: Store): Promise<void> {
  const { tasks } = await clientOf(user).list();
  const isSame = () => isDeepStrictEqual(store.tasks(), tasks);
  await until(store, isSame, "the same").catch(() => assert.deepEqual(store.tasks(), tasks));
}

const has = (store: Store, ...ids: string[]) => until(store, () => ids.every((id) => store.get(id)), "what was made");
const stands = ({ list_id, parent_id }: Task) => ({ list_id: list_id ?? null, parent_id: parent_id ?? null });
const reference = (id: string) => [{ source: "mail", external_id: id }];

test("words for a task that cannot come back are refused once, and come back when they are sent again", async () => {
  const refusals: Refused[] = [];
  const user = someone();
  const [one, other] = [await device(user, { onRefused: (refused) => refusals.push(refused) }), await device(user)];
  const { id } = one.store.create({ title: "task", references: reference("1") });
  await has(other.store, id);
  await away(one);
  one.store.change(id, { title: "words" });
  other.store.remove(id);
  const taken = other.store.create({ title: "another", references: reference("1") });
  await other.store.synced();
  await back(one);
  assert.deepEqual(refusals.map(({ operation, error }) => [operation.kind, operation.id, error.status]), [["change", id, 409]]);
  assert.deepEqual(one.store.refused(), refusals);
  other.store.change(taken.id, { references: [] });
  await other.store.synced();
  one.store.retry(refusals[0]!.operation.key);
  await one.store.synced();
  assert.deepEqual([one.store.get(id)?.title, one.store.refused().length], ["words", 0]);
  await agrees(user, one.store);
});

test("moves beside or below a task that is refused are made without it, and its own with it when it comes", async () => {
  const { user, one } = await two();
  const list = one.store.createList({ name: "list" }).id;
  one.store.create({ title: "has it", references: reference("1") });
  const make = (title: string) => one.store.create({ title, list_id: list }).id;
  const [a, b, c, d, e] = [..."abcde"].map(make) as [string, string, string, string, string];
  await one.store.synced();
  await away(one);
  const due = { due: { date: "2026-12-01" }, recurrence: { rule: "FREQ=DAILY", from: "due" as const } };
  const bad = one.store.create({ title: "bad", references: reference("1"), ...due }).id;
  one.store.move(bad, { list_id: list, after: a });
  one.store.complete(bad);
  one.store.move(b, { after: bad });
  one.store.move(c, { parent_id: bad });
  one.store.move(d, { parent_id: bad, after: c });
  const part = one.store.create({ title: "part", parent_id: bad }).id;
  one.store.move(e, { parent_id: part, before: null });
  const gone = one.store.create({ title: "gone", references: reference("1") }).id;
  one.store.move(gone, { list_id: list });
  one.store.remove(gone);
  await back(one);
  assert.deepEqual(one.store.refused().map(({ operation }) => operation.id), [bad]);
  const client = clientOf(user);
  const { tasks } = await client.list({ filter: `list_id = ${list}`, order_by: "order" });
  assert.deepEqual(tasks.filter((task) => !task.parent_id).map(({ title }) => title).sort(), ["a", "b", "c", "d", "part"]);
  assert.deepEqual(stands(await client.get(e)), { list_id: list, parent_id: part });
  await agrees(user, one.store);
  one.store.retry(one.store.refused()[0]!.operation.key, { references: null });
  await one.store.synced();
  assert.deepEqual([one.store.refused(), stands(one.store.get(bad)!)], [[], { list_id: list, parent_id: null }]);
  const after = (await client.list({ filter: `list_id = ${list}`, order_by: "order" })).tasks.filter((task) => !task.parent_id);
  assert.deepEqual(after.slice(0, 2).map(({ title }) => title), ["a", "bad"]);
  assert.deepEqual([one.store.get(bad)?.due, one.store.get(bad)?.done], [{ date: "2026-12-02" }, 1]);
  await agrees(user, one.store);
});

test("a task that the server has no room for is refused, and kept", async () => {
  const own = await Server.start({ MAX_TASKS_PER_USER: "2" });
  try {
    const store = storeOf(clientOf(someone(), own.url));
    const made = ["a", "b", "c", "d"].map((title) => store.create({ title }).id);
    await store.start();
    await store.synced();
    assert.equal(store.tasks().length, 2);
    const refused = store.refused().map(({ operation }) => operation.id);
    assert.deepEqual([...refused, ...store.tasks().map(({ id }) => id)].sort(), made);
  } finally {
    await closeStores();
    await own.remove();
  }
});

test("what was moved out of a task stays when that is removed, however deep it was and whatever comes of the move", async () => {
  const { user, one, other } = await two();
  const make = (title: string, parent_id?: string) => one.store.create({ title, ...(parent_id && { parent_id }) }).id;
  const [p, list] = [make("p"), one.store.createList({ name: "list" }).id];
  const c = make("c", p);
  const [g, h] = [make("g", c), make("h", p)];
  await one.store.synced();
  await has(other.store, p, c, g, h);
  await until(other.store, () => other.store.getList(list) !== undefined, "the list");
  await away(one);
  one.store.change(g, { title: "g, changed" });
  one.store.move(g, { parent_id: null });
  one.store.move(h, { parent_id: null, list_id: list });
  one.store.remove(p);
  other.store.removeList(list);
  await other.store.synced();
  await back(one);
  assert.deepEqual(one.store.tasks().map(({ title }) => title).sort(), ["g, changed", "h"]);
  await agrees(user, one.store);
});

test("a later place that was made meanwhile is where it goes", async () => {
  const { user, one } = await two();
  const [t, s] = [one.store.create({ title: "t" }).id, one.store.create({ title: "s" }).id];
  await one.store.synced();
  await away(one);
  one.store.move(t, { after: s });
  const p = one.store.create({ title: "p" }).id;
  one.store.move(t, { parent_id: p });
  await back(one);
  assert.deepEqual(stands(one.store.get(t)!), { list_id: null, parent_id: p });
  await agrees(user, one.store);
});

test("a parent that was taken to another list takes along what is put below it", async () => {
  const { user, one, other } = await two();
  const [p, t] = [one.store.create({ title: "p" }).id, one.store.create({ title: "t" }).id];
  await has(other.store, p, t);
  const list = other.store.createList({ name: "list" }).id;
  await other.store.synced();
  await away(one);
  const c = one.store.create({ title: "c", parent_id: p }).id;
  one.store.move(t, { parent_id: p });
  other.store.move(p, { list_id: list });
  await other.store.synced();
  await back(one);
  const client = clientOf(user);
  for (const id of [c, t]) assert.deepEqual(stands(await client.get(id)), { list_id: list, parent_id: p });
  await agrees(user, one.store);
});

test("a tree that was made in a list that is gone stays one", async () => {
  const { user, one, other } = await two();
  const list = one.store.createList({ name: "list" }).id;
  await one.store.synced();
  await until(other.store, () => other.store.getList(list) !== undefined, "the list");
  await away(one);
  const p = one.store.create({ title: "p", list_id: list }).id;
  const c = one.store.create({ title: "c", parent_id: p }).id;
  const d = one.store.create({ title: "d", parent_id: c }).id;
  other.store.removeList(list);
  await other.store.synced();
  await back(one);
  const client = clientOf(user);
  const all = await Promise.all([p, c, d].map((id) => client.get(id)));
  assert.deepEqual(all.map(stands), [null, p, c].map((parent_id) => ({ list_id: null, parent_id })));
  await agrees(user, one.store);
});

test("what was put into something that was not sent yet is in it again when its removal is undone", async () => {
  const { user, one } = await two();
  const [t, u] = [one.store.create({ title: "t" }).id, one.store.create({ title: "u" }).id];
  await one.store.synced();
  await away(one);
  const p = one.store.create({ title: "p" }).id;
  const list = one.store.createList({ name: "list" }).id;
  one.store.move(t, { parent_id: p });
  one.store.move(u, { list_id: list });
  one.store.remove(p);
  one.store.undo();
  one.store.removeList(list);
  one.store.undo();
  await back(one);
  assert.deepEqual([t, u].map((id) => stands(one.store.get(id)!)), [{ list_id: null, parent_id: p }, { list_id: list, parent_id: null }]);
  await agrees(user, one.store);
});

test("tasks keep the order in which they were added while away", async () => {
  const { user, one } = await two();
  const list = one.store.createList({ name: "list" }).id;
  await one.store.synced();
  const query = one.store.query(`list_id = ${list}`, "order");
  const shown = () => query.tasks().map(({ title }) => title).join("");
  await away(one);
  for (const title of "abcd") one.store.create({ title, list_id: list });
  assert.equal(shown(), "abcd");
  await back(one);
  await agrees(user, one.store);
  assert.equal(shown(), "abcd");
  const { tasks } = await clientOf(user).list({ filter: `list_id = ${list}`, order_by: "order" });
  assert.equal(tasks.map(({ title }) => title).join(""), "abcd");
});

test("the last occurrence is taken back, completed or skipped, whatever was done since", async () => {
  const { user, one, client } = await two();
  const daily = { due: { date: "2026-12-01" }, recurrence: { rule: "FREQ=DAILY;COUNT=2", from: "due" as const } };
  for (const last of ["complete", "skip"] as const) {
    const { id } = one.store.create({ title: last, ...daily });
    one.store.complete(id);
    await one.store.synced();
    const before = one.store.get(id)!;
    one.store[last](id);
    await one.store.synced();
    assert.equal(one.store.get(id)?.completed, true);
    for (let change = 0; change < 120; change++) await client.change(id, { description: `${change}` });
    assert.equal(one.store.undo(), true);
    await one.store.synced();
    const { completed, occurrence, done } = await client.get(id);
    assert.deepEqual([completed, occurrence, done], [false, before.occurrence, before.done], last);
    await agrees(user, one.store);
  }
});

test("a history that cannot be read holds up what belongs to it, and nothing else", async () => {
  const user = someone();
  let fails = true;
  const broken = () => new Response('{"error":{"code":"INTERNAL_SERVER_ERROR","message":"no"}}', { status: 500, headers: { "content-type": "application/json" } });
  const store = storeOf(behind(user, (path) => (fails && path.endsWith("/history") ? broken() : undefined)));
  await store.start();
  const { id } = store.create({ title: "daily", due: { date: "2026-12-01" }, recurrence: { rule: "FREQ=DAILY", from: "due" as const } });
  await store.synced();
  store.complete(id);
  await store.synced();
  store.undo();
  const other = store.create({ title: "other" });
  await until(store, () => store.get(other.id)?.version === 1, "sent");
  assert.deepEqual(store.pending().map(({ kind }) => kind), ["unpass"]);
  fails = false;
  await store.synced();
  assert.equal((await clientOf(user).get(id)).occurrence, "2026-12-01");
});

test("what was done of a task counts although its rule is gone, and where it is another one that is told", async () => {
  const { user, one, other } = await two();
  const daily = { due: { date: "2026-12-01" }, recurrence: { rule: "FREQ=DAILY", from: "due" as const } };
  const [gone, changed, moved] = ["gone", "changed", "moved"].map((title) => one.store.create({ title, ...daily }).id) as [string, string, string];
  await has(other.store, gone, changed, moved);
  await away(one);
  one.store.complete(gone);
  one.store.complete(changed);
  one.store.change(moved, { due: { date: "2026-12-24" } });
  other.store.change(gone, { recurrence: null });
  other.store.change(changed, { due: { date: "2026-12-02" }, recurrence: { rule: "FREQ=WEEKLY", from: "due" as const } });
  other.store.complete(moved);
  await other.store.synced();
  await back(one);
  const client = clientOf(user);
  assert.equal((await client.get(gone)).completed, true);
  assert.deepEqual(one.store.refused().map(({ operation }) => operation.id), [changed]);
  assert.deepEqual((await client.get(moved)).due, { date: "2026-12-02" }, "it was another occurrence that was put off");
  await agrees(user, one.store);
});

test("objects of the app's own are merged however deep they are", async () => {
  const { user, one, other } = await two();
  const { id } = one.store.create({ title: "t", metadata: { y: { p: 1, q: 1 }, z: 1 } });
  await has(other.store, id);
  await away(one);
  one.store.change(id, { metadata: { y: { p: 9 } } });
  other.store.change(id, { metadata: { y: { q: 8 } } });
  await other.store.synced();
  await back(one);
  assert.deepEqual((await clientOf(user).get(id)).metadata, { y: { p: 9, q: 8 }, z: 1 });
  await agrees(user, one.store);
});

test("a storage that has no room for the copy keeps what was done", async () => {
  const storage = memory();
  const full = (records: Map<string, unknown>) => [...records.keys()].some((name) => name === "copy" || name.startsWith("told/"));
  const write = (records: Map<string, unknown>) => (full(records) ? Promise.reject(new Error("full")) : storage.write(records));
  const user = someone();
  const one = await device(user, { storage: { ...storage, write }, onError: () => undefined });
  one.store.create({ title: "sent" });
  await one.store.synced();
  await away(one);
  const [first, second] = [one.store.create({ title: "first" }).id, one.store.create({ title: "second" }).id];
  await one.store.stop();
  const records = [...(await storage.load(() => undefined))];
  const kept = records.filter(([name]) => name.startsWith("operation/")).map(([, value]) => (value as Operation).id);
  assert.deepEqual(kept.sort(), [first, second]);
});

test("what is done while a wipe asks is asked about too", async () => {
  const { one } = await two();
  await away(one);
  one.store.create({ title: "first" });
  const asked: number[] = [];
  const isGone = await one.store.wipe((unsent) => {
    asked.push(unsent.length);
    if (asked.length === 1) one.store.create({ title: "second" });
    return true;
  });
  assert.deepEqual([isGone, asked], [true, [1, 2]]);
});
