// What an import that breaks off says of itself.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { TickboxError, createClient, timeId } from "tickbox-client";
import { Server, someone, tokenOf } from "./support/server.js";

let server: Server;

before(async () => {
  server = await Server.start();
});

after(() => server.remove());

test("an import that cannot be read to its end says what had come, and is taken back", async () => {
  const client = createClient({ baseUrl: server.url, token: tokenOf(someone()) });
  const items = Array.from({ length: 1200 }, (_, number) => ({ id: `${number}`, title: `Task ${number}`, status: "needsAction" }));
  const text = JSON.stringify({ items: [{ id: "list", title: "Errands", items }] });
  const id = timeId();
  const failure = await client.import(text.slice(0, -9), { from: "google", id }).catch((error: unknown) => error);
  assert.ok(failure instanceof TickboxError);
  const { import: came } = failure;
  assert.deepEqual([failure.status, came?.id, came?.lists.created], [400, id, 1]);
  assert.equal(came?.created, (await client.list({ limit: 1 })).count);
  assert.ok(came.created > 0);
  assert.equal((await client.undoImport(id)).removed, came.created);
  // What is refused before anything is written says nothing of it.
  const early = await client.import("[", { from: "google" }).catch((error: unknown) => error);
  assert.ok(early instanceof TickboxError);
  assert.equal(early.import, undefined);
});
