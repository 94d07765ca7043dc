// Tasks that come back: what the client foresees is what the server does (tests/vectors/passing.json), also offline and on
// two devices.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { TickboxError, type Patch, type Task } from "tickbox-client";
import { begun, occurrencesOf, passed } from "../dist/occurrences.js";
import { checked } from "../dist/rules.js";
import { behind, clientOf, device, storeOf } from "./support/devices.js";
import { someone } from "./support/server.js";
import { until } from "./support/until.js";

interface Life {
  body: Patch;
  made: Task;
  steps: { before: Task; after: Task; ahead: unknown[]; skips: boolean; on: string }[];
}

const LIVES = JSON.parse(readFileSync(new URL("../../../tests/vectors/passing.json", import.meta.url), "utf8")) as Life[];

test("what is foreseen is what the server does", () => {
  assert.ok(LIVES.length > 40);
  let steps = 0;
  for (const life of LIVES) {
    const made = begun({ completed: false, description: null, ...(checked(life.body) as Partial<Task>) });
    assert.deepEqual(made, life.made);
    for (const { before, after, ahead, skips, on } of life.steps) {
      assert.deepEqual(occurrencesOf(before, 5), ahead);
      const { completed_at: _, ...then } = passed(before, { occurrence: before.occurrence!, on, skips }, "");
      assert.deepEqual(then, after);
      // Another occurrence is nobody's business.
      assert.equal(passed(before, { occurrence: "2000-01-01", on, skips }, ""), before);
      steps += 1;
    }
  }
  assert.ok(steps > 100, `${steps} steps`);
});

const WEEKLY = { rule: "FREQ=WEEKLY;BYDAY=MO", from: "due" } as const;
const due = { date: "2026-01-05" };
const standing = ({ due, occurrence, done, completed }: Task) => [due, occurrence, done, completed];

test("an occurrence that is completed offline shows at once, and is what the server makes of it", async () => {
  const user = someone();
  const { store, line } = await device(user);
  line.cut();
  const { id } = store.create({ title: "Water the plants", start: { date: "2026-01-04" }, due, recurrence: WEEKLY });
  assert.deepEqual(standing(store.get(id)!), [due, "2026-01-05", 0, false]);
  store.complete(id);
  store.skip(id);
  const seen = store.change(id, { completed: true, title: "Water them" });
  assert.deepEqual(standing(seen), [{ date: "2026-01-26" }, "2026-01-26", 2, false]);
  assert.deepEqual(store.occurrences(id, 2), [{ date: "2026-01-26" }, { date: "2026-02-02" }]);
  line.mend();
  await store.synced();
  const there = await clientOf(user).get(id);
  assert.deepEqual(standing(there), standing(seen));
  assert.deepEqual([there.title, there.start], ["Water them", { date: "2026-01-25" }]);
  // Without its rule the task itself is completed.
  assert.equal(store.change(id, { completed: true, recurrence: null }).completed, true);
  await store.synced();
  const over = await clientOf(user).get(id);
  assert.deepEqual([over.completed, over.occurrence], [true, undefined]);
  assert.throws(() => store.skip(id), (error) => error instanceof TickboxError && error.status === 409);
});

test("an undo of an occurrence takes nothing else back, also of what was sent with it", async () => {
  const user = someone();
  const { store, line } = await device(user);
  const { id } = store.create({ title: "t", due, recurrence: WEEKLY });
  const other = store.create({ title: "other" }).id;
  await store.synced();
  line.cut();
  store.change(other, { title: "changed" });
  store.complete(id);
  line.mend();
  await store.synced();
  assert.ok(store.undo());
  await store.synced();
  const there = await Promise.all([id, other].map((task) => clientOf(user).get(task)));
  assert.deepEqual([there[0]!.done, there[1]!.title], [0, "changed"]);
});

test("two devices that complete the same occurrence offline complete it once", async () => {
  const user = someone();
  const [one, other] = [await device(user), await device(user)];
  const { id } = one.store.create({ title: "t", due, recurrence: WEEKLY });
  await one.store.synced();
  await until(other.store, () => other.store.get(id) !== undefined, "the task");
  for (const { line, store } of [one, other]) {
    line.cut();
    store.complete(id);
  }
  for (const { line, store } of [one, other]) {
    line.mend();
    await store.synced();
  }
  const there = await clientOf(user).get(id);
  assert.deepEqual(standing(there), [{ date: "2026-01-12" }, "2026-01-12", 1, false]);
  for (const { store } of [one, other]) assert.deepEqual(standing(store.get(id)!), standing(there));
});

test("what is below is to be done again: what was ticked before, and not what was ticked after", async () => {
  const user = someone();
  const { store, line } = await device(user);
  const { id } = store.create({ title: "t", due, recurrence: WEEKLY });
  const [before, after] = ["before", "after"].map((title) => store.create({ title, parent_id: id }).id) as [string, string];
  const deep = store.create({ title: "deep", parent_id: after }).id;
  store.complete(deep);
  await store.synced();
  line.cut();
  store.complete(before);
  store.complete(id);
  const ticks = () => [before, after, deep].map((task) => store.get(task)!.completed);
  assert.deepEqual(ticks(), [false, false, false]);
  store.complete(after);
  assert.deepEqual(ticks(), [false, true, false]);
  line.mend();
  await store.synced();
  const there = await Promise.all([before, after, deep].map((task) => clientOf(user).get(task)));
  assert.deepEqual(there.map(({ completed }) => completed), [false, true, false]);
});

test("what is below is to be done again before the log tells so, and a tick after that is not lost", async () => {
  const user = someone();
  let tell = () => undefined as void;
  let told = Promise.resolve();
  const late = (path: string) => (path.endsWith("/changes") ? (answer: Response) => told.then(() => answer) : undefined);
  const store = storeOf(behind(user, late), { live: "poll" });
  await store.start();
  const { id } = store.create({ title: "t", due, recurrence: WEEKLY });
  const child = store.create({ title: "c", parent_id: id }).id;
  const deep = store.create({ title: "d", parent_id: child }).id;
  for (const task of [child, deep]) store.complete(task);
  await store.synced();
  const ticks = () => [child, deep].map((task) => store.get(task)!.completed);
  const seen = new Set<string>();
  try {
    told = new Promise((resolve) => (tell = resolve));
    store.subscribe(() => seen.add(String(ticks())));
    store.complete(id);
    await store.synced();
    assert.deepEqual([...seen], ["false,false"]);
    // The log has not told of what is below; a tick there is a tick all the same.
    store.complete(deep);
    store.complete(id);
    store.complete(child);
    await store.synced();
    assert.deepEqual(ticks(), [true, false]);
  } finally {
    tell();
  }
  const there = await clientOf(user).list();
  await until(store, () => isDeepStrictEqual(store.tasks(), there.tasks), "what the server has");
  assert.deepEqual(ticks(), [true, false]);
});

test("an occurrence is given back by an undo, before it was sent and after", async () => {
  const user = someone();
  const { store, line } = await device(user);
  const { id } = store.create({ title: "t", start: { date: "2026-01-04" }, due, recurrence: WEEKLY });
  const child = store.create({ title: "c", parent_id: id }).id;
  store.complete(child);
  await store.synced();
  const first = standing(store.get(id)!);
  line.cut();
  store.complete(id);
  assert.ok(store.undo());
  assert.deepEqual(standing(store.get(id)!), first);
  assert.deepEqual(store.pending(), []);
  assert.equal(store.get(child)!.completed, true);
  line.mend();
  store.complete(id);
  await store.synced();
  assert.ok(store.undo());
  assert.deepEqual(standing(store.get(id)!), first);
  await store.synced();
  const there = await clientOf(user).get(id);
  assert.deepEqual([standing(there), there.start], [first, { date: "2026-01-04" }]);
  assert.equal((await clientOf(user).get(child)).completed, true);
  assert.equal(store.get(child)!.completed, true);
  // Where another has gone on since, there is nothing to take back.
  store.complete(id);
  await store.synced();
  await clientOf(user).complete(id);
  await until(store, () => store.get(id)!.done === 2, "the other completion");
  store.undo();
  await store.synced();
  assert.equal((await clientOf(user).get(id)).done, 2);
});
