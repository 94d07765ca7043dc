// What a store makes of servers that crash, of backups that are put back, of reloads, and of others who delete.

import assert from "node:assert/strict";
import { test } from "node:test";
import { memory, timeId, type Conflict, type Operation } from "tickbox-client";
import { clientOf, closeStores, device, goOffline, lineOf, serverHas, storeOf, titles } from "./support/devices.js";
import { Server, someone } from "./support/server.js";
import { until } from "./support/until.js";

test("a server that is killed and comes back loses nothing", async () => {
  const own = await Server.start();
  try {
    const user = someone();
    const store = storeOf(clientOf(user, own.url));
    await store.start();
    for (let round = 0; round < 3; round++) {
      for (let made = 0; made < 5; made++) store.create({ title: `${round} ${made}` });
      await own.kill();
      store.create({ title: `${round} while it is away` });
      await own.begin();
      await store.synced();
    }
    assert.equal(store.tasks().length, 18);
    await until(store, () => store.status === "live", "live");
    await serverHas(user, store, own.url);
  } finally {
    await closeStores();
    await own.remove();
  }
});

test("a backup that is put back: all is read anew, and what waits here is sent", async () => {
  const own = await Server.start();
  try {
    const user = someone();
    const storage = memory();
    const store = storeOf(clientOf(user, own.url), { storage });
    await store.start();
    const old = store.create({ title: "before the backup" });
    await store.synced();
    await own.stop();
    const backup = await own.backUp();
    await own.begin();
    store.change(old.id, { title: "after the backup" });
    store.create({ title: "lost with the disk" });
    await store.synced();
    await until(store, () => store.status === "live" && store.get(old.id)?.version === 2, "version 2");
    await own.stop();
    await until(store, () => store.status === "offline", "offline");
    store.change(old.id, { description: "said while it was away" });
    store.create({ title: "made while it was away" });
    const shown: number[] = [];
    store.subscribe(() => shown.push(store.tasks().length));
    await own.putBack(backup);
    await own.begin();
    await until(store, () => titles(store).length === 2, "what the backup has, and what is new");
    await store.synced();
    assert.deepEqual(titles(store), ["made while it was away", "before the backup"]);
    assert.equal(store.get(old.id)?.description, "said while it was away");
    assert.ok(shown.every((number) => number >= 2), "at no moment was the list empty");
    await serverHas(user, store, own.url);
  } finally {
    await closeStores();
    await own.remove();
  }
});

test("a request that was under way when the page was closed is the same request after it", async () => {
  const user = someone();
  const storage = memory();
  const { store, line } = await device(user, { storage });
  const { id } = store.create({ title: "task" });
  await store.synced();
  const lost = line.loseNext().then(() => line.cut());
  store.change(id, { title: "changed once" });
  await lost;
  await store.close();
  const { store: other } = await device(user);
  await until(other, () => other.get(id)?.title === "changed once", "the change");
  other.change(id, { title: "and then by another" });
  await other.synced();
  line.mend();
  const again = storeOf(clientOf(user, line.url), { storage });
  await again.start();
  assert.equal(again.pending().length, 1);
  await again.synced();
  await until(again, () => again.get(id)?.version === 3, "the change of the other");
  assert.equal(again.get(id)?.title, "and then by another", "what was done once is not done twice");
});

test("words for a task that was deleted elsewhere bring it back, with all that was said", async () => {
  const user = someone();
  const asked: Conflict[] = [];
  const one = await device(user, { onConflict: (conflict) => void asked.push(conflict) });
  const other = await device(user);
  const { id } = one.store.create({ title: "task" });
  await until(other.store, () => other.store.get(id) !== undefined, "the task");
  one.line.cut();
  await until(one.store, () => one.store.status === "offline", "offline");
  one.store.complete(id);
  one.store.change(id, { description: "I am still writing" });
  other.store.change(id, { title: "renamed, then deleted" });
  other.store.remove(id);
  await other.store.synced();
  one.line.mend();
  await one.store.synced();
  assert.deepEqual(asked.map(({ theirs }) => theirs), [null]);
  await until(other.store, () => other.store.get(id)?.completed === true, "the task is back");
  const { title, description } = other.store.get(id)!;
  assert.deepEqual([title, description], ["renamed, then deleted", "I am still writing"]);
  await serverHas(user, one.store);
});

test("the callback may leave a deleted task deleted, and a changed one undeleted", async () => {
  const user = someone();
  const one = await device(user, { onConflict: () => "theirs" });
  const other = await device(user);
  const [deleted, changed] = [one.store.create({ title: "a" }), one.store.create({ title: "b" })];
  await until(other.store, () => other.store.tasks().length === 2, "the tasks");
  one.line.cut();
  await until(one.store, () => one.store.status === "offline", "offline");
  one.store.change(deleted.id, { title: "words" });
  one.store.remove(changed.id);
  other.store.remove(deleted.id);
  other.store.change(changed.id, { title: "other words" });
  await other.store.synced();
  one.line.mend();
  await one.store.synced();
  await until(one.store, () => titles(one.store).join() === "other words", "theirs");
  await serverHas(user, one.store);
});

test("a removal can be undone at once, before and after it is sent", async () => {
  const user = someone();
  const { store, line } = await device(user);
  const { id } = store.create({ title: "task" });
  await store.synced();
  store.remove(id);
  await store.synced();
  assert.equal(store.restore(id)?.title, "task");
  await store.synced();
  await goOffline(store, line);
  store.remove(id);
  store.restore(id);
  assert.deepEqual(store.pending(), []);
  line.mend();
  await until(store, () => store.status === "live" && store.get(id)?.version === 3, "created, deleted, restored");
  await serverHas(user, store);
});

test("a task that was made and removed offline, and restored, is made", async () => {
  const user = someone();
  const { store, line } = await device(user);
  await goOffline(store, line);
  const { id } = store.create({ title: "task", description: "words" });
  store.remove(id);
  assert.deepEqual(store.pending(), []);
  store.restore(id);
  line.mend();
  await store.synced();
  assert.equal((await clientOf(user).get(id)).description, "words");
  assert.equal(store.restore(id)?.id, id, "a task that is there needs no restoring");
  assert.deepEqual(store.pending(), []);
});

test("many operations travel in few requests, and one bad one stops none of the others", async () => {
  const user = someone();
  const references = [{ source: "tracker", external_id: "1" }];
  await clientOf(user).create({ title: "the one", references });
  // An earlier version of the client has checked nothing.
  const key = timeId();
  const lone: Operation = { key, id: timeId(), kind: "create", at: "2026-11-23T08:00:00.000000Z", fields: { title: "\ud800" }, base: null };
  const storage = memory();
  await storage.write(new Map([[`operation/${key}`, lone]]));
  const line = await lineOf();
  line.cut();
  const store = storeOf(clientOf(user, line.url), { storage });
  await store.start();
  await until(store, () => store.status === "offline", "offline");
  for (let count = 0; count < 450; count++) store.create({ title: String(count), ...(count === 77 && { references }) });
  let requests = 0;
  line.delay = () => 0;
  line.mend();
  line.loses = (method) => {
    if (method !== "GET") requests += 1;
    return false;
  };
  await store.synced();
  await until(store, () => store.tasks().length === 450, "the one from before");
  assert.deepEqual(store.refused().map(({ error }) => error.code).sort(), ["CONFLICT", "VALIDATION_ERROR"]);
  assert.ok(store.refused().some(({ operation }) => operation.id === lone.id));
  assert.ok(requests < 150, `${requests} pieces`);
  await serverHas(user, store);
});

test("polling does what events do", async () => {
  const user = someone();
  const one = await device(user, { live: "poll" });
  const other = await device(user, { live: "poll" });
  const { id } = one.store.create({ title: "task" });
  await until(other.store, () => other.store.get(id) !== undefined, "the task");
  other.store.remove(id);
  await until(one.store, () => one.store.get(id) === undefined, "gone");
});

test("a store can be stopped and started, and shows what it has in between", async () => {
  const user = someone();
  const { store } = await device(user);
  const { id } = store.create({ title: "task" });
  await store.synced();
  await store.stop();
  assert.equal(store.status, "offline");
  store.complete(id);
  const direct = clientOf(user);
  await direct.create({ title: "meanwhile" });
  void store.start();
  void store.stop();
  await store.start();
  await store.synced();
  await until(store, () => store.tasks().length === 2, "what happened meanwhile");
  assert.equal((await direct.get(id)).completed, true);
});

test("a stream that says nothing is given up", async () => {
  const user = someone();
  const line = await lineOf();
  const store = storeOf(clientOf(user, line.url), { silence: 200 });
  await store.start();
  await until(store, () => store.status === "live", "live");
  await until(store, () => store.status === "offline", "given up");
  assert.equal(store.error?.code, "TIMEOUT");
  await until(store, () => store.status === "live", "live again");
});

test("a storage that fails is told of, and missed by nobody else", async () => {
  const errors: unknown[] = [];
  const broken = () => Promise.reject(new Error("private mode"));
  for (const storage of [{ ...memory(), load: broken }, { ...memory(), write: broken }]) {
    const user = someone();
    const { store } = await device(user, { storage, onError: (error) => errors.push(error) });
    store.create({ title: "task" });
    await store.synced();
    await serverHas(user, store);
    await store.close();
  }
  assert.ok(errors.length >= 2);
});

test("the token of another user sends nothing and spoils nothing", async () => {
  const [user, stranger] = [someone(), someone()];
  const storage = memory();
  const first = storeOf(clientOf(user), { storage });
  await first.start();
  await until(first, () => first.status === "live", "live");
  await first.stop();
  const task = first.create({ title: "mine" });
  await first.close();
  const client = clientOf(stranger);
  const second = storeOf(client, { storage });
  await second.start();
  await until(second, () => second.error?.code === "WRONG_USER", "the refusal");
  assert.equal(second.pending().length, 1);
  assert.equal((await clientOf(stranger).list()).count, 0);
  await second.close();
  const third = storeOf(clientOf(user), { storage });
  await third.start();
  await third.synced();
  assert.equal((await clientOf(user).get(task.id)).title, "mine");
});
