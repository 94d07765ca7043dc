// Storages of the app's own: wiped at a sign-out, and not waited for when they do not answer. How tabs go about it:
// leaving.test.ts.

import assert from "node:assert/strict";
import { test } from "node:test";
import { memory, type Storage } from "tickbox-client";
import { clientOf, device, goOffline, storeOf, titles } from "./support/devices.js";
import { someone } from "./support/server.js";
import { until } from "./support/until.js";

/** The shortest storage that an app could write: two functions. */
function plain(): Storage & { kept: Map<string, unknown> } {
  const kept = new Map<string, unknown>();
  const { load, write } = {
    load: () => Promise.resolve(new Map(kept)),
    write(records: Map<string, unknown>) {
      for (const [name, value] of records) {
        if (value === undefined) kept.delete(name);
        else kept.set(name, value);
      }
      return Promise.resolve();
    },
  };
  return { kept, load, write };
}

for (const [name, make] of Object.entries({ "of the app's own": plain, "in memory": memory })) {
  test(`a storage ${name} is empty after a wipe, and the store is closed`, async () => {
    const user = someone();
    const storage: Storage = make();
    const { store, line } = await device(user, { storage });
    store.create({ title: "sent" });
    await store.synced();
    await goOffline(store, line);
    store.create({ title: "not sent" });
    await store.saved();
    assert.ok((await storage.load(() => undefined)).size > 0);
    const asked: string[][] = [];
    const ask = (agrees: boolean) => (unsent: readonly { fields: { title?: string } }[]) => {
      asked.push(unsent.map(({ fields }) => fields.title ?? ""));
      return Promise.resolve(agrees);
    };
    assert.equal(await store.wipe(), false);
    assert.equal(await store.wipe(ask(false)), false);
    assert.deepEqual(titles(store), ["not sent", "sent"]);
    assert.equal(await store.wipe(ask(true)), true);
    assert.deepEqual(asked, [["not sent"], ["not sent"]]);
    assert.deepEqual([titles(store), store.pending(), store.refused(), store.status], [[], [], [], "offline"]);
    assert.equal(store.undo(), false);
    assert.equal((await storage.load(() => undefined)).size, 0);
    await assert.rejects(store.start(), /closed/);
  });
}

test("what was refused is work that the server does not have", async () => {
  const { store } = await device(someone());
  const reference = { source: "a", external_id: "1" };
  store.create({ title: "first", references: [reference] });
  const second = store.create({ title: "second", references: [reference] });
  await until(store, () => store.refused().length > 0, "the refusal");
  const asked: string[] = [];
  assert.equal(await store.wipe((unsent) => (asked.push(...unsent.map(({ id }) => id)), true)), true);
  assert.deepEqual(asked, [second.id]);
});

test("a store that was never started is wiped too", async () => {
  const user = someone();
  const storage = plain();
  const { store } = await device(user, { storage });
  store.create({ title: "task" });
  await store.synced();
  await store.close();
  assert.ok(storage.kept.size > 0);
  assert.equal(await storeOf(clientOf(user), { storage }).wipe(), true);
  assert.equal(storage.kept.size, 0);
});

test("a storage that never reads is gone without", async () => {
  const errors: string[] = [];
  let closed = 0;
  const never = new Promise<never>(() => undefined);
  const storage: Storage = { load: () => never, write: () => never, wipe: () => never, close: () => void (closed += 1) };
  const user = someone();
  const { store } = await device(user, { storage, storageTimeout: 50, onError: (error) => errors.push(String(error)) });
  assert.deepEqual(errors, ["Error: The storage has not answered within 50 ms"]);
  assert.equal(closed, 1);
  store.create({ title: "in memory" });
  await store.synced();
  await store.saved();
  await assert.rejects(store.wipe(), /not answered/, "nobody knows what is in it");
  assert.deepEqual(titles(store), []);
});

test("a storage that never writes is told of, and holds up nobody", async () => {
  const errors: string[] = [];
  const storage: Storage = { load: () => Promise.resolve(new Map()), write: () => new Promise(() => undefined) };
  const user = someone();
  const { store } = await device(user, { storage, storageTimeout: 50, onError: (error) => errors.push(String(error)) });
  store.create({ title: "sent all the same" });
  await store.synced();
  await store.close();
  assert.deepEqual([...new Set(errors)], ["Error: The storage has not answered within 50 ms"]);
});
