// What the client makes of servers that are newer than itself: kinds of entries in the log, events and members of a task
// that it does not know.

import assert from "node:assert/strict";
import { test } from "node:test";
import { memory, type Patch, type ServerEvent, type Task } from "tickbox-client";
import { taskChange } from "../dist/log.js";
import { Replica, type Copy } from "../dist/replica.js";
import { behind, clientOf, serverUrl, storeOf, titles } from "./support/devices.js";
import { Later } from "./support/later.js";
import { someone } from "./support/server.js";
import { until } from "./support/until.js";

/** Entries of which only the place in the log is of interest; those that name an id name that of a task. */
const unknown = (seq: number, id: string): { seq: number }[] =>
  [{ list: { id } }, { deleted: id, kind: "list" }, { list: id, task: id }, { task: { id }, kind: "draft" }, { deleted: 7 }, {}].map(
    (entry) => ({ seq, ...entry }),
  );

test("only what is certainly about a task is taken for it", () => {
  const task = { id: "a" } as Task;
  assert.deepEqual(taskChange({ seq: 1, task, more: 1 }), { seq: 1, task });
  assert.deepEqual(taskChange({ seq: 1, deleted: "a" }), { seq: 1, deleted: "a" });
  assert.deepEqual(taskChange({ seq: 1, deleted: "a", kind: "task" }), { seq: 1, deleted: "a" });
  for (const entry of unknown(1, "a")) assert.equal(taskChange(entry), undefined, JSON.stringify(entry));
});

test("a replica passes over what it does not know, and goes on behind it", () => {
  const replica = new Replica(() => undefined, () => assert.fail("there is nothing to doubt"));
  const task = { id: "a", version: 1 } as Task;
  const strange = unknown(2, "a") as never[];
  const reading = replica.begin();
  assert.ok(replica.page(undefined, [{ seq: 1, task }, ...strange], "c2"));
  replica.caughtUp(reading);
  assert.deepEqual([replica.task("a"), replica.cursor], [task, "c2"]);
  replica.follow(unknown(3, "a")[1] as never, "c3");
  assert.deepEqual([replica.task("a"), replica.cursor], [task, "c3"]);
  replica.skip("c4");
  assert.equal(replica.cursor, "c4");
  replica.follow({ seq: 5, deleted: "a" }, "c5");
  assert.deepEqual([replica.task("a"), replica.cursor], [undefined, "c5"]);
});

test("a client hands entries of other kinds on, and forgets no task's tag for them", async () => {
  const user = someone();
  const { id } = await clientOf(user).create({ title: "task" });
  const sent: Headers[] = [];
  const client = behind(user, (path, { method, headers }) => {
    if (method === "PATCH") sent.push(new Headers(headers));
    if (!path.endsWith("/changes")) return undefined;
    return async (answer) => {
      const body = (await answer.json()) as { changes: unknown[] };
      return Response.json({ ...body, changes: [...body.changes, ...unknown(9, id)] });
    };
  });
  const { changes } = await client.changes();
  assert.equal(changes.length, 1 + unknown(9, id).length);
  await client.change(id, { title: "changed" });
  assert.equal(sent[0]?.get("if-match"), '"1"');
});

const stream = (events: [name: string, id: string, data: unknown][]) =>
  new Response(
    events.map(([name, id, data]) => `event: ${name}\nid: ${id}\ndata: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`).join(""),
    { headers: { "Content-Type": "text/event-stream" } },
  );

const strangers = (id: string): [string, string, unknown][] => [
  ["list.changed", "c2", { seq: 2, list: { id } }],
  ["list.deleted", "c3", { seq: 3, deleted: id, kind: "list" }],
  ["task.deleted", "c4", { seq: 4, deleted: id, kind: "list" }],
  ["weather.changed", "c5", "no JSON"],
];

test("events of other kinds are not handed on, and a new connection begins behind them", async () => {
  const user = someone();
  const asked: (string | null)[] = [];
  const task = { id: "a", version: 1, user_id: user };
  const client = behind(user, (path, { headers }) => {
    if (!path.endsWith("/events")) return undefined;
    asked.push(new Headers(headers).get("last-event-id"));
    if (asked.length === 1) return stream([["ready", "c1", { cursor: "c1" }], ...strangers("a")]);
    return stream([["ready", "c5", { cursor: "c5" }], ["task.changed", "c6", { seq: 6, task }]]);
  });
  const events: ServerEvent[] = [];
  const skipped: string[] = [];
  for await (const event of client.events({ onSkipped: (cursor) => skipped.push(cursor) })) {
    events.push(event);
    if (event.type === "task.changed") break;
  }
  assert.deepEqual(asked, [null, "c5"]);
  assert.deepEqual(events.map(({ type }) => type), ["ready", "ready", "task.changed"]);
  assert.deepEqual(skipped, ["c2", "c3", "c4", "c5"]);
});

test("a store keeps its tasks when other things change, and remembers how far it has read", async () => {
  const user = someone();
  const { id } = await clientOf(user).create({ title: "stays" });
  const storage = memory();
  let streams = 0;
  const client = behind(user, (path) => {
    if (!path.endsWith("/events")) return undefined;
    streams += 1;
    return streams === 1 ? stream([["ready", "c1", { cursor: "c1" }], ...strangers(id)]) : new Response(null, { status: 503 });
  });
  const store = storeOf(client, { storage });
  await store.start();
  await until(store, () => streams > 1, "the stream has ended");
  assert.deepEqual(titles(store), ["stays"]);
  await store.stop();
  const copy = (await storage.load(() => undefined)).get("copy") as Copy;
  assert.equal(copy.cursor, "c5");
});

test("members of a task that are not known here are shown and kept, and sent when they change", async () => {
  const user = someone();
  const later = new Later();
  const storage = memory();
  const members = { later_object: { date: "2026-12-01", deep: [1, { a: null }] }, later_number: 3 };
  const first = storeOf(later.client(user, serverUrl()), { storage, live: "poll" });
  await first.start();
  const { id } = await later.client(user, serverUrl()).create({ title: "task", id: "01990f3e-8a5c-7cc3-98c4-dc0c0c07398f", ...members });
  const shown = (store: typeof first) => {
    const { later_object, later_number, title } = (store.get(id) ?? {}) as Record<string, unknown>;
    return { title, later_object, later_number };
  };
  await until(first, () => first.get(id) !== undefined, "the task");
  assert.deepEqual(shown(first), { title: "task", ...members });
  first.change(id, { title: "changed" });
  assert.deepEqual(shown(first), { title: "changed", ...members });
  await first.synced();
  assert.deepEqual(later.bodies.at(-1), { title: "changed" });
  await first.close();
  const second = storeOf(later.client(user, serverUrl()), { storage, live: "poll" });
  await second.start();
  assert.deepEqual(shown(second), { title: "changed", ...members }, "after a reload");
  second.change(id, { title: "both", later_object: { date: "2026-12-02" } } as Patch);
  await second.synced();
  assert.deepEqual(later.bodies.at(-1), { title: "both", later_object: { date: "2026-12-02" } });
  await until(second, () => second.get(id)?.version === 3, "the answer");
  assert.deepEqual(shown(second), { title: "both", later_object: { date: "2026-12-02" }, later_number: 3 });
});
