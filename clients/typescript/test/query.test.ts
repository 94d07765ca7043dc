// Live results: what a filter means, in an order, while tasks change and time goes by.

import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { createStore, memory, parseFilter, parseOrder, timeId, type Query, type Store, type Task } from "tickbox-client";
import { clientOf, device, storeOf } from "./support/devices.js";
import { Random } from "./support/random.js";
import { someone } from "./support/server.js";
import { until } from "./support/until.js";

const titles = (query: Query) => query.tasks().map(({ title }) => title);

/** A store that never connects. */
const alone = (): Store => storeOf(clientOf("nobody", "http://127.0.0.1:1"));

/** Counts how often a query tells its listener, until the function is called. */
function counting(query: Query): { count: number; end: () => void } {
  const counted = { count: 0, end: () => undefined as void };
  counted.end = query.subscribe(() => (counted.count += 1));
  return counted;
}

/** What is told in one go has been told. */
const told = () => new Promise<void>((resolve) => queueMicrotask(() => queueMicrotask(resolve)));

test("a query has what its filter means, in its order, and tells when that is another", async () => {
  const store = alone();
  const query = store.query("completed = false AND tags:home", "priority, title");
  assert.deepEqual(titles(query), []);
  const heard = counting(query);
  const b = store.create({ title: "b", tags: ["home"], priority: 2 });
  const a = store.create({ title: "a", tags: ["home"], priority: 2 });
  store.create({ title: "elsewhere", tags: ["work"] });
  const c = store.create({ title: "c", tags: ["home"], priority: 1 });
  assert.deepEqual(titles(query), ["c", "a", "b"]);
  await told();
  assert.equal(heard.count, 1, "once for all that happens in one go");
  const before = query.tasks();
  store.create({ title: "elsewhere too" });
  await told();
  assert.equal(query.tasks(), before, "the same array while nothing of it changes");
  assert.equal(heard.count, 1);
  store.change(b.id, { priority: 1 });
  store.complete(c.id);
  store.remove(a.id);
  assert.deepEqual(titles(query), ["b"]);
  await told();
  assert.equal(heard.count, 2);
  heard.end();
  store.complete(b.id);
  assert.deepEqual(titles(query), [], "nobody need listen");
  await told();
  assert.equal(heard.count, 2);
  assert.throws(() => store.query("tags ="), { name: "FilterError" });
  assert.throws(() => store.query("", "color"), { name: "FilterError" });
});

test("what others do shows, and what is only said again changes nothing", async () => {
  const user = someone();
  const [one, other] = [await device(user), await device(user)];
  const query = one.store.query("milk", "title");
  const heard = counting(query);
  const { id } = other.store.create({ title: "Oat milk" });
  await until(one.store, () => titles(query)[0] === "Oat milk", "the task");
  one.store.change(id, { title: "Milk" });
  const shown = () => [...query.tasks()];
  await one.store.synced();
  await until(one.store, () => one.store.get(id)?.version === 2, "the answer");
  assert.deepEqual(titles(query), ["Milk"]);
  other.store.remove(id);
  await until(one.store, () => shown().length === 0, "the removal");
  assert.ok(heard.count >= 3);
  heard.end();
});

test("a day that ends, and minutes that pass, are looked at by themselves", () => {
  // Half an hour before midnight in Berlin.
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: Date.parse("2026-11-30T22:30:00Z") });
  try {
    const store = createStore({ client: clientOf("nobody", "http://127.0.0.1:1") });
    store.create({ title: "today", due: { date: "2026-11-30" } });
    store.create({ title: "tomorrow", due: { date: "2026-12-01" } });
    store.create({ title: "soon", due: { local: "2026-11-30T23:31:00", zone: "Europe/Berlin" } });
    const today = store.query("due = today()", "title", "Europe/Berlin");
    const there = store.query("due = today()", "title", "America/New_York");
    const late = store.query("due < now()", "title", "Europe/Berlin");
    const heard = [counting(today), counting(there), counting(late)];
    assert.deepEqual([today, there, late].map(titles), [["soon", "today"], ["soon", "today"], []]);
    mock.timers.tick(60_000 + 1);
    assert.deepEqual(titles(late), ["soon"]);
    mock.timers.tick(29 * 60_000);
    assert.deepEqual([today, there].map(titles), [["tomorrow"], ["soon", "today"]]);
    assert.deepEqual(titles(late), ["soon", "today"]);
    assert.deepEqual(heard.map(({ count }) => count), [1, 0, 2]);
    heard.forEach(({ end }) => end());
    mock.timers.tick(24 * 3_600_000);
    assert.deepEqual(titles(there), ["tomorrow"], "nobody need listen");
    assert.deepEqual(heard.map(({ count }) => count), [1, 0, 2]);
  } finally {
    mock.timers.reset();
  }
});

test("whatever changes, a query has what a look at all tasks finds", async () => {
  const random = new Random(7);
  const store = alone();
  const asked: [filter: string, order: string][] = [
    ["", ""],
    ["completed = false", "priority desc, title"],
    ["tags:(a OR b) AND priority <= 5", "due, updated_at desc"],
    ["1*", "title desc"],
  ];
  const queries = asked.map(([filter, order]) => ({ filter, order, query: store.query(filter, order, "UTC") }));
  const ends = queries.slice(0, 3).map(({ query }) => query.subscribe(() => undefined));
  for (let step = 0; step < 400; step += 1) {
    const tasks = store.tasks();
    const fields = {
      title: String(random.below(30)),
      priority: random.chance(0.3) ? null : 1 + random.below(9),
      tags: ["a", "b", "c"].filter(() => random.chance(0.4)),
      due: random.chance(0.3) ? null : { date: `2026-12-0${1 + random.below(9)}` },
    };
    if (tasks.length === 0 || random.chance(0.3)) store.create(fields);
    else if (random.chance(0.1)) store.remove(random.pick([...tasks]).id);
    else store.change(random.pick([...tasks]).id, random.chance(0.3) ? { completed: random.chance(0.5) } : fields);
    if (random.chance(0.5)) continue;
    for (const { filter, order, query } of queries) {
      const isMeant = parseFilter(filter).at({ now: new Date() });
      const all = store.tasks().filter(isMeant).sort(parseOrder(order));
      assert.deepEqual(query.tasks(), all, `${filter} by ${order} at ${step}`);
    }
  }
  ends.forEach((end) => end());
});

test("of 10,000 tasks one that changes is found and placed in less than a millisecond", async () => {
  const user = someone();
  const time = "2026-11-23T08:00:00.000000Z";
  const tasks = Array.from({ length: 10_000 }, (_, place): Task => ({
    ...{ id: timeId(), user_id: user, title: `Task ${place % 997}`, description: null, completed: place % 2 === 0 },
    ...{ created_at: time, updated_at: time, version: 1, priority: 1 + (place % 9), due: { date: "2026-11-01" } },
  }));
  const storage = memory();
  await storage.write(new Map<string, unknown>([["copy", { cursor: "c", seq: 1, user, tasks }]]));
  const store = storeOf(clientOf(user, "http://127.0.0.1:1"), { storage });
  await store.start();
  const query = store.query("completed = false AND due <= today()", "priority, title", "Europe/Berlin");
  const end = query.subscribe(() => undefined);
  assert.equal(query.tasks().length, 5_000);
  const took = [];
  for (let step = 0; step < 50; step += 1) {
    const { id } = tasks[step * 2 + 1]!;
    store.change(id, { title: `Another ${step}`, priority: 9 });
    const began = performance.now();
    assert.equal(query.tasks().at(-1)?.priority, 9);
    took.push(performance.now() - began);
  }
  end();
  took.sort((a, b) => a - b);
  // The one in the middle: others may have waited for the machine.
  assert.ok(took[25]! < 1, `${took[25]} ms`);
});
