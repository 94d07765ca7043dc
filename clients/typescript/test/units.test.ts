// The parts that need no server.

import assert from "node:assert/strict";
import { test } from "node:test";
import { claims } from "../dist/tokens.js";
import { randomId, timeId } from "../dist/ids.js";
import { Journal } from "../dist/journal.js";
import { merge } from "../dist/merge.js";
import { applied, joined, type Operation } from "../dist/operations.js";
import { Queue } from "../dist/queue.js";
import { Replica } from "../dist/replica.js";
import { resolved, step } from "../dist/resolve.js";
import { Alarm, backOff, retryAfter } from "../dist/retry.js";
import { memory } from "../dist/storage.js";
import { Tags } from "../dist/tags.js";
import { trimmed } from "../dist/text.js";
import { TickboxError, type Task } from "tickbox-client";

function task(fields: Partial<Task> = {}): Task {
  const time = "2026-11-23T08:00:00.000000Z";
  const id = "01990f3e-8a5c-7cc3-98c4-dc0c0c07398f";
  return {
    ...{ id, user_id: "ada", title: "title", description: null, completed: false },
    ...{ created_at: time, updated_at: time, version: 1, ...fields },
  };
}

function operation(fields: Partial<Operation>): Operation {
  return { key: "k", id: task().id, kind: "change", at: "", fields: {}, base: task(), ...fields };
}

const unwanted = (error: unknown) => assert.fail(String(error));

test("waits grow to the cap, and are anything below it", () => {
  const policy = { base: 100, cap: 1000 };
  const longest = [0, 1, 2, 3, 4, 5000].map((failures) => backOff(failures, policy, () => 1));
  assert.deepEqual(longest, [100, 200, 400, 800, 1000, 1000]);
  assert.equal(backOff(3, policy, () => 0), 0);
  assert.equal(backOff(3, policy, () => 0.5), 400);
});

test("Retry-After is seconds or a date", () => {
  const now = Date.parse("2026-11-23T08:00:00Z");
  assert.equal(retryAfter("3"), 3000);
  assert.equal(retryAfter("Mon, 23 Nov 2026 08:00:05 GMT", now), 5000);
  assert.equal(retryAfter("Mon, 23 Nov 2026 07:00:00 GMT", now), 0);
  assert.equal(retryAfter("soon"), undefined);
  assert.equal(retryAfter(null), undefined);
});

test("an alarm wakes all who wait, and nobody sleeps over a ring that came first", async () => {
  const alarm = new Alarm();
  const all = Promise.all([alarm.wait(), alarm.wait(1e9)]);
  const { rings } = alarm;
  alarm.ring();
  await all;
  await alarm.wait(undefined, undefined, rings);
  await alarm.wait(undefined, AbortSignal.abort());
});

test("no wait is too long for a timer", async () => {
  const alarm = new Alarm();
  const waited = alarm.wait(2 ** 31).then(() => "waited");
  const soon = new Promise((resolve) => setTimeout(resolve, 20, "soon"));
  assert.equal(await Promise.race([waited, soon]), "soon");
  alarm.ring();
  await waited;
});

test("ids of a moment sort as they were made, and are never the same", () => {
  const ids = Array.from({ length: 10_000 }, () => timeId(1_700_000_000_000));
  assert.deepEqual(ids.toSorted(), ids);
  assert.equal(new Set(ids).size, ids.length);
  for (const id of [...ids.slice(-3), timeId()]) {
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  }
  assert.ok(timeId(1) > ids.at(-1)!, "also when the clock is set back");
  const now = Date.now();
  assert.equal(parseInt(timeId(now).replaceAll("-", "").slice(0, 12), 16), now);
  assert.match(randomId(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("what is done after a reload comes after what was done before it, also when the clock was set back", () => {
  const journal = new Journal(memory(), unwanted);
  const queue = new Queue(journal, () => undefined);
  const tomorrow = Date.now() + 86_400_000;
  const key = timeId(1).replace(/^.{13}/, tomorrow.toString(16).padStart(12, "0").replace(/^.{8}/, "$&-"));
  queue.load([operation({ key, fields: { title: "before" } })], [], []);
  queue.add(operation({ key: timeId(), kind: "remove" }));
  assert.deepEqual(queue.operations.map(({ kind }) => kind), ["change", "remove"]);
});

test("a token says whose it is, in any script", () => {
  const payload = Buffer.from(JSON.stringify({ sub: "Ада/🎉", exp: 7 })).toString("base64url");
  assert.deepEqual(claims(`e30.${payload}.x`), { sub: "Ада/🎉", exp: 7 });
  assert.deepEqual(claims("opaque"), {});
  assert.deepEqual(claims("a.bnVsbA.c"), {});
});

test("a merge takes from each side what that side alone changed", () => {
  const base = task();
  const mine = { title: "mine" };
  assert.deepEqual(merge(base, mine, task({ description: "theirs" })), { patch: mine, yielding: mine, fields: [] });
  assert.deepEqual(merge(base, mine, task({ title: "theirs" })), { patch: mine, yielding: {}, fields: ["title"] });
  assert.deepEqual(merge(base, { title: "same" }, task({ title: "same" })), { patch: {}, yielding: {}, fields: [] });
  assert.deepEqual(merge(base, { title: base.title, completed: true }, task({ title: "theirs" })).patch, { completed: true });
  assert.deepEqual(merge(task({ description: "d" }), { description: null }, task({ description: "d" })).patch, { description: null });
});

test("titles are trimmed as the server trims them", () => {
  assert.equal(trimmed("\u0085\u2003 a b\u3000\n"), "a b");
  assert.equal(trimmed("\uFEFFa"), "\uFEFFa");
});

test("a later operation is taken up by an earlier one that nobody knows of", () => {
  const create = operation({ kind: "create", base: null, fields: { title: "a", description: null, completed: false } });
  const remove = operation({ key: "l", kind: "remove" });
  const changed = joined(create, operation({ fields: { title: "b" } }));
  assert.deepEqual(typeof changed === "object" && changed.fields, { title: "b", description: null, completed: false });
  assert.equal(joined(create, remove), "neither");
  const change = operation({ fields: { title: "b" } });
  const both = joined(change, operation({ fields: { completed: true } }));
  assert.deepEqual(typeof both === "object" && both.fields, { title: "b", completed: true });
  assert.equal(joined(change, operation({ fields: { title: "title" } })), "neither", "changed and changed back");
  assert.equal(joined(change, remove), "both", "the change is in the trash then");
  assert.equal(joined(remove, operation({ kind: "restore" })), "neither");
  assert.equal(joined(operation({ kind: "restore" }), change), "both");
});

test("words do not disappear with a task that is deleted elsewhere; a tick does", () => {
  assert.equal(applied(undefined, operation({ fields: { completed: true } }), "ada"), undefined);
  assert.equal(applied<Task>(undefined, operation({ fields: { title: "words" } }), "ada")?.title, "words");
  const tick = step(operation({ fields: { completed: true } }), undefined);
  assert.equal(tick.do === "ask" && tick.usual, "theirs");
  const words = operation({ fields: { title: "words" } });
  const asked = step(words, undefined);
  assert.ok(asked.do === "ask" && asked.usual === "mine");
  const instead = resolved(words, asked.conflict, "mine");
  assert.deepEqual(instead.map(({ kind, key }) => [kind, key]), [["restore", "k"], ["change", "k~"]]);
  assert.deepEqual(resolved(words, asked.conflict, "theirs"), []);
});

test("a deletion of what was changed elsewhere is asked about, and of what only got a new version is not", () => {
  const remove = operation({ kind: "remove" });
  assert.deepEqual(step(remove, task({ version: 9 })), { do: "send", fields: {} });
  assert.deepEqual(step(remove, undefined), { do: "drop" });
  const asked = step(remove, task({ title: "theirs", version: 2 }));
  assert.ok(asked.do === "ask" && asked.usual === "mine");
  assert.deepEqual(resolved(remove, asked.conflict, "theirs"), []);
  assert.equal(resolved(remove, asked.conflict, "mine")[0]?.kind, "remove");
  assert.deepEqual(resolved(remove, asked.conflict, { completed: true })[0]?.kind, "change");
});

test("only the log decides: what an answer told after a deletion is looked up at once", () => {
  let doubts = 0;
  const replica = new Replica(() => undefined, () => (doubts += 1));
  const { id } = task();
  let reading = replica.begin();
  replica.page(undefined, [{ seq: 1, task: task() }], "c1");
  replica.caughtUp(reading);
  replica.asking();
  replica.follow({ seq: 3, deleted: id }, "c3");
  replica.tell(id, { task: task({ version: 2 }), version: 2 });
  assert.equal(doubts, 1);
  reading = replica.begin();
  replica.caughtUp(reading);
  assert.equal(replica.task(id), undefined);
  assert.equal(replica.waits, false);
});

test("what an answer told shows until the log has told it, and no longer", () => {
  const replica = new Replica(() => undefined, () => undefined);
  const { id } = task();
  let reading = replica.begin();
  replica.page(undefined, [{ seq: 1, task: task() }], "c1");
  replica.tell(id, { task: task({ version: 5 }), version: 5 });
  assert.equal(replica.task(id)?.version, 5);
  replica.caughtUp(reading);
  assert.equal(replica.task(id)?.version, 5, "it was told while the log was read");
  replica.follow({ seq: 4, task: task({ version: 4 }) }, "c4");
  assert.equal(replica.task(id)?.version, 5, "older than what was told");
  replica.follow({ seq: 6, task: task({ version: 6 }) }, "c6");
  assert.equal(replica.task(id)?.version, 6);
  replica.tell(id, { task: task({ version: 7 }), version: 7 });
  reading = replica.begin();
  replica.caughtUp(reading);
  assert.equal(replica.task(id)?.version, 6, "the whole log does not know it");
});

test("while everything is read anew, what was known still shows", () => {
  const replica = new Replica(() => undefined, () => undefined);
  const [one, other] = [task(), task({ id: "01990f3e-8a5c-7cc3-98c4-dc0c0c073990" })];
  let reading = replica.begin();
  replica.page(undefined, [{ seq: 8, task: one }, { seq: 9, task: other }], "c9");
  replica.caughtUp(reading);
  replica.startOver();
  reading = replica.begin();
  assert.equal(replica.page("c9", [{ seq: 10, deleted: one.id }], "c10"), false, "an answer from before");
  assert.equal(replica.page(undefined, [{ seq: 2, task: one }], "n2"), true);
  assert.deepEqual([replica.task(one.id), replica.task(other.id)], [one, other]);
  assert.equal(replica.copy("ada"), undefined, "half of it is not worth keeping");
  replica.caughtUp(reading);
  assert.deepEqual([replica.task(one.id), replica.task(other.id)], [one, undefined]);
  assert.deepEqual(replica.copy("ada"), { cursor: "n2", seq: 2, user: "ada", tasks: [one] });
});

test("what changes in one go is written in one go, and again if it could not be written", async () => {
  const storage = memory();
  const written: string[][] = [];
  let full = true;
  const errors: unknown[] = [];
  const journal = new Journal(
    {
      ...storage,
      write(records) {
        written.push([...records.keys()]);
        return full ? Promise.reject(new Error("full")) : storage.write(records);
      },
    },
    (error) => errors.push(error),
  );
  journal.set("a", 1);
  journal.open();
  journal.set("b", 2);
  await journal.saved();
  full = false;
  journal.set("b", undefined);
  journal.set("c", 3);
  await journal.saved();
  assert.deepEqual(written, [["a", "b"], ["a", "b", "c"]]);
  assert.equal(errors.length, 1);
  assert.deepEqual(await storage.load(() => undefined), new Map([["c", 3], ["a", 1]]));
});

test("what could not be read is not written over", async () => {
  const storage = memory();
  await storage.write(new Map([["a", 1]]));
  const journal = new Journal(storage, unwanted);
  journal.set("a", 2);
  journal.giveUp();
  journal.set("a", 3);
  await journal.saved();
  assert.deepEqual(await storage.load(() => undefined), new Map([["a", 1]]));
});

test("tags and copies are bounded", () => {
  const tags = new Tags();
  for (let count = 0; count < 10_001; count++) tags.saw(String(count), count);
  assert.equal(tags.tag("0"), undefined);
  assert.equal(tags.tag("10000"), '"10000"');
  const text = "x".repeat(1_500_000);
  for (const path of ["a", "b"]) tags.keep(path, '"1"', text);
  tags.copy("a");
  tags.keep("c", '"1"', text);
  assert.deepEqual(["a", "b", "c"].map((path) => tags.copy(path) !== undefined), [true, false, true]);
});

test("an error says whether time alone may mend it", () => {
  const of = (status: number, wait?: number) => TickboxError.of(status, "", undefined, wait).temporary;
  assert.deepEqual([401, 408, 429, 500, 502, 503].map((status) => of(status)), Array(6).fill(true));
  assert.deepEqual([400, 404, 405, 409, 410, 412, 413, 415, 422].map((status) => of(status)), Array(9).fill(false));
  assert.equal(of(409, 1000), true);
  assert.equal(TickboxError.of(502, "<html>").message, "The server answers 502");
});
