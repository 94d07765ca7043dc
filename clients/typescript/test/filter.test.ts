// Filters, orders and order keys beside the tables that the server holds, too (tests/vectors).

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { FilterError, orderOf, parseFilter, parseOrder, type Filterable } from "tickbox-client";
import { isOrder, orderBetween } from "../dist/order.js";

const folder = new URL("../../../tests/vectors/", import.meta.url);
const read = async (file: string | URL) => JSON.parse(await readFile(file, "utf8"));

interface Random {
  tasks: Filterable[];
  cases: (Wrong | { filter: string; now: string; zone: string; selected: number[] })[];
  orders: { order_by: string; sorted: number[] }[];
}
interface Wrong {
  filter: string;
  column: number;
  expected: string;
}

function task(members: Partial<Filterable>): Filterable {
  const time = "2026-11-23T07:25:24.448926Z";
  const plain = { id: "01990f3e-8a5c-7cc3-98c4-dc0c0c07398f", title: "title", description: null, completed: false };
  return { ...plain, created_at: time, updated_at: time, ...members };
}

function refuses({ filter, column, expected }: Wrong) {
  const wanted = { name: "FilterError", column, expected };
  assert.throws(() => parseFilter(filter), wanted, filter);
}

test("filters select what people expect", async () => {
  for (const { filter, task: members, now, zone, matches } of (await read(new URL("filter.json", folder))).cases) {
    const decide = parseFilter(filter).at({ now: new Date(now), zone });
    assert.equal(decide(task(members)), matches, `${filter} ${JSON.stringify(members)} ${zone}`);
  }
});

test("mistakes are named with their column", async () => {
  for (const wrong of (await read(new URL("filter.json", folder))).mistakes) refuses(wrong);
  refuses({ filter: `text:"${"é".repeat(497)}"`, column: 504, expected: "at most 1000 bytes" });
  refuses({ filter: `${"(".repeat(9)}a${")".repeat(9)}`, column: 9, expected: "at most 8 levels of parentheses" });
  refuses({ filter: "a ".repeat(21), column: 41, expected: "at most 20 terms" });
  for (const [order, column] of [["due,", 5], ["due desc x", 10], ["due down", 5], ["due, due", 6], [",", 1]] as const) {
    assert.throws(() => parseOrder(order), (error: unknown) => error instanceof FilterError && error.column === column);
  }
});

test("tasks come in the order that is asked for", async () => {
  for (const { order_by, tasks } of (await read(new URL("filter.json", folder))).orders) {
    const all: Filterable[] = tasks.map(task);
    assert.deepEqual([...all].reverse().sort(parseOrder(order_by)), all, order_by);
  }
});

test("random filters select what the server selects", async () => {
  // TICKBOX_FILTER_VECTORS names a longer file, which the server's test of the same name writes.
  const { tasks, cases, orders }: Random = await read(process.env["TICKBOX_FILTER_VECTORS"] ?? new URL("filter_random.json", folder));
  assert.ok(cases.length > 0);
  for (const entry of cases) {
    if ("column" in entry) {
      refuses(entry);
      continue;
    }
    const decide = parseFilter(entry.filter).at({ now: new Date(entry.now), zone: entry.zone });
    const selected = [...tasks.keys()].filter((index) => decide(tasks[index]!));
    assert.deepEqual(selected, entry.selected, JSON.stringify(entry));
  }
  for (const { order_by, sorted } of orders) {
    const compare = parseOrder(order_by);
    const found = [...tasks.keys()].sort((a, b) => compare(tasks[a]!, tasks[b]!));
    assert.deepEqual(found, sorted, order_by);
  }
});

test("what an answer depends on is known", () => {
  const dependsOn = (filter: string) => parseFilter(filter).dependsOn;
  assert.deepEqual(["milk", "due = today()", "due < now() OR milk"].map(dependsOn), ["nothing", "day", "moment"]);
});

test("order keys are those of the server and of the npm package", async () => {
  const { between, invalid, creation } = await read(new URL("order.json", folder));
  for (const { after, before, key } of between) {
    assert.equal(orderBetween(after, before), key.length > 64 ? undefined : key, `${after} ${before}`);
    assert.ok(key.length > 64 || isOrder(key));
  }
  for (const key of invalid) assert.equal(isOrder(key), false, key);
  for (const { micros, key } of creation) {
    const seconds = new Date(Math.floor(micros / 1e6) * 1000).toISOString().slice(0, 19);
    const fraction = String(micros % 1_000_000).padStart(6, "0");
    assert.equal(orderOf({ created_at: `${seconds}.${fraction}Z` }), key);
  }
  assert.equal(orderOf({ created_at: "2026-11-23T07:25:24.448926Z" }), "i8DpLumiHm");
  assert.equal(orderOf({ created_at: "2026-11-23T07:25:24.448926Z", order: "a0" }), "a0");
  assert.equal(orderBetween("a1", "a0"), undefined);
  assert.equal(orderBetween("a0", "a0"), undefined);
});
