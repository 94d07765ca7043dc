// Lists, parts of tasks and places: what is done offline, what others do meanwhile, and what comes of both.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { createClient, memory, orderOf, type Store, type Task } from "tickbox-client";
import { converges } from "./support/chaos.js";
import { clientOf, device, goOffline, storeOf } from "./support/devices.js";
import { Server, someone, tokenOf } from "./support/server.js";
import { Storm, seeds, trySeeds } from "./support/storm.js";
import { until } from "./support/until.js";

let server: Server;
before(async () => {
  server = await Server.start();
});
after(() => server.remove());

const names = (store: Store) => store.lists().map(({ name }) => name);
const titlesOf = (store: Store, list: string | null, parent: string | null = null) =>
  store
    .tasks()
    .filter((task) => (task.list_id ?? null) === list && (task.parent_id ?? null) === parent)
    .sort((a, b) => (`${orderOf(a)} ${a.id}` < `${orderOf(b)} ${b.id}` ? -1 : 1))
    .map(({ title }) => title);

/** What the store shows is what the server has. */
async function listsAre(user: string, store: Store): Promise<void> {
  const client = clientOf(user);
  const [{ tasks }, { lists }] = [await client.list(), await client.listLists()];
  const all = [tasks, lists.map(({ open_count, ...list }) => list)];
  const shown = () => [store.tasks(), store.lists()];
  await until(store, () => isDeepStrictEqual(shown(), all), "the same").catch(() => assert.deepEqual(shown(), all));
}

async function twoDevices() {
  const user = someone();
  const [one, two] = [await device(user), await device(user)];
  const away = async () => {
    for (const { line, store } of [one, two]) {
      await goOffline(store, line);
    }
  };
  const back = async () => {
    for (const { line } of [one, two]) line.mend();
    for (const { store } of [one, two]) await store.synced();
  };
  return { user, one: one.store, two: two.store, lines: [one.line, two.line], away, back };
}

/** Comes back when both show the same. */
async function agree(one: Store, two: Store): Promise<void> {
  const look = (store: Store) => JSON.stringify([store.tasks(), store.lists()]);
  await until([one, two], () => look(one) === look(two), "the same").catch(() => assert.equal(look(one), look(two)));
}

test("what one device does with lists shows on the other", async () => {
  const { user, one, two } = await twoDevices();
  const home = one.createList({ name: " Home ", color: "#1e90ff", metadata: { a: 1 } });
  const work = one.createList({ name: "Work" });
  assert.deepEqual(names(one), ["Home", "Work"]);
  await until(two, () => names(two).length === 2, "the lists");
  two.changeList(home.id, { color: null, archived: true, metadata: { b: 2 } });
  two.moveList(work.id, { before: home.id });
  assert.deepEqual(names(two), ["Work", "Home"]);
  await until(one, () => names(one)[0] === "Work" && one.getList(home.id)?.archived === true, "the changes");
  assert.deepEqual(one.getList(home.id)?.metadata, { a: 1, b: 2 });
  assert.equal(one.getList(home.id)?.color, undefined);
  one.removeList(work.id);
  await until(two, () => names(two).length === 1, "the removal");
  one.restoreList(work.id);
  await until(two, () => names(two).length === 2, "the return");
  await one.synced();
  await listsAre(user, two);
  assert.throws(() => one.createList({ name: "" }), /name must not be empty/);
  assert.throws(() => one.changeList(home.id, { color: "red" }), { fields: ["color"] });
});

test("what is done to lists and parts offline is sent in order, also after a reload", async () => {
  const user = someone();
  const storage = memory();
  const first = await device(user, { storage });
  first.line.cut();
  await until(first.store, () => first.store.status === "offline", "offline");
  const { store } = first;
  const list = store.createList({ name: "list" });
  const top = store.create({ title: "top", list_id: list.id });
  const part = store.create({ title: "part", parent_id: top.id });
  assert.equal(part.list_id, list.id);
  const other = store.create({ title: "other" });
  store.move(other.id, { parent_id: top.id, before: part.id });
  store.move(store.create({ title: "last" }).id, { parent_id: top.id });
  store.change(store.create({ title: "second" }).id, { list_id: list.id, priority: 1 });
  assert.deepEqual(titlesOf(store, list.id, top.id), ["other", "part", "last"]);
  await store.close();
  const second = storeOf(clientOf(user), { storage });
  await second.start();
  await second.synced();
  assert.deepEqual(second.refused(), []);
  assert.deepEqual(titlesOf(second, list.id, top.id), ["other", "part", "last"]);
  assert.deepEqual(titlesOf(second, list.id), ["top", "second"]);
  await listsAre(user, second);
});

test("a list or a parent that is gone meanwhile sends the task to the inbox, or to the top level", async () => {
  const { user, one, two, away, back, lines } = await twoDevices();
  const list = one.createList({ name: "list" });
  const kept = one.createList({ name: "kept" });
  const parent = one.create({ title: "parent", list_id: kept.id });
  const moved = one.create({ title: "moved" });
  await until(two, () => two.tasks().length === 2 && two.lists().length === 2, "all of it");
  await away();
  two.removeList(list.id);
  two.remove(parent.id);
  lines[1]!.mend();
  await two.synced();
  one.create({ title: "in the list", list_id: list.id });
  one.create({ title: "part", parent_id: parent.id });
  one.move(moved.id, { list_id: list.id });
  await back();
  await agree(one, two);
  assert.deepEqual(one.refused(), []);
  assert.deepEqual(titlesOf(one, null).sort(), ["in the list", "moved"]);
  assert.deepEqual(titlesOf(one, kept.id), ["part"]);
  await listsAre(user, one);
});

test("moves of two devices end in one order", async () => {
  const { user, one, two, away, back } = await twoDevices();
  const ids = ["a", "b", "c", "d", "e"].map((title) => one.create({ title }).id);
  await one.synced();
  await until(two, () => two.tasks().length === 5, "the tasks");
  await away();
  one.move(ids[4]!, { after: ids[0]! });
  one.move(ids[1]!, { after: null });
  two.move(ids[3]!, { after: ids[0]! });
  two.move(ids[0]!, { before: null });
  assert.deepEqual(titlesOf(one, null), ["b", "a", "e", "c", "d"]);
  assert.deepEqual(titlesOf(two, null), ["d", "b", "c", "e", "a"]);
  await back();
  await agree(one, two);
  await listsAre(user, one);
  assert.deepEqual(titlesOf(one, null).sort(), ["a", "b", "c", "d", "e"]);
});

test("a circle that two devices have made is opened at one place", async () => {
  const { user, one, two, away, back } = await twoDevices();
  const [a, b] = ["a", "b"].map((title) => one.create({ title }));
  await until(two, () => two.tasks().length === 2, "the tasks");
  await away();
  one.move(a!.id, { parent_id: b!.id });
  two.move(b!.id, { parent_id: a!.id });
  assert.throws(() => one.move(b!.id, { parent_id: a!.id }), { fields: ["parent_id"] });
  await back();
  await agree(one, two);
  assert.equal(one.tasks().filter(({ parent_id }) => parent_id).length, 1);
  assert.deepEqual([...one.refused(), ...two.refused()], []);
  await listsAre(user, one);
});

test("what is removed takes along what is below it and has not left before", async () => {
  const { user, one, two } = await twoDevices();
  const list = one.createList({ name: "list" });
  const top = one.create({ title: "top", list_id: list.id });
  const part = one.create({ title: "part", parent_id: top.id });
  const leaves = one.create({ title: "leaves", parent_id: top.id });
  await until(two, () => two.tasks().length === 3, "the tasks");
  one.change(leaves.id, { description: "first a change" });
  one.move(leaves.id, { list_id: null });
  one.removeList(list.id);
  assert.deepEqual(one.tasks().map(({ title }) => title), ["leaves"]);
  await one.synced();
  await agree(one, two);
  assert.deepEqual(two.tasks().map(({ title }) => title), ["leaves"]);
  assert.ok(one.undo());
  await until(one, () => one.get(part.id) !== undefined && one.get(top.id) !== undefined, "what was below");
  await one.synced();
  await agree(one, two);
  await listsAre(user, two);
});

test("a move is taken back, sent or not, and what is below goes along both ways", async () => {
  const { user, one, two } = await twoDevices();
  const list = one.createList({ name: "list" });
  const [a, b] = ["a", "b", "c"].map((title) => one.create({ title }));
  const part = one.create({ title: "part", parent_id: b!.id });
  const before = titlesOf(one, null);
  one.move(b!.id, { list_id: list.id });
  assert.equal(one.get(part.id)?.list_id, list.id);
  one.undo();
  assert.deepEqual([titlesOf(one, null), one.get(part.id)?.list_id], [before, undefined]);
  await one.synced();
  // Neighbours that the server has moved on are told by the log.
  const { tasks } = await clientOf(user).list();
  await until(one, () => isDeepStrictEqual(one.tasks(), tasks), "the log");
  one.move(b!.id, { list_id: list.id });
  await one.synced();
  await until(two, () => two.get(part.id)?.list_id === list.id, "the move");
  one.undo();
  assert.deepEqual(titlesOf(one, null), before);
  await one.synced();
  await listsAre(user, two);
  assert.deepEqual(titlesOf(two, null), before);
  assert.equal((two.get(a!.id) as Task).title, "a");
  await listsAre(user, two);
});

test("after a storm of moves all devices have what the server has", async (context) => {
  const attempt = async (seed: number) => {
    const user = someone();
    const storm = await Storm.over(server.url, 2 + (seed % 3), seed);
    const storages = storm.lines.map(() => memory());
    try {
      return await converges(seed, {
        direct: createClient({ baseUrl: server.url, token: tokenOf(user) }),
        lines: storm.lines,
        token: () => tokenOf(user),
        storm: (begins) => storm.blow(begins),
        storage: (place) => storages[place]!,
        lists: true,
      });
    } finally {
      await storm.end();
    }
  };
  context.diagnostic(await trySeeds({ ...seeds(12), atOnce: 4 }, attempt));
});
