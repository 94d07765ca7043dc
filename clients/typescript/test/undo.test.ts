// What is taken back, before and after it was sent, and beside what others do.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Store } from "tickbox-client";
import { clientOf, device, goOffline, serverHas, storeOf, titles } from "./support/devices.js";
import { someone } from "./support/server.js";
import { until } from "./support/until.js";

/** Each deed, and what it does to a task that has one of everything. */
const DEEDS: Record<string, (store: Store, id: string) => void> = {
  create: (store) => void store.create({ title: "made" }),
  change: (store, id) => void store.change(id, { title: "changed", tags: ["b"], due: null, priority: 2, metadata: { a: null, b: 1 } }),
  complete: (store, id) => void store.complete(id),
  remove: (store, id) => store.remove(id),
  together: (store, id) =>
    store.together(() => {
      store.complete(id);
      store.remove(id);
      store.together(() => store.create({ title: "made" }));
    }),
};
const FULL = { title: "task", tags: ["a"], due: { date: "2026-12-01" }, metadata: { a: 1 }, references: [{ source: "a", external_id: "1" }] };

const look = (store: Store) => store.tasks().map(({ version, updated_at, ...rest }) => rest);

for (const [name, deed] of Object.entries(DEEDS)) {
  test(`${name}: what was not sent is taken back as if it had never been done`, async () => {
    const user = someone();
    const { store, line } = await device(user);
    const { id } = store.create(FULL);
    await store.synced();
    await until(store, () => store.get(id)?.version === 1, "the answer");
    const before = store.tasks();
    await goOffline(store, line);
    deed(store, id);
    assert.notDeepEqual(store.tasks(), before);
    assert.equal(store.undo(), true);
    assert.deepEqual(look(store), look({ tasks: () => before } as Store));
    line.mend();
    await store.synced();
    await serverHas(user, store);
    assert.deepEqual(look(store), look({ tasks: () => before } as Store));
  });

  test(`${name}: what was sent is taken back too, also offline`, async () => {
    const user = someone();
    const { store, line } = await device(user);
    const { id } = store.create(FULL);
    await store.synced();
    await until(store, () => store.get(id)?.version === 1, "the answer");
    const before = look(store);
    deed(store, id);
    await store.synced();
    await goOffline(store, line);
    assert.equal(store.undo(), true);
    assert.deepEqual(look(store), before);
    line.mend();
    await store.synced();
    await serverHas(user, store);
    assert.deepEqual(look(store), before);
  });
}

test("what is on its way is countered when it has arrived", async () => {
  const user = someone();
  const { store, line } = await device(user);
  const lost = line.loseNext();
  const { id } = store.create({ title: "task" });
  await lost;
  assert.equal(store.undo(), true);
  assert.deepEqual(store.tasks(), []);
  await store.synced();
  await serverHas(user, store);
  assert.deepEqual((await clientOf(user).list({ deleted: true })).tasks.map((task) => task.id), [id]);
});

test("one deed after the other is taken back, and then there is nothing left", () => {
  const store = storeOf(clientOf("nobody", "http://127.0.0.1:1"));
  const { id } = store.create({ title: "one" });
  store.change(id, { title: "two" });
  store.change(id, { title: "three", priority: 1 });
  assert.ok(store.undo());
  assert.deepEqual([titles(store), store.get(id)?.priority], [["two"], undefined]);
  assert.ok(store.undo());
  assert.deepEqual(titles(store), ["one"]);
  assert.ok(store.undo());
  assert.deepEqual([titles(store), store.pending()], [[], []]);
  assert.equal(store.undo(), false);
});

test("what others have made of it since is theirs, and all else is taken back", async () => {
  const user = someone();
  const [one, other] = [await device(user), await device(user)];
  const { id } = one.store.create({ title: "task", tags: ["a"] });
  await one.store.synced();
  one.store.change(id, { title: "mine", priority: 3, tags: ["a", "mine"] });
  await until(other.store, () => other.store.get(id)?.title === "mine", "the change");
  other.store.change(id, { title: "theirs", tags: ["mine", "theirs"] });
  await until(one.store, () => one.store.get(id)?.title === "theirs", "the other change");
  assert.ok(one.store.undo());
  const { title, priority, tags } = one.store.get(id)!;
  assert.deepEqual({ title, priority, tags }, { title: "theirs", priority: undefined, tags: ["theirs"] });
  await one.store.synced();
  await serverHas(user, one.store);
  other.store.remove(id);
  await until(one.store, () => one.store.get(id) === undefined, "the removal");
  one.store.create({ title: "something else" });
  assert.ok(one.store.undo());
  assert.equal(one.store.undo(), false, "the task is gone, and so is what was done to it");
});

test("the way back of a deed takes back exactly that, whatever was done since, and once", async () => {
  const user = someone();
  const [one, other] = [await device(user), await device(user)];
  const { store } = one;
  const { id } = store.create({ title: "task", description: "first" });
  const { result, undo } = store.deed(() => store.change(id, { title: "renamed" }));
  assert.equal(result.title, "renamed");
  store.change(id, { description: "second" });
  const later = store.create({ title: "later" });
  await store.synced();
  await until(other.store, () => other.store.get(id)?.description === "second", "the changes");
  other.store.change(id, { priority: 1 });
  await until(store, () => store.get(id)?.priority === 1, "the other change");
  assert.equal(undo(), true);
  const { title, description, priority } = store.get(id)!;
  assert.deepEqual({ title, description, priority }, { title: "task", description: "second", priority: 1 });
  assert.equal(undo(), false, "it is taken back");
  assert.equal(store.get(later.id)?.title, "later");
  assert.equal(store.undo(), true);
  assert.equal(store.get(later.id), undefined, "what was done last is still the last");
  await store.synced();
  await serverHas(user, store);
});

test("the way back of a deed that did nothing takes nothing back", () => {
  const store = storeOf(clientOf("nobody", "http://127.0.0.1:1"));
  const { id } = store.create({ title: "one" });
  store.change(id, { title: "two" });
  assert.equal(store.deed(() => store.change(id, { title: "two" })).undo(), false);
  assert.equal(store.deed(() => undefined).undo(), false);
  assert.deepEqual(titles(store), ["two"]);
  const { undo } = store.deed(() => store.complete(id));
  assert.ok(store.undo());
  assert.equal(undo(), false, "it was taken back by the other way");
  assert.deepEqual([titles(store), store.get(id)?.completed], [["two"], false]);
  const outer = store.deed(() => store.together(() => {
    store.create({ title: "three" });
    store.remove(id);
  }));
  assert.deepEqual(titles(store), ["three"]);
  assert.ok(outer.undo());
  assert.deepEqual(titles(store), ["two"]);
});

const RULE = { due: { date: "2026-12-01" }, recurrence: { rule: "FREQ=DAILY;COUNT=9", from: "due" as const } };

/** A task whose rule has gone on twice, among others of the same request. */
async function goneOn() {
  const user = someone();
  const { store, line } = await device(user);
  const { id } = store.create({ title: "task", ...RULE });
  const others = ["a", "b"].map((title) => store.create({ title }).id);
  store.complete(id);
  store.complete(id);
  await store.synced();
  const away = async () => {
    await goOffline(store, line);
  };
  const back = async () => {
    line.mend();
    await store.synced();
    await serverHas(user, store);
  };
  const standing = () => {
    const { due, recurrence, anchor, occurrence, done, completed } = store.get(id)!;
    return { due, recurrence, anchor, occurrence, done, completed };
  };
  assert.deepEqual([standing().done, standing().occurrence, standing().anchor], [2, "2026-12-03", { date: "2026-12-01" }]);
  return { user, store, id, others, away, back, standing };
}

const RULES: Record<string, (store: Store, id: string) => void> = {
  "another rule": (store, id) => void store.change(id, { recurrence: { rule: "FREQ=WEEKLY", from: "due" } }),
  "another rule, on another day": (store, id) =>
    void store.change(id, { title: "weekly", due: { date: "2026-12-09" }, recurrence: { rule: "FREQ=WEEKLY", from: "due" } }),
  "no rule": (store, id) => void store.change(id, { recurrence: null }),
  "the end of it": (store, id) => void store.change(id, { recurrence: null, completed: true }),
};

for (const [name, deed] of Object.entries(RULES)) {
  test(`${name} is taken back to where the rule stood, sent or not`, async () => {
    const { store, id, others, away, back, standing } = await goneOn();
    const before = standing();
    await away();
    others.forEach((other) => store.change(other, { priority: 1 }));
    deed(store, id);
    assert.notDeepEqual(standing(), before);
    assert.ok(store.undo());
    assert.deepEqual(standing(), before);
    assert.equal(store.pending(id).length, 0, "not sent");
    const { undo } = store.deed(() => deed(store, id));
    await back();
    store.change(id, { description: "since" });
    await store.synced();
    await away();
    assert.ok(undo());
    assert.deepEqual(standing(), before);
    await back();
    assert.deepEqual(standing(), before);
    const { title, description } = store.get(id)!;
    assert.deepEqual({ title, description }, { title: "task", description: "since" });
    assert.deepEqual(others.map((other) => store.get(other)?.priority), [1, 1], "and nothing else");
    store.complete(id);
    assert.deepEqual([standing().done, standing().occurrence], [3, "2026-12-04"]);
  });
}

test("a rule that was changed with more than is taken back, or has gone on since, is written again", async () => {
  const { store, id, away, back, standing } = await goneOn();
  await away();
  store.change(id, { title: "stays" });
  store.change(id, { recurrence: { rule: "FREQ=WEEKLY", from: "due" } });
  await back();
  assert.ok(store.undo());
  await store.synced();
  await back();
  assert.deepEqual([store.get(id)?.title, standing().recurrence, standing().due], ["stays", RULE.recurrence, { date: "2026-12-03" }]);
  const { undo } = store.deed(() => store.change(id, { recurrence: { rule: "FREQ=MONTHLY", from: "due" } }));
  store.complete(id);
  await store.synced();
  assert.ok(undo());
  await back();
  assert.deepEqual([standing().recurrence, standing().done], [RULE.recurrence, 0]);
});

test("a rule that is on its way when it is taken back stands where it stood", async () => {
  const user = someone();
  const { store, line } = await device(user);
  const { id } = store.create({ title: "task", ...RULE });
  store.complete(id);
  await store.synced();
  const lost = line.loseNext();
  store.change(id, { recurrence: { rule: "FREQ=WEEKLY", from: "due" } });
  await lost;
  assert.ok(store.undo());
  await store.synced();
  await serverHas(user, store);
  const { recurrence, done, occurrence, anchor } = await clientOf(user).get(id);
  assert.deepEqual({ recurrence, done, occurrence, anchor }, { recurrence: RULE.recurrence, done: 1, occurrence: "2026-12-02", anchor: { date: "2026-12-01" } });
});
