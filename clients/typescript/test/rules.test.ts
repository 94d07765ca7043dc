// What may be written, as the server has it (tests/vectors/rules.json), and how a store refuses what may not.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { TickboxError, memory, type Patch } from "tickbox-client";
import { content, difference, isEmpty } from "../dist/merge.js";
import { checked, checkedList, checkTogether } from "../dist/rules.js";
import { clientOf, device, storeOf } from "./support/devices.js";
import { someone } from "./support/server.js";

interface Case {
  body?: string;
  /** Of a list. */
  list?: string;
  kept?: Patch;
  faults?: [field: string, rule: string][];
  breach?: { fields: string[]; rule: string };
}

const CASES = JSON.parse(readFileSync(new URL("../../../tests/vectors/rules.json", import.meta.url), "utf8")) as Case[];

function refusal(work: () => unknown): TickboxError {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof TickboxError, String(error));
    return error;
  }
  assert.fail("it was taken");
}

test("what the server keeps is kept, in its form, and what it refuses is refused with its words", () => {
  const counts = { kept: 0, faults: 0, breach: 0 };
  for (const { list, body = list!, kept, faults, breach } of CASES) {
    const patch = JSON.parse(body) as Patch;
    const write = () => {
      const fields = list === undefined ? checked(patch) : checkedList(patch);
      checkTogether(fields);
      return fields;
    };
    if (kept) {
      counts.kept += 1;
      const written = write();
      const rest = { description: null, completed: false, archived: false, ...written };
      assert.ok(isEmpty(difference(written, { archived: false, ...kept })) && isEmpty(difference(content(kept), rest)), body);
      continue;
    }
    const error = refusal(write);
    assert.deepEqual([error.status, error.code], [422, "VALIDATION_ERROR"]);
    if (faults) {
      counts.faults += 1;
      assert.equal(error.message, faults.map((fault) => fault.join(" ")).join("; "), body);
      assert.deepEqual(error.fields, faults.map(([field]) => field));
      assert.deepEqual(error.details, { fields: faults.map(([field, rule]) => ({ field, rule })) });
    } else {
      counts.breach += 1;
      assert.deepEqual({ fields: error.fields, rule: error.message }, breach, body);
    }
  }
  for (const [kind, count] of Object.entries(counts)) assert.ok(count > 5, `${count} ${kind}`);
});

test("a store refuses at once what the server would refuse, and queues nothing of it", async () => {
  const { store, line } = await device(someone());
  const { id } = store.create({ title: "task", start: { date: "2026-12-02" } });
  await store.synced();
  line.cut();
  const long = refusal(() => store.create({ title: "x".repeat(300), tags: ["t".repeat(65)] }));
  assert.deepEqual(long.fields, ["title", "tags"]);
  assert.equal(long.temporary, false);
  assert.deepEqual(refusal(() => store.change(id, { priority: 10 })).fields, ["priority"]);
  assert.deepEqual(refusal(() => store.change(id, { priority: NaN })).fields, ["priority"]);
  assert.deepEqual(refusal(() => store.change(id, { due: { date: "2026-02-29" } })).fields, ["due"]);
  assert.deepEqual(refusal(() => store.change(id, { due: { date: "2026-12-01" } })).fields, ["start", "due"]);
  assert.deepEqual(refusal(() => store.change(id, { metadata: { a: "m".repeat(5000) } })).fields, ["metadata"]);
  assert.deepEqual(store.pending(), []);
  assert.deepEqual(store.tasks().map(({ title }) => title), ["task"]);
});

test("what is taken shows in the form in which the server answers it", async () => {
  const user = someone();
  const store = storeOf(clientOf(user), { storage: memory() });
  const due = "2026-12-01T09:00[Europe/Berlin]" as unknown as { date: string };
  const { id } = store.create({ title: " \u2003task ", tags: ["b", "a ", "b"], due });
  const { title, tags, due: when } = store.get(id)!;
  const wanted = { title: "task", tags: ["a", "b"], due: { local: "2026-12-01T09:00:00", zone: "Europe/Berlin" } };
  assert.deepEqual({ title, tags, due: when }, wanted);
  await store.start();
  await store.synced();
  const answer = await clientOf(user).get(id);
  assert.deepEqual({ title: answer.title, tags: answer.tags, due: answer.due }, wanted);
});
