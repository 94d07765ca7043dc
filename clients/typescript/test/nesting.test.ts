// Tasks below tasks, up to eight: what cannot be is refused at once, and what cannot be any more leaves the task where it was.

import assert from "node:assert/strict";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import type { Store, Task } from "tickbox-client";
import { clientOf, device, storeOf } from "./support/devices.js";
import { someone } from "./support/server.js";
import { until } from "./support/until.js";

/** Tasks below one another, the first at the top or where it is said. */
function chain(store: Store, titles: string, parent_id?: string): string[] {
  const ids: string[] = [];
  for (const title of titles) {
    const above = ids.at(-1) ?? parent_id;
    ids.push(store.create({ title, ...(above && { parent_id: above }) }).id);
  }
  return ids;
}

async function agrees(user: string, store: Store): Promise<void> {
  const { tasks } = await clientOf(user).list();
  const isSame = () => isDeepStrictEqual(store.tasks(), tasks);
  await until(store, isSame, "the same").catch(() => assert.deepEqual(store.tasks(), tasks));
}

async function two() {
  const user = someone();
  const [one, other] = [await device(user), await device(user)];
  const away = async () => {
    one.line.cut();
    await until(one.store, () => one.store.status === "offline", "offline");
  };
  const back = async () => {
    await other.store.synced();
    one.line.mend();
    await one.store.synced();
    await agrees(user, one.store);
    await agrees(user, other.store);
  };
  return { user, one: one.store, other: other.store, away, back };
}

const stands = (store: Store, id: string) => {
  const { list_id, parent_id } = store.get(id) as Task;
  return { list_id: list_id ?? null, parent_id: parent_id ?? null };
};

test("a move that would be too deep with what is below it is refused before it waits", () => {
  const store = storeOf(clientOf("nobody", "http://127.0.0.1:1"));
  const deep = chain(store, "abcde");
  const tree = chain(store, "vwxy");
  const before = store.pending().length;
  assert.throws(() => store.move(tree[0]!, { parent_id: deep[4]! }), { status: 422, code: "VALIDATION_ERROR", fields: ["parent_id"] });
  assert.throws(() => store.change(tree[0]!, { title: "v2", parent_id: deep[4]! }), { fields: ["parent_id"] });
  assert.equal(store.pending().length, before);
  assert.equal(store.get(tree[0]!)?.title, "v");
  store.move(tree[0]!, { parent_id: deep[3]! });
  store.move(tree[0]!, { after: null });
  assert.equal(store.get(tree[0]!)?.parent_id, deep[3]);
});

test("a move that others have made too deep meanwhile leaves the task where it was", async () => {
  const { one, other, away, back } = await two();
  const list = one.createList({ name: "list" }).id;
  const above = one.create({ title: "above", list_id: list }).id;
  const tree = chain(one, "vwx", above);
  const deep = chain(one, "abcde");
  const root = one.create({ title: "root" }).id;
  await one.synced();
  await until(other, () => other.tasks().length === one.tasks().length, "the tasks");
  await away();
  one.move(tree[0]!, { parent_id: deep[4]! });
  one.change(tree[0]!, { description: "also said" });
  other.move(deep[0]!, { parent_id: root });
  await back();
  assert.deepEqual(stands(one, tree[0]!), { list_id: list, parent_id: above });
  assert.equal(one.get(tree[0]!)?.description, "also said");
  assert.deepEqual(one.refused(), []);
});

test("a move below a task that was put below the moved one meanwhile leaves it where it was", async () => {
  const { one, other, away, back } = await two();
  const list = one.createList({ name: "list" }).id;
  const [top, a, b] = ["top", "a", "b"].map((title) => one.create({ title, list_id: list }).id) as [string, string, string];
  one.move(a, { parent_id: top });
  await one.synced();
  await until(other, () => other.get(a)?.parent_id === top, "the tasks");
  await away();
  one.move(a, { parent_id: b });
  other.move(b, { parent_id: a });
  await back();
  assert.deepEqual(stands(one, a), { list_id: list, parent_id: top });
});

test("a task that was made where it is too deep by now is there, without its parent", async () => {
  const { one, other, away, back } = await two();
  const deep = chain(one, "abcdefg");
  const root = one.create({ title: "root" }).id;
  await one.synced();
  await until(other, () => other.tasks().length === 8, "the tasks");
  await away();
  const made = one.create({ title: "made", parent_id: deep[6]! }).id;
  other.move(deep[0]!, { parent_id: root });
  await back();
  assert.deepEqual(stands(one, made), { list_id: null, parent_id: null });
});

test("what makes room for a move is sent before it, however much else waits", async () => {
  const { one, away, back } = await two();
  const root = one.create({ title: "root" }).id;
  const deep = chain(one, "abcde", root);
  const tree = chain(one, "vwx");
  await one.synced();
  await away();
  one.change(deep[0]!, { title: "goes up" });
  one.move(deep[0]!, { parent_id: null });
  one.move(tree[0]!, { parent_id: deep[4]! });
  const made = one.create({ title: "made", parent_id: tree[1]! }).id;
  one.change(tree[1]!, { title: "goes out" });
  one.move(tree[1]!, { parent_id: null });
  one.move(tree[1]!, { parent_id: root });
  one.move(deep[0]!, { parent_id: tree[1]! });
  assert.equal(one.refused().length, 0);
  const wanted = new Map(one.tasks().map(({ id }) => [id, stands(one, id)]));
  await back();
  assert.deepEqual(new Map(one.tasks().map(({ id }) => [id, stands(one, id)])), wanted);
  assert.equal(one.get(made)?.parent_id, tree[1]);
});
