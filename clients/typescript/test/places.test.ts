// Where rows stand, and in which order what is done to them is sent: the parts that need no server.

import assert from "node:assert/strict";
import { test } from "node:test";
import { memory, orderOf, type Task } from "tickbox-client";
import { Deeds } from "../dist/deeds.js";
import { Journal } from "../dist/journal.js";
import { listChange, rowChange } from "../dist/log.js";
import { applied, joined, type Operation } from "../dist/operations.js";
import { bySiblings, placeAmong, placed } from "../dist/places.js";
import { Queue } from "../dist/queue.js";
import { Replica } from "../dist/replica.js";
import { View } from "../dist/view.js";
import { writes } from "../dist/writes.js";

const time = "2026-11-23T08:00:00.000000Z";
const row = (id: string, order?: string) => ({ id, created_at: time, ...(order !== undefined && { order }) });
const LIST = { id: "l", name: "list", order: "a0", created_at: time, updated_at: time, version: 1 };

test("a place is beside the first that is a sibling, or at an end", () => {
  const siblings = [row("a", "a0"), row("b", "a1"), row("c", "a2")];
  const order = (...beside: Parameters<typeof placeAmong>[1][]) => beside.map((it) => placeAmong(siblings, it).order);
  assert.deepEqual(order({}, { before: null }, { after: "x" }, { after: "c" }), ["a3", "a3", "a3", "a3"]);
  assert.deepEqual(order({ after: null }, { before: "a" }), ["Zz", "Zz"]);
  assert.deepEqual(order({ after: "a" }, { before: "b" }, { after: "x", before: "b" }, { after: "a", before: "c" }), ["a0V", "a0V", "a0V", "a0V"]);
  assert.equal(placeAmong([], {}).order, "a0");
});

test("where there is no room, those behind move on, so that it stands where it was put", () => {
  const siblings = [row("a"), row("b"), row("c"), row("d", "z0000000000000000000000000")];
  const { order, followers } = placeAmong(siblings, { after: "a" });
  const moved = followers.map(({ id, order }) => row(id, order));
  assert.deepEqual(followers.map(({ id }) => id), ["b", "c"]);
  const all = [row("d", siblings[3]!.order), ...moved, row("x", order), row("a")].sort(bySiblings);
  assert.deepEqual(all.map(({ id }) => id), ["a", "x", "b", "c", "d"]);
});

test("a parent implies its list, and another list without a parent drops the parent", () => {
  const from = { list_id: "l", parent_id: "p" };
  const listOf = (task: string) => (task === "q" ? "m" : undefined);
  assert.deepEqual(placed(from, {}, listOf), from);
  assert.deepEqual(placed(from, { list_id: "l" }, listOf), from);
  assert.deepEqual(placed(from, { list_id: "m" }, listOf), { list_id: "m", parent_id: null });
  assert.deepEqual(placed(from, { list_id: null }, listOf), { list_id: null, parent_id: null });
  assert.deepEqual(placed(from, { parent_id: null }, listOf), { list_id: "l", parent_id: null });
  assert.deepEqual(placed(from, { parent_id: "q" }, listOf), { list_id: "m", parent_id: "q" });
  assert.deepEqual(placed({}, { parent_id: "r", list_id: "m" }, listOf), { list_id: "m", parent_id: "r" }, "not known here");
});

test("the log tells lists apart from tasks, also when they have the same id", () => {
  const list = { ...LIST, id: "a" };
  assert.deepEqual(listChange({ seq: 1, list }), { seq: 1, list });
  assert.deepEqual(listChange({ seq: 1, deleted: "a", kind: "list" }), { seq: 1, deleted: "a", kind: "list" });
  for (const other of [{ deleted: "a" }, { deleted: "a", kind: "task" }, { list: "a" }, { list, kind: "draft" }]) {
    assert.equal(listChange({ seq: 1, ...other }), undefined, JSON.stringify(other));
  }
  assert.deepEqual(rowChange({ seq: 1, list })?.key, "list/a");
  const replica = new Replica(() => undefined, () => undefined);
  const task = { id: "a", version: 1 } as Task;
  const reading = replica.begin();
  replica.page(undefined, [{ seq: 1, list }, { seq: 2, task }], "c2");
  replica.caughtUp(reading);
  replica.follow({ seq: 3, deleted: "a", kind: "list" }, "c3");
  assert.deepEqual([replica.row("a"), replica.row("list/a")], [task, undefined]);
  const copy = replica.copy("ada")!;
  const again = new Replica(() => undefined, () => undefined);
  again.load({ ...copy, lists: [list] }, []);
  assert.deepEqual([again.task("a"), again.row("list/a")], [task, list]);
});

test("of two moves of one task the later one counts, and a move shows no words that are gone", () => {
  const base = { id: "t", title: "t", created_at: time, updated_at: time, version: 1 } as Task;
  const move = (order: string, beside: object): Operation =>
    ({ key: order, id: "t", kind: "move", at: time, fields: { order } as object, beside, base });
  assert.deepEqual(joined(move("a0", { after: "x" }), move("a1", { before: "y" })), { ...move("a1", { before: "y" }), key: "a0" });
  assert.equal(applied(undefined, move("a0", {}), "ada"), undefined);
  assert.equal(orderOf(applied(base, move("a0", {}), "ada")!), "a0");
});

/** A view of what is done here, without a server. */
function alone() {
  const unwanted = (error: unknown) => assert.fail(String(error));
  const queue = new Queue(new Journal(memory(), unwanted), (key) => view.touch(key));
  const replica = new Replica((key) => view.touch(key), () => undefined);
  const view: View = new View(replica, queue, () => "ada", unwanted);
  const deeds = new Deeds(queue, view, () => undefined, () => undefined);
  return { queue, replica, view, deeds, ...writes(view, deeds) };
}

test("what is below a task or a list goes with it, and comes back with it", () => {
  const { view, deeds, ...here } = alone();
  const list = here.createList({ name: "list" });
  const top = here.create({ title: "top" });
  const part = here.create({ title: "part", parent_id: top.id });
  const deep = here.create({ title: "deep", parent_id: part.id });
  here.move(top.id, { list_id: list.id });
  assert.deepEqual([part, deep].map(({ id }) => view.get(id)?.list_id), [list.id, list.id]);
  here.remove(top.id);
  assert.deepEqual(view.tasks(), []);
  deeds.undo();
  assert.equal(view.tasks().length, 3);
  here.removeList(list.id);
  assert.deepEqual([view.tasks(), view.lists()], [[], []]);
  deeds.undo();
  assert.equal(view.tasks().length, 3);
  deeds.undo();
  assert.deepEqual([top, part, deep].map(({ id }) => view.get(id)?.list_id), [undefined, undefined, undefined]);
});

test("a task is no part of itself, and at most eight are above one another", () => {
  const here = alone();
  let last = here.create({ title: "1" });
  const first = last;
  for (let level = 2; level <= 8; level += 1) last = here.create({ title: String(level), parent_id: last.id });
  assert.throws(() => here.move(first.id, { parent_id: last.id }), { status: 422, fields: ["parent_id"] });
  assert.throws(() => here.move(here.create({ title: "9" }).id, { parent_id: last.id }), { status: 422, fields: ["parent_id"] });
  assert.throws(() => here.create({ title: "9", parent_id: last.id }), { status: 422, fields: ["parent_id"] });
});
