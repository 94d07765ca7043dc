// When a task was changed last, as it shows before the server has answered: where the server will update it, and only there.

import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import type { Store } from "tickbox-client";
import { clientOf, device, goOffline } from "./support/devices.js";
import { someone } from "./support/server.js";
import { until } from "./support/until.js";

const DAILY = { due: { date: "2026-12-01" }, recurrence: { rule: "FREQ=DAILY", from: "due" as const } };

const timesOf = (store: Store) => new Map([...store.tasks(), ...store.lists()].map(({ id, updated_at }) => [id, updated_at]));

/** The ids of what shows another time than before, and no earlier one. */
function later(before: Map<string, string>, store: Store): Set<string> {
  const now = timesOf(store);
  const changed = [...before].filter(([id, time]) => now.has(id) && now.get(id) !== time);
  for (const [id, time] of changed) assert.ok(now.get(id)! > time, `${now.get(id)} is not later than ${time}`);
  return new Set(changed.map(([id]) => id));
}

/** The store comes to show what the server has. */
async function agrees(user: string, store: Store): Promise<void> {
  const client = clientOf(user);
  const [{ tasks }, { lists }] = [await client.list(), await client.listLists()];
  const all = [tasks, lists.map(({ open_count, ...list }) => list)];
  const shown = () => [store.tasks(), store.lists()];
  await until(store, () => isDeepStrictEqual(shown(), all), "the same").catch(() => assert.deepEqual(shown(), all));
}

async function withTree() {
  const user = someone();
  const { store, line } = await device(user);
  const [home, work] = ["home", "work"].map((name) => store.createList({ name }).id) as [string, string];
  const [first, second] = ["first", "second"].map((title) => store.create({ title, list_id: home }).id) as [string, string];
  const top = store.create({ title: "top", ...DAILY, list_id: home }).id;
  const part = store.create({ title: "part", parent_id: top, tags: ["a"] }).id;
  const deep = store.create({ title: "deep", parent_id: part }).id;
  store.complete(deep);
  await store.synced();
  await agrees(user, store);
  const away = async () => {
    await goOffline(store, line);
  };
  const back = async () => {
    line.mend();
    await store.synced();
    await agrees(user, store);
  };
  return { user, store, away, back, home, work, first, second, top, part, deep };
}

type Tree = Awaited<ReturnType<typeof withTree>>;

/** What is done, and what the server updates for it. */
const DEEDS: Record<string, [(tree: Tree) => unknown, (keyof Tree)[]]> = {
  change: [({ store, first }) => store.change(first, { title: "changed" }), ["first"]],
  "a change of nothing": [({ store, part }) => store.change(part, { title: "part", tags: ["a"] }), []],
  "a change that is taken back": [({ store, first }) => [store.change(first, { title: "changed" }), store.undo()], []],
  complete: [({ store, part }) => store.complete(part), ["part"]],
  "the present occurrence": [({ store, top }) => store.complete(top), ["top", "deep"]],
  skip: [({ store, top }) => store.skip(top), ["top", "deep"]],
  move: [({ store, first }) => store.move(first, {}), ["first"]],
  "a move to where it is": [({ store, first, second }) => [store.move(first, { before: second }), store.move(second, { after: first })], []],
  "a move to another list": [({ store, top, work }) => store.move(top, { list_id: work }), ["top", "part", "deep"]],
  "a move to another parent": [({ store, deep, top }) => store.move(deep, { parent_id: top }), ["deep"]],
  "another list, as a change": [({ store, first, work }) => store.change(first, { list_id: work }), ["first"]],
  changeList: [({ store, home }) => store.changeList(home, { name: "changed" }), ["home"]],
  moveList: [({ store, work, home }) => store.moveList(work, { before: home }), ["work"]],
  "a list that is moved to where it is": [({ store, work, home }) => store.moveList(work, { after: home }), []],
};

for (const [name, [deed, updated]] of Object.entries(DEEDS)) {
  test(`${name}: the time shows at once where the server will have one`, async () => {
    const tree = await withTree();
    const { store, away, back } = tree;
    const before = timesOf(store);
    await away();
    const newest = store.query("", "updated_at desc");
    deed(tree);
    const ids = new Set(updated.map((id) => tree[id] as string));
    assert.deepEqual(later(before, store), ids, "here");
    const tasks = new Set(newest.tasks().slice(0, [...ids].filter((id) => store.get(id)).length).map(({ id }) => id));
    assert.deepEqual(tasks, new Set([...ids].filter((id) => store.get(id))), "in their order");
    await back();
    assert.deepEqual(later(before, store), ids, "there");
  });
}

test("what is taken back or comes back after it was sent is updated, too", async () => {
  const { store, away, back, first, second, top, deep } = await withTree();
  store.change(first, { title: "changed" });
  store.complete(top);
  store.remove(second);
  await back();
  await away();
  const [before, gone] = [timesOf(store), new Date().toISOString()];
  assert.deepEqual([store.undo(), store.undo(), store.undo()], [true, true, true]);
  assert.ok(store.get(second)!.updated_at > gone.slice(0, -1));
  assert.deepEqual(later(before, store), new Set([first, top]));
  await back();
  // Which of its parts are done again, the server alone can say.
  assert.deepEqual(later(before, store), new Set([first, top, deep]));
});

test("whoever makes room for another is not updated by that", async () => {
  const user = someone();
  const results = await clientOf(user).batch([..."abcdef"].map((title) => ({ op: "create" as const, title })));
  assert.equal(results.results.length, 6);
  const { store, line } = await device(user);
  const { tasks } = await clientOf(user).list({ order_by: "order" });
  const [first, , , , , last] = tasks.map(({ id }) => id);
  const before = timesOf(store);
  await goOffline(store, line);
  store.move(last!, { after: first! });
  assert.ok(store.pending().length > 1, "there is no room");
  assert.deepEqual(later(before, store), new Set([last]));
  line.mend();
  await store.synced();
  await agrees(user, store);
  assert.deepEqual(later(before, store), new Set([last]));
});

for (const [what, now] of [["set back", "2001-01-01T00:00:00Z"], ["far ahead", "2099-01-01T00:00:00Z"]] as const) {
  test(`by a clock that is ${what} it is later than before all the same, until the server says it`, async () => {
    const { store, away, back, first, second } = await withTree();
    const before = timesOf(store);
    await away();
    mock.timers.enable({ apis: ["Date"], now: Date.parse(now) });
    store.change(first, { title: "changed" });
    store.change(first, { priority: 1 });
    store.complete(second);
    store.move(second, { before: first });
    const made = store.create({ title: "new" });
    mock.timers.reset();
    assert.deepEqual(later(before, store), new Set([first, second]));
    const { created_at, updated_at } = store.get(made.id)!;
    assert.ok(updated_at >= created_at, "not before it was made");
    await back();
    assert.deepEqual(later(before, store), new Set([first, second]));
    assert.ok(store.tasks().every((task) => task.updated_at < "2099"));
  });
}

test("of two changes that are sent as one the later counts, and a completion is as old as it is", async () => {
  const { store, away, first, second } = await withTree();
  await away();
  const at = (seconds: number, deed: () => unknown) => {
    mock.timers.enable({ apis: ["Date"], now: Date.now() + seconds * 1000 });
    deed();
    mock.timers.reset();
  };
  at(10, () => store.complete(first));
  const { completed_at } = store.get(first)!;
  at(20, () => store.change(second, { title: "changed" }));
  at(30, () => store.change(first, { title: "changed, too" }));
  assert.equal(store.pending().length, 2);
  assert.deepEqual(store.query("", "updated_at desc").tasks().slice(0, 2).map(({ id }) => id), [first, second]);
  assert.equal(store.get(first)!.completed_at, completed_at);
});
