// The store against the real server, over a line that breaks.

import assert from "node:assert/strict";
import { test } from "node:test";
import { memory, type Conflict } from "tickbox-client";
import { behind, clientOf, device, serverHas, storeOf, titles } from "./support/devices.js";
import { someone } from "./support/server.js";
import { until } from "./support/until.js";

test("what one device does shows on the other", async () => {
  const user = someone();
  const [one, other] = [await device(user), await device(user)];
  const task = one.store.create({ title: "  Buy milk " });
  assert.deepEqual(titles(one.store), ["Buy milk"]);
  await until(other.store, () => titles(other.store)[0] === "Buy milk", "the task");
  other.store.complete(task.id);
  await until(one.store, () => one.store.get(task.id)?.completed === true, "the tick");
  one.store.remove(task.id);
  await until(other.store, () => other.store.tasks().length === 0, "the removal");
  await serverHas(user, other.store);
});

test("what is done offline is sent when the line is back, in order, also after a reload", async () => {
  const user = someone();
  const storage = memory();
  const first = await device(user, { storage });
  const kept = first.store.create({ title: "kept" });
  await first.store.synced();
  first.line.cut();
  await until(first.store, () => first.store.status === "offline", "offline");
  const made = first.store.create({ title: "made offline" });
  first.store.change(made.id, { description: "and changed" });
  first.store.complete(kept.id);
  assert.equal(first.store.pending().length, 2, "the change of what nobody knows yet is part of its creation");
  await first.store.close();
  const second = storeOf(clientOf(user, first.line.url), { storage });
  await second.start();
  assert.deepEqual(titles(second), ["made offline", "kept"]);
  assert.equal(second.get(kept.id)?.completed, true);
  first.line.mend();
  await second.synced();
  await until(second, () => second.get(made.id)?.version === 1, "the answer");
  assert.deepEqual(second.pending(), []);
  await serverHas(user, second);
});

test("what is added here stands where the server will make it, whatever the clocks say", async () => {
  const user = someone();
  let isBusy = true;
  const busy = () => new Response("{}", { status: 503 });
  const store = storeOf(behind(user, (_, { method }) => (isBusy && method === "POST" ? busy() : undefined)));
  await store.start();
  const [newest, last] = [store.query("", ""), store.query("", "order")];
  store.create({ title: "mine" });
  const { id } = await clientOf(user).create({ title: "made elsewhere, and later" });
  await until(store, () => store.get(id) !== undefined, "theirs");
  store.create({ title: "also mine" });
  const inOrder = ["also mine", "mine", "made elsewhere, and later"];
  const shown = () => [titles(store), newest.tasks().map(({ title }) => title), last.tasks().map(({ title }) => title).reverse()];
  assert.deepEqual(shown(), [inOrder, inOrder, inOrder]);
  isBusy = false;
  await store.synced();
  assert.deepEqual(shown(), [inOrder, inOrder, inOrder]);
  await serverHas(user, store);
});

test("an answer that is lost doubles nothing", async () => {
  const user = someone();
  const { store, line: own } = await device(user);
  for (let round = 0; round < 3; round++) {
    const lost = own.loseNext();
    const task = store.create({ title: `task ${round}` });
    await lost;
    await store.synced();
    const again = own.loseNext();
    store.change(task.id, { description: "changed" });
    await again;
    await store.synced();
    await until(store, () => store.get(task.id)?.version === 2, "version 2: changed once");
  }
  await serverHas(user, store);
  assert.equal(store.tasks().length, 3);
});

test("nothing flickers: what was done here shows until it is changed", async () => {
  const user = someone();
  const { store, line: own } = await device(user);
  own.delay = () => 3;
  const task = store.create({ title: "0" });
  let wanted = "0";
  const seen: string[] = [];
  store.subscribe(() => seen.push(store.get(task.id)?.title ?? "gone"));
  const mistakes: string[] = [];
  store.subscribe(() => {
    const title = store.get(task.id)?.title;
    if (title !== wanted) mistakes.push(`${title} for ${wanted}`);
  });
  for (let round = 1; round <= 30; round++) {
    wanted = String(round);
    store.change(task.id, { title: wanted });
    if (round % 7 === 0) await store.synced();
    else await new Promise((resolve) => setTimeout(resolve, round % 4));
  }
  await store.synced();
  await until(store, () => store.get(task.id)?.version !== 0, "an answer");
  assert.deepEqual(mistakes, []);
  assert.ok(seen.length > 0);
  await serverHas(user, store);
});

test("changes of different fields are merged without a question", async () => {
  const user = someone();
  const asked: Conflict[] = [];
  const one = await device(user, { onConflict: (conflict) => void asked.push(conflict) });
  const other = await device(user);
  const { id } = one.store.create({ title: "Buy milk" });
  await until(other.store, () => other.store.get(id) !== undefined, "the task");
  one.line.cut();
  await until(one.store, () => one.store.status === "offline", "offline");
  one.store.change(id, { title: "Buy oat milk" });
  other.store.change(id, { description: "two litres" });
  await other.store.synced();
  one.line.mend();
  await one.store.synced();
  await until(other.store, () => other.store.get(id)?.title === "Buy oat milk", "the merge");
  assert.equal(one.store.get(id)?.description, "two litres");
  assert.deepEqual(asked, []);
  await serverHas(user, other.store);
});

for (const [answer, title] of [
  ["mine", "here"],
  ["theirs", "there"],
  [{ title: "here and there" }, "here and there"],
  [undefined, "here"],
] as const) {
  for (const late of [false, true]) {
    test(`a conflict about one field ends as the callback says${late ? ", later" : ""}: ${JSON.stringify(answer)}`, async () => {
      const user = someone();
      const asked: Conflict[] = [];
      const one = await device(user, {
        onConflict: (conflict) => {
          asked.push(conflict);
          return late ? Promise.resolve(answer) : answer;
        },
      });
      const other = await device(user);
      const { id } = one.store.create({ title: "before" });
      await until(other.store, () => other.store.get(id) !== undefined, "the task");
      one.line.cut();
      await until(one.store, () => one.store.status === "offline", "offline");
      one.store.change(id, { title: "here", completed: true });
      other.store.change(id, { title: "there", description: "more" });
      await other.store.synced();
      one.line.mend();
      await one.store.synced();
      await until(one.store, () => one.store.get(id)?.title === title, "the outcome");
      assert.equal(asked.length, 1);
      assert.deepEqual(asked[0]?.fields, ["title"]);
      assert.equal(asked[0]?.base.title, "before");
      assert.equal(asked[0]?.mine?.title, "here");
      assert.equal(asked[0]?.theirs?.title, "there");
      assert.equal(one.store.get(id)?.description, "more");
      if (typeof answer !== "object") assert.equal(one.store.get(id)?.completed, true);
      await until(other.store, () => other.store.get(id)?.title === title, "the outcome there");
      await serverHas(user, one.store);
    });
  }
}

test("a task that was deleted there and ticked here stays deleted", async () => {
  const user = someone();
  const [one, other] = [await device(user), await device(user)];
  const { id } = one.store.create({ title: "task" });
  await until(other.store, () => other.store.get(id) !== undefined, "the task");
  one.line.cut();
  await until(one.store, () => one.store.status === "offline", "offline");
  one.store.complete(id);
  other.store.remove(id);
  await other.store.synced();
  one.line.mend();
  await one.store.synced();
  assert.equal(one.store.get(id), undefined);
  await serverHas(user, one.store);
});

test("a deletion here wins over a change there, and what is in the trash is the change", async () => {
  const user = someone();
  const [one, other] = [await device(user), await device(user)];
  const { id } = one.store.create({ title: "task" });
  await until(other.store, () => other.store.get(id) !== undefined, "the task");
  one.line.cut();
  await until(one.store, () => one.store.status === "offline", "offline");
  one.store.remove(id);
  other.store.change(id, { title: "changed there" });
  await other.store.synced();
  one.line.mend();
  await one.store.synced();
  await until(other.store, () => other.store.get(id) === undefined, "gone");
  const { tasks } = await clientOf(user).list({ deleted: true });
  assert.deepEqual(tasks.map((task) => task.title), ["changed there"]);
});

test("what the server refuses is shown, kept, and can be mended", async () => {
  const user = someone();
  const { store, line: own } = await device(user);
  const references = [{ source: "tracker", external_id: "1" }];
  const good = store.create({ title: "good" });
  store.create({ title: "the one", references });
  await store.synced();
  own.cut();
  await until(store, () => store.status === "offline", "offline");
  const bad = store.create({ title: "another one", references });
  store.change(good.id, { references });
  store.create({ title: "good too" });
  own.mend();
  await store.synced();
  assert.deepEqual(titles(store), ["good too", "the one", "good"]);
  const refused = store.refused();
  assert.deepEqual(refused.map(({ error }) => [error.status, error.code]), [[409, "CONFLICT"], [409, "CONFLICT"]]);
  const [first, second] = refused.map(({ operation }) => operation);
  assert.equal(first?.id, bad.id);
  assert.equal(first?.fields.title, "another one", "the words are still there");
  assert.throws(() => store.retry(first!.key, { title: "" }), /title must not be empty/);
  assert.equal(store.refused().length, 2);
  store.retry(first!.key, { references: null });
  store.dismiss(second!.key);
  await store.synced();
  assert.deepEqual(titles(store), ["another one", "good too", "the one", "good"]);
  assert.deepEqual(store.refused(), []);
  await until(store, () => store.get(bad.id)?.version === 1, "the answer");
  await serverHas(user, store);
});
