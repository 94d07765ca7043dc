// No field of a task is forgotten on its way through the client. The fields are those of openapi.json, and some more, as
// a later server may have them: there is no list of fields here.

import assert from "node:assert/strict";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { TickboxError, memory, type Patch, type Store, type Task } from "tickbox-client";
import { Journal } from "../dist/journal.js";
import { MERGED } from "../dist/members.js";
import { asPatch, content, difference, isEmpty, merge, sameContent, whole } from "../dist/merge.js";
import { applied, draft, joined, type Operation } from "../dist/operations.js";
import { Queue } from "../dist/queue.js";
import { Replica } from "../dist/replica.js";
import { resolved, step } from "../dist/resolve.js";
import { checkTogether } from "../dist/rules.js";
import { View } from "../dist/view.js";
import { clientOf, closeStores, device, serverHas, serverUrl, storeOf } from "./support/devices.js";
import { Later } from "./support/later.js";
import { Server, someone } from "./support/server.js";
import { until } from "./support/until.js";
import { isNullable, schemaOf, values, type Schema } from "./support/values.js";

interface Case {
  name: string;
  /** What it is in a task of which nothing was said. */
  none: unknown;
  /** Values that differ, `null` among them where it may be. */
  values: unknown[];
}

const { properties: present = {} } = schemaOf("Task");
const { properties: written = {} } = schemaOf("TaskPatch");

/** Members of a task of later servers, of each kind of JSON. */
const LATER: Record<string, Schema> = {
  later_number: { type: ["integer", "null"], minimum: 1, maximum: 9 },
  later_list: { type: ["array", "null"], items: { type: "string" }, maxItems: 50 },
  later_object: {
    oneOf: [
      { type: "object", properties: { date: { type: "string", format: "date" } } },
      { type: "object", properties: { local: { type: "string" }, zone: { type: "string" } } },
      { type: "null" },
    ],
  },
  later_objects: { type: ["array", "null"], items: { type: "object" } },
};

const copy = <V>(value: V): V => structuredClone(value);
const patch = (name: string, value: unknown) => ({ [name]: value }) as Patch;
const valueOf = (members: object | undefined, name: string): unknown => (members as Record<string, unknown> | undefined)?.[name];

const OWN = Object.entries(written).filter(([name]) => present[name]?.readOnly !== true);
const CASES: Case[] = [...OWN, ...Object.entries(LATER)].map(([name, schema]) => {
  const nothing = isNullable(schema) ? [null] : [];
  return { name, none: valueOf(draft(operation({ kind: "create" }), "ada"), name), values: [...values(schema), ...nothing] };
});

function task(members: object = {}): Task {
  const time = "2026-11-23T08:00:00.000000Z";
  const id = "01990f3e-8a5c-7cc3-98c4-dc0c0c07398f";
  return {
    ...{ id, user_id: "ada", title: "title", description: null, completed: false },
    ...{ created_at: time, updated_at: time, version: 1, ...members },
  };
}

function operation(members: Partial<Operation>): Operation {
  return { key: "k", id: task().id, kind: "change", at: task().created_at, fields: {}, base: task(), ...members };
}

/** Each pair of values that a field can go through: from one to the other. */
function eachChange(check: (name: string, from: unknown, to: unknown, other: Case) => void): void {
  for (const { name, values } of CASES) {
    for (const [place, from] of values.entries()) {
      const to = values[(place + 1) % values.length];
      const other = CASES.find((it) => it.name !== name)!;
      check(name, from, to, other);
    }
  }
}

test("the document has fields, and values are made of their schemas", () => {
  assert.ok(OWN.length > 0);
  for (const { name, values } of CASES) assert.ok(values.length > 1, name);
});

test("a difference is what differs, whatever kind of value it is", () => {
  eachChange((name, from, to) => {
    const [before, after] = [task(patch(name, from)), task(patch(name, to))];
    assert.deepEqual(difference(patch(name, to), before), patch(name, to));
    assert.ok(isEmpty(difference(patch(name, copy(to)), after)), name);
    assert.ok(!sameContent(before, after) && !sameContent(after, before), name);
    assert.ok(sameContent(before, copy(before)), name);
    assert.deepEqual(valueOf(content(after), name), to);
  });
});

test("what has no value says the same in each way of saying so", () => {
  for (const { name, none, values } of CASES.filter((it) => it.values.includes(null))) {
    const empty = Array.isArray(values[0]) ? [null, undefined, []] : [null, undefined];
    for (const nothing of empty) {
      assert.ok(sameContent(task(patch(name, nothing)), task()), name);
      const full = task(patch(name, values[0]));
      const cleared = applied(full, operation({ base: full, fields: patch(name, nothing ?? null) }), "ada");
      assert.deepEqual(valueOf(cleared, name), none, name);
      assert.ok(none !== undefined || !(name in cleared!), `${name} is left out`);
    }
  }
});

test("a merge and a step take what one side changed, and ask about what both did", () => {
  eachChange((name, from, to, other) => {
    const base = task(patch(name, from));
    const elsewhere = task({ ...patch(name, copy(from)), ...patch(other.name, other.values[0]), version: 2 });
    const merged = { patch: patch(name, to), yielding: patch(name, to), fields: [] };
    assert.deepEqual(merge(base, patch(name, to), elsewhere), merged);
    const change = operation({ base, fields: patch(name, to) });
    assert.deepEqual(step(change, elsewhere), { do: "send", fields: patch(name, to) });
    assert.deepEqual(step(change, task(patch(name, copy(to)))), { do: "drop" });
    assert.equal(step(operation({ kind: "remove", base }), task(patch(name, to))).do, "ask");
    assert.equal(step(operation({ kind: "remove", base }), copy(base)).do, "send");
  });
});

test("a conflict names the field, shows both sides, and ends as it is decided", () => {
  for (const { name, values } of CASES.filter((it) => it.values.length > 2 && MERGED[it.name] !== "set")) {
    const [from, here, there] = values;
    const base = task(patch(name, from));
    const change = operation({ base, fields: patch(name, here) });
    const asked = step(change, task(patch(name, there)));
    assert.ok(asked.do === "ask", name);
    const { conflict } = asked;
    assert.deepEqual(conflict.fields, [name]);
    assert.deepEqual([conflict.base, conflict.theirs].map((side) => valueOf(side!, name)), [from, there]);
    assert.deepEqual(valueOf(conflict.mine!, name) ?? null, here);
    assert.deepEqual(resolved(change, conflict, "mine").map(({ fields }) => fields), [patch(name, here)]);
    assert.deepEqual(resolved(change, conflict, "theirs"), []);
    assert.deepEqual(resolved(change, conflict, patch(name, from)).map(({ fields }) => fields), [patch(name, from)]);
  }
});

const of = (kind: "set" | "object") => OWN.map(([name]) => name).filter((name) => MERGED[name] === kind);

test("of a set both sides have added and removed some, and nobody is asked", () => {
  assert.ok(of("set").length > 0);
  for (const name of of("set")) {
    const made = (base: string[] | null, mine: string[] | null, theirs: string[] | null) => {
      const next = step(operation({ base: task(patch(name, base)), fields: patch(name, mine) }), task(patch(name, theirs)));
      return next.do === "send" ? valueOf(next.fields, name) : next.do;
    };
    assert.deepEqual(made(["b"], ["b", "c"], ["a", "b"]), ["a", "b", "c"]);
    assert.deepEqual(made(["a", "b"], ["b"], ["a", "c"]), ["c"]);
    assert.deepEqual(made(["a", "b"], null, ["b"]), null);
    assert.deepEqual(made(null, ["a"], ["a", "b"]), "drop");
    assert.deepEqual(made(["a"], ["\uffff"], ["🎉"]), ["\uffff", "🎉"], "by code point");
  }
});

test("what came in before a set was changed again is nobody's addition", () => {
  for (const name of of("set")) {
    const first = operation({ base: task(), fields: patch(name, ["a"]) });
    const seen = applied(task(patch(name, ["b"])), first, "ada")!;
    assert.deepEqual(valueOf(seen, name), ["a", "b"], "it shows");
    const both = joined(first, operation({ base: seen, fields: patch(name, ["a", "b", "c"]) }));
    assert.deepEqual(typeof both === "object" && both.fields, patch(name, ["a", "c"]));
    assert.equal(joined(first, operation({ base: seen, fields: patch(name, ["b"]) })), "neither");
  }
});

test("an object of the app's own is merged by its members, and only those that both changed are asked about", () => {
  assert.ok(of("object").length > 0);
  for (const name of of("object")) {
    const [base, mine, theirs] = [{ a: 1, b: 1, c: 1 }, { a: 2, b: 2, d: { deep: 1 } }, { a: 1, b: 3, c: 1, e: 1 }];
    const elsewhere = task(patch(name, theirs));
    const change = operation({ base: task(patch(name, base)), fields: patch(name, mine) });
    const asked = step(change, elsewhere);
    assert.ok(asked.do === "ask");
    assert.deepEqual(asked.conflict.fields, [name]);
    const end = (resolution: "mine" | "theirs" | Patch) => valueOf(resolved(change, asked.conflict, resolution)[0]?.fields, name);
    assert.deepEqual(end("mine"), { a: 2, b: 2, d: { deep: 1 }, e: 1 });
    assert.deepEqual(end("theirs"), { a: 2, b: 3, d: { deep: 1 }, e: 1 });
    assert.deepEqual(end(patch(name, { b: 4, e: null })), { a: 1, b: 4, c: 1 });
    const alone = operation({ base: task(patch(name, { a: 1 })), fields: patch(name, null) });
    assert.deepEqual(step(alone, task(patch(name, { a: 1, b: 1 }))), { do: "send", fields: patch(name, { b: 1 }) });
  }
});

test("whole objects and patches of them say the same", () => {
  for (const name of of("object")) {
    const before = { a: 1, b: { c: 1, d: [null] }, e: 1 };
    for (const after of [{ a: 2 }, { b: { c: 1 } }, { b: 1 }, { a: { b: {} } }, { ...before, f: { g: { h: 1 } } }]) {
      const sent = asPatch(patch(name, after), patch(name, before));
      assert.deepEqual(whole(sent, patch(name, before)), patch(name, after), JSON.stringify(sent));
    }
    assert.deepEqual(asPatch(patch(name, { ...before, a: 2 }), patch(name, before)), patch(name, { a: 2 }));
  }
});

test("a queue joins what was done to a field, and drops what was taken back", () => {
  eachChange((name, from, to) => {
    const base = task(patch(name, from));
    const change = operation({ base, fields: patch(name, to) });
    const create = operation({ kind: "create", base: null, fields: patch(name, from) });
    const made = joined(create, change);
    assert.deepEqual(typeof made === "object" && made.fields, patch(name, to));
    assert.equal(joined(change, operation({ base: applied(base, change, "ada")!, fields: patch(name, copy(from)) })), "neither", name);
  });
});

test("a view shows each field, and takes an echo of it for nothing new", () => {
  eachChange((name, from, to) => {
    const { replica, queue, view } = parts();
    const { id } = task();
    const read = (members: object, seq: number) => replica.page(replica.cursor, [{ seq, task: task(members) }], `c${seq}`);
    const reading = replica.begin();
    read(patch(name, from), 1);
    replica.caughtUp(reading);
    assert.deepEqual(valueOf(view.get(id), name), from);
    queue.add(operation({ base: view.get(id)!, fields: patch(name, to) }));
    assert.deepEqual(valueOf(view.get(id), name) ?? null, to);
    queue.replace(queue.of(id)[0]!, []);
    const shown = view.get(id);
    read(patch(name, copy(from)), 2);
    assert.equal(view.get(id), shown);
    read(patch(name, to), 3);
    assert.deepEqual(valueOf(view.get(id), name), to);
  });
});

function parts() {
  const unwanted = (error: unknown) => assert.fail(String(error));
  const news = (id: string) => view.touch(id);
  const queue = new Queue(new Journal(memory(), unwanted), news);
  const replica = new Replica(news, () => undefined);
  const view: View = new View(replica, queue, () => "ada", unwanted);
  return { replica, queue, view };
}

/** Values for one user: what names another row must name one that is there. */
async function existing(user: string, url: string): Promise<Case[]> {
  const client = clientOf(user, url);
  const lists = [await client.createList({ name: "one" }), await client.createList({ name: "other" })];
  // A task with both a list and a parent needs the two to fit.
  const list_id = lists[0]!.id;
  const parents = [await client.create({ title: "one", list_id }), await client.create({ title: "other", list_id })];
  const rows: Record<string, { id: string }[]> = { list_id: lists, parent_id: parents };
  const real = CASES.filter(({ name }) => name in written);
  for (const field of real) {
    if (written[field.name]?.format !== "uuid") continue;
    const there = rows[field.name];
    assert.ok(there, `${field.name}: make two rows for it here`);
    field.values = [...there.map(({ id }) => id), null];
  }
  return real;
}

/** What a field needs beside it: the refusal of a task with the field alone names it. */
function needed(name: string, value: unknown): Patch {
  try {
    checkTogether(patch(name, value));
    return {};
  } catch (error) {
    assert.ok(error instanceof TickboxError);
    const others = error.fields!.filter((field) => field !== name).map((field) => CASES.find((it) => it.name === field)!);
    return Object.fromEntries(others.map((it) => [it.name, it.values[0]])) as Patch;
  }
}

const other = (name: string) => (name === "title" ? { completed: true } : { title: "changed there" });

test("each field that one device writes, changes and clears arrives at the other, also beside a change there", async () => {
  const user = someone();
  const [one, two] = [await device(user), await device(user)];
  for (const { name, values, none } of await existing(user, serverUrl())) {
    const [first, second] = values;
    const { id } = one.store.create({ title: "title", ...needed(name, first), ...patch(name, first) });
    assert.deepEqual(valueOf(one.store.get(id), name), first);
    await shows(two.store, id, name, first);
    one.line.cut();
    await until(one.store, () => one.store.status === "offline", "offline");
    one.store.change(id, patch(name, second));
    two.store.change(id, other(name));
    await two.store.synced();
    one.line.mend();
    await one.store.synced();
    await shows(two.store, id, name, second ?? none);
    for (const [field, value] of Object.entries(other(name))) await shows(one.store, id, field, value);
    if (!values.includes(null)) continue;
    two.store.change(id, patch(name, null));
    await two.store.synced();
    await shows(one.store, id, name, none);
  }
  await serverHas(user, one.store);
});

function shows(store: Store, id: string, name: string, value: unknown): Promise<void> {
  // The order of the names in an object says nothing.
  const isThere = () => isDeepStrictEqual(valueOf(store.get(id), name), value);
  return until(store, isThere, `${name} is ${JSON.stringify(value)}`);
}

test("tags and members of metadata that two devices add and remove while they are away are merged", async () => {
  const user = someone();
  const [one, two] = [await device(user), await device(user)];
  const { id } = one.store.create({ title: "task", tags: ["old", "kept"], metadata: { old: 1, kept: { deep: 1, more: 1 } } });
  await until(two.store, () => two.store.get(id) !== undefined, "the task");
  one.line.cut();
  two.line.cut();
  await until(one.store, () => one.store.status === "offline", "offline");
  one.store.change(id, { tags: ["kept", "old", "one"], metadata: { one: 1, kept: { more: null } } });
  two.store.change(id, { tags: ["kept", "two"], metadata: { two: 2, old: null } });
  two.store.change(id, { tags: [...(two.store.get(id)?.tags ?? []), "two too"] });
  one.line.mend();
  two.line.mend();
  for (const { store } of [one, two]) await store.synced();
  for (const { store } of [one, two]) {
    await shows(store, id, "tags", ["kept", "one", "two", "two too"]);
    await shows(store, id, "metadata", { kept: { deep: 1 }, one: 1, two: 2 });
  }
  await serverHas(user, one.store);
});

test("a task that is gone from the trash too is made again with all that it had, also what is not known here", async () => {
  const own = await Server.start();
  try {
    const user = someone();
    const later = new Later();
    const cases = [...(await existing(user, own.url)), ...CASES.filter(({ name }) => name in LATER)];
    const fields = Object.assign({}, ...cases.map(({ name, values }) => patch(name, values[0]))) as Patch;
    await own.stop();
    const backup = await own.backUp();
    await own.begin();
    const store = storeOf(later.client(user, own.url), { live: "poll" });
    await store.start();
    const { id } = store.create({ title: "title", ...fields });
    await store.synced();
    await until(store, () => store.get(id)?.version === 1, "the answer");
    store.remove(id);
    await store.synced();
    await own.stop();
    await own.putBack(backup);
    later.forget();
    await own.begin();
    store.restore(id);
    await store.synced();
    await until(store, () => (store.get(id)?.version ?? 0) > 0, "the answer");
    for (const { name, values } of cases) assert.deepEqual(valueOf(store.get(id), name), values[0], name);
    assert.deepEqual(store.refused(), []);
  } finally {
    await closeStores();
    await own.remove();
  }
});
