// The client against the real server.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { TickboxError, createClient, timeId, type Client, type ClientOptions, type Route, type ServerEvent } from "tickbox-client";
import { Line } from "./support/line.js";
import { Server, someone, tokenOf } from "./support/server.js";

/** For each route of the API, the method that calls it: one that is missing here does not compile. */
const METHODS: Record<Route, keyof Client> = {
  "DELETE /api/{user_id}": "removeUser",
  "GET /api/{user_id}/export": "export",
  "POST /api/{user_id}/import": "import",
  "POST /api/{user_id}/imports/{import_id}/undo": "undoImport",
  "GET /api/{user_id}/tasks": "list",
  "POST /api/{user_id}/tasks": "create",
  "POST /api/{user_id}/tasks/batch": "batch",
  "GET /api/{user_id}/tags": "listTags",
  "GET /api/{user_id}/tasks/{task_id}": "get",
  "PUT /api/{user_id}/tasks/{task_id}": "put",
  "PATCH /api/{user_id}/tasks/{task_id}": "change",
  "DELETE /api/{user_id}/tasks/{task_id}": "delete",
  "PATCH /api/{user_id}/tasks/{task_id}/complete": "complete",
  "POST /api/{user_id}/tasks/{task_id}/skip": "skip",
  "GET /api/{user_id}/tasks/{task_id}/occurrences": "occurrences",
  "POST /api/{user_id}/tasks/{task_id}/restore": "restore",
  "GET /api/{user_id}/tasks/{task_id}/history": "history",
  "POST /api/{user_id}/tasks/{task_id}/move": "move",
  "GET /api/{user_id}/lists": "listLists",
  "POST /api/{user_id}/lists": "createList",
  "GET /api/{user_id}/lists/{list_id}": "getList",
  "PUT /api/{user_id}/lists/{list_id}": "putList",
  "PATCH /api/{user_id}/lists/{list_id}": "changeList",
  "DELETE /api/{user_id}/lists/{list_id}": "deleteList",
  "POST /api/{user_id}/lists/{list_id}/move": "moveList",
  "POST /api/{user_id}/lists/{list_id}/restore": "restoreList",
  "GET /api/{user_id}/lists/{list_id}/history": "historyOfList",
  "GET /api/{user_id}/changes": "changes",
  "POST /api/{user_id}/changes/{seq}/undo": "undo",
  "GET /api/{user_id}/events": "events",
  "POST /api/{user_id}/events/ticket": "ticket",
  "GET /health": "health",
  "GET /ready": "ready",
};

let server: Server;
const lines: Line[] = [];

before(async () => {
  server = await Server.start();
});

afterEach(() => Promise.all(lines.splice(0).map((line) => line.close())));
after(() => server.remove());

interface Seen {
  method: string;
  path: string;
  status: number;
  headers: Headers;
}

/** A client that notes what it sends. */
function clientOf(user: string, options: Partial<ClientOptions> = {}): { client: Client; seen: Seen[] } {
  const seen: Seen[] = [];
  const note: typeof fetch = async (input, init) => {
    const entry = { method: init?.method ?? "GET", path: new URL(String(input)).pathname, status: 0, headers: new Headers(init?.headers) };
    seen.push(entry);
    const response = await (options.fetch ?? fetch)(input, init);
    entry.status = response.status;
    return response;
  };
  const retry = { base: 10, cap: 50 };
  return { client: createClient({ baseUrl: server.url, token: tokenOf(user), retry, ...options, fetch: note }), seen };
}

async function line(): Promise<Line> {
  const made = await Line.to(server.url);
  lines.push(made);
  return made;
}

async function refused(work: Promise<unknown>): Promise<TickboxError> {
  const error = await work.then(() => assert.fail("it should fail"), (thrown: unknown) => thrown);
  assert.ok(error instanceof TickboxError, String(error));
  return error;
}

test("each route has a method", async () => {
  const { client, seen } = clientOf("Ада/a|b c@d");
  const task = await client.create({ title: "task" });
  await client.createAt(timeId(), { title: "another" });
  await client.put(task.id, { title: "b" });
  await client.change(task.id, { description: "c" });
  await client.complete(task.id);
  await client.delete(task.id);
  assert.deepEqual((await client.list({ deleted: true })).tasks.map(({ id }) => id), [task.id]);
  const back = await client.restore(task.id);
  assert.deepEqual([back.title, back.description, back.completed], ["b", "c", true]);
  const { history } = await client.history(task.id, { limit: 2 });
  assert.deepEqual(history.map(({ kind }) => kind), ["restored", "deleted"]);
  const { changes } = await client.undo(history[0]!.seq);
  assert.ok("deleted" in changes[0]!);
  await client.batch([{ op: "create", title: "d" }]);
  assert.equal((await client.changes({ limit: 10 })).changes.length, 2);
  await client.change((await client.list()).tasks[0]!.id, { tags: ["home"] });
  const home = await client.list({ filter: "tags:home", order_by: "title", zone: "Europe/Berlin" });
  assert.deepEqual((await client.listTags()).tags, [{ name: "home", count: home.tasks.length }]);
  await client.get(home.tasks[0]!.id);
  const again = await client.create({ title: "again", due: "2026-01-05", recurrence: { rule: "FREQ=DAILY" } });
  const done = await client.complete(again.id, true, { occurrence: "2026-01-05" });
  assert.equal((await client.skip(again.id, { occurrence: "2026-01-05" })).version, done.version);
  assert.equal((await client.skip(again.id)).occurrence, "2026-01-07");
  const ahead = (await client.occurrences(again.id, { limit: 2 })).occurrences;
  assert.deepEqual(ahead, [{ due: { date: "2026-01-07" } }, { due: { date: "2026-01-08" } }]);
  await client.delete(again.id);
  const list = await client.createList({ name: "list" });
  await client.createListAt(timeId(), { name: "another" });
  await client.putList(list.id, { name: "b", metadata: { a: 1 } });
  await client.changeList(list.id, { metadata: { b: 2 } });
  await client.moveList(list.id, { before: null });
  assert.equal((await client.move((await client.list()).tasks[0]!.id, { list_id: list.id })).list_id, list.id);
  await client.deleteList(list.id);
  assert.deepEqual((await client.listLists({ deleted: true })).lists.map(({ id }) => id), [list.id]);
  await client.restoreList(list.id);
  assert.deepEqual((await client.getList(list.id)).metadata, { a: 1, b: 2 });
  assert.equal((await client.historyOfList(list.id, { limit: 1 })).history[0]?.kind, "restored");
  assert.equal((await client.listLists()).lists.find(({ id }) => id === list.id)?.open_count, 1);
  assert.equal((await client.health()).status, "healthy");
  assert.equal((await client.ready()).status, "ready");
  const { ticket } = await client.ticket();
  const control = new AbortController();
  const stream = await fetch(`${server.url}/api/${encodeURIComponent(client.userId!)}/events?ticket=${ticket}`, { signal: control.signal });
  assert.equal(stream.status, 200);
  control.abort();
  for await (const event of client.events()) {
    assert.equal(event.type, "ready");
    break;
  }
  const exported = await client.export();
  assert.deepEqual(JSON.parse(exported.split("\n", 1)[0]!), { kind: "tickbox", version: 1 });
  const line = JSON.stringify({ kind: "task", id: timeId(), title: "brought" });
  const file = new Blob([exported, line]);
  const { id, created, dry_run } = await client.import(file, { dry_run: true });
  assert.deepEqual([created, dry_run], [1, true]);
  assert.equal((await client.import(file, { id })).created, 1);
  assert.equal((await client.import("TYPE,CONTENT\ntask,Pay rent", { from: "todoist" })).created, 1);
  assert.equal((await client.undoImport(id)).removed, 1);
  await client.removeUser("Ада/a|b c@d");
  assert.equal((await client.list()).count, 0);
  const named = new Set(seen.map(({ method, path }) => {
    const general = path.replace(/^\/api\/[^/]+/, "/api/{user_id}").replace(/changes\/\d+/, "changes/{seq}");
    const of = general.includes("/lists") ? "{list_id}" : general.includes("/imports") ? "{import_id}" : "{task_id}";
    return `${method} ${general.replace(/\/[0-9a-f-]{36}/, `/${of}`)}`;
  }));
  assert.deepEqual([...named].sort(), Object.keys(METHODS).sort());
});

test("a task is changed only as it was seen, and an error does not count as seeing", async () => {
  const user = someone();
  const [{ client, seen }, { client: other }] = [clientOf(user), clientOf(user)];
  const task = await client.create({ title: "one" });
  await other.get(task.id);
  await other.change(task.id, { title: "two" });
  for (let times = 0; times < 2; times++) {
    const error = await refused(client.change(task.id, { title: "three" }));
    assert.deepEqual([error.status, error.code, error.current?.title], [412, "PRECONDITION_FAILED", "two"]);
  }
  assert.equal(seen.at(-1)?.headers.get("if-match"), '"1"');
  await refused(client.delete(task.id));
  await refused(client.batch([{ op: "complete", id: task.id, if_version: 1 }]));
  assert.equal((await client.change(task.id, { title: "three" }, { ifMatch: { version: 2 } })).version, 3);
  assert.equal((await client.complete(task.id)).version, 4);
  await other.change(task.id, { title: "four" }, { ifMatch: false });
  assert.equal(seen.at(-1)?.headers.get("if-match"), '"3"');
  await client.list();
  await client.delete(task.id);
  assert.equal(seen.at(-1)?.headers.get("if-match"), '"5"');
  const careless = clientOf(user, { tags: false });
  await careless.client.restore(task.id);
  await careless.client.change(task.id, { title: "five" });
  assert.equal(careless.seen.at(-1)?.headers.get("if-match"), null);
});

test("what is known already is not sent again, and is not what a caller made of it", async () => {
  const { client, seen } = clientOf(someone());
  const { id } = await client.create({ title: "task" });
  const first = await client.list();
  first.tasks[0]!.title = "scribbled on";
  const second = await client.list();
  assert.deepEqual(seen.map(({ status }) => status), [201, 200, 304]);
  assert.equal(second.tasks[0]?.title, "task");
  await client.get(id);
  assert.equal((await client.get(id)).title, "task");
  assert.equal(seen.at(-1)?.status, 304);
  await client.complete(id);
  assert.equal((await client.get(id)).completed, true);
  assert.equal((await client.list({ completed: true })).count, 1);
  await client.delete(id);
  assert.equal((await refused(client.get(id))).code, "NOT_FOUND");
});

test("all pages, one after the other", async () => {
  const { client } = clientOf(someone());
  await client.batch(Array.from({ length: 7 }, (_, place) => ({ op: "create", title: String(place) })));
  const titles = [];
  for await (const { title } of client.each({ limit: 3 })) titles.push(title);
  assert.deepEqual(titles, ["6", "5", "4", "3", "2", "1", "0"]);
});

test("a write whose answer is lost is sent again with its key, and done once", async () => {
  const own = await line();
  const { client, seen } = clientOf(someone(), { baseUrl: own.url });
  void own.loseNext();
  const task = await client.create({ title: "once" });
  void own.loseNext();
  assert.equal((await client.complete(task.id)).version, 2);
  void own.loseNext();
  await client.delete(task.id);
  assert.equal(own.lost, 3);
  const keys = seen.map(({ headers }) => headers.get("idempotency-key"));
  assert.deepEqual([keys.length, new Set(keys).size], [6, 3]);
  assert.equal((await client.list({ deleted: true })).count, 1);
});

test("a write without a key is not repeated", async () => {
  const own = await line();
  const { client, seen } = clientOf(someone(), { baseUrl: own.url });
  void own.loseNext();
  const error = await refused(client.create({ title: "perhaps" }, { idempotencyKey: false }));
  assert.deepEqual([error.status, error.code, seen.length], [0, "NETWORK", 1]);
  const task = await client.create({ title: "mine" }, { idempotencyKey: "a-key-of-mine" });
  const again = await client.create({ title: "mine" }, { idempotencyKey: "a-key-of-mine" });
  assert.deepEqual(again, task);
  const reused = await refused(client.create({ title: "other" }, { idempotencyKey: "a-key-of-mine" }));
  assert.equal(reused.code, "IDEMPOTENCY_KEY_REUSED");
});

test("a server that asks for time gets it", async () => {
  // As a load balancer answers while the server behind it starts.
  const answers = [
    () => new Response("<h1>Bad gateway</h1>", { status: 502 }),
    () => new Response("{}", { status: 503, headers: { "Retry-After": "1" } }),
    () => new Response("{}", { status: 429, headers: { "Retry-After": "0" } }),
  ];
  const balancer: typeof fetch = (input, init) => Promise.resolve(answers.shift()?.()).then((answer) => answer ?? fetch(input, init));
  const { client, seen } = clientOf(someone(), { fetch: balancer });
  const start = performance.now();
  await client.create({ title: "at last" });
  assert.ok(performance.now() - start >= 1000);
  assert.deepEqual(seen.map(({ status }) => status), [502, 503, 429, 201]);
  answers.push(() => new Response("{}", { status: 503, headers: { "Retry-After": "600" } }));
  assert.equal((await refused(client.list())).retryAfter, 600_000, "so long nobody waits");
});

test("a token that is over is asked for once more", async () => {
  const user = someone();
  const expired = tokenOf(user, -10);
  const tokens = [expired, expired, tokenOf(user)];
  let asked = 0;
  const { client, seen } = clientOf(user, { token: () => tokens[Math.min(asked++, 2)] });
  const error = await refused(client.list());
  assert.deepEqual([error.status, error.code, asked], [401, "UNAUTHORIZED", 2]);
  assert.ok(error.requestId);
  await Promise.all([client.list(), client.list(), client.create({ title: "a" })]);
  assert.equal(asked, 3, "those who ask at once share a token, and it is kept");
  assert.deepEqual(seen.map(({ status }) => status), [401, 401, 200, 200, 201]);
  const fixed = clientOf(user, { token: expired });
  assert.equal((await refused(fixed.client.list())).status, 401);
  assert.equal(fixed.seen.length, 1);
});

test("without a token, or with another's, nothing is sent", async () => {
  const user = someone();
  let token: string | null = null;
  const { client, seen } = clientOf(user, { token: () => token });
  assert.equal((await refused(client.list())).code, "NO_TOKEN");
  token = tokenOf(user);
  await client.list();
  assert.equal(client.userId, user);
  const other = clientOf(user, { userId: user, token: tokenOf(someone()) });
  assert.equal((await refused(other.client.list())).code, "WRONG_USER");
  assert.deepEqual([seen.length, other.seen.length], [1, 0]);
});

test("a token function that does not answer is given up in time, and asked again", async () => {
  const user = someone();
  let asked = 0;
  const token = () => (asked++ < 2 ? new Promise<string>(() => undefined) : tokenOf(user));
  const { client, seen } = clientOf(user, { token, timeout: 50, retry: { attempts: 1 } });
  assert.equal((await refused(client.list())).code, "TIMEOUT");
  const control = new AbortController();
  const stopped = client.list({}, { signal: control.signal });
  control.abort(new Error("never mind"));
  await assert.rejects(stopped, /never mind/);
  assert.equal((await client.list()).count, 0);
  assert.deepEqual([asked, seen.length], [3, 1]);
});

test("an answer that is no answer of this server is an error, whatever its status", async () => {
  for (const text of ["", "<html>Please sign in</html>"]) {
    const portal: typeof fetch = () => Promise.resolve(new Response(text));
    const { client } = clientOf(someone(), { fetch: portal, retry: { attempts: 1 } });
    assert.equal((await refused(client.create({ title: "a" }))).code, "BAD_ANSWER");
    assert.equal((await refused(client.list())).code, "BAD_ANSWER");
  }
});

test("a refusal says what is wrong", async () => {
  const { client } = clientOf(someone());
  const error = await refused(client.create({ title: "" }));
  assert.deepEqual([error.status, error.code, error.temporary], [422, "VALIDATION_ERROR", false]);
  assert.match(error.message, /title/);
  assert.ok(error.details);
  const { id } = await client.create({ id: timeId(), title: "mine" });
  const conflict = await refused(client.create({ id, title: "not mine" }));
  assert.deepEqual([conflict.status, conflict.current?.title], [409, "mine"]);
  const exists = await refused(client.createAt(id, { title: "not mine" }));
  assert.deepEqual([exists.status, exists.current?.title], [412, "mine"]);
  const batch = await refused(client.batch([{ op: "complete", id }, { op: "create", title: "" }]));
  assert.deepEqual([batch.status, batch.index], [422, 1]);
  const each = await client.batch([{ op: "complete", id }, { op: "create", title: "" }], { atomic: false });
  assert.deepEqual(each.results.map(({ status }) => status), [200, 422]);
  const dry = await client.batch([{ op: "delete", id }], { dryRun: true });
  assert.deepEqual([dry.dry_run, dry.results[0]?.status], [true, 204]);
  assert.equal((await client.complete(id, false)).version, 3, "a rehearsal is not taken for the real thing");
  const { history } = await client.history(id);
  const undo = await refused(client.undo(history.at(-1)!.seq));
  assert.deepEqual([undo.status, undo.conflictingSeq], [409, history[0]!.seq]);
});

test("no answer is an error too, in time", async () => {
  const own = await line();
  const { client } = clientOf(someone(), { baseUrl: own.url, retry: { attempts: 2, base: 1 } });
  await client.list();
  own.delay = () => 1000;
  assert.equal((await refused(client.list({}, { timeout: 50 }))).code, "TIMEOUT");
  const control = new AbortController();
  const stopped = client.list({}, { signal: control.signal });
  control.abort(new Error("never mind"));
  await assert.rejects(stopped, /never mind/);
  own.cut();
  const error = await refused(client.list());
  assert.deepEqual([error.code, error.temporary], ["NETWORK", true]);
});

test("events go on where a line broke, without a gap or a double", async () => {
  const user = someone();
  const own = await line();
  const { client } = clientOf(user, { baseUrl: own.url });
  const { client: writer } = clientOf(user);
  const events: ServerEvent[] = [];
  let connections = 0;
  const { id } = await writer.create({ title: "0" });
  const since = (await writer.changes()).next_cursor;
  const written = (async () => {
    for (let round = 1; round <= 40; round++) {
      await writer.change(id, { title: String(round) });
      if (round % 10 === 0) {
        own.cut();
        own.mend();
      }
    }
    await writer.delete(id);
  })();
  for await (const event of client.events({ lastEventId: since })) {
    if (event.type === "ready") connections += 1;
    else events.push(event);
    if (event.type === "task.deleted") break;
  }
  await written;
  const seqs = events.map((event) => (event.type === "ready" ? 0 : event.seq));
  assert.deepEqual(seqs.toSorted((a, b) => a - b), seqs);
  assert.equal(new Set(seqs).size, seqs.length);
  assert.equal(seqs.at(-1), 42);
  assert.ok(connections > 1);
  const wrong = client.events({ lastEventId: "AAAA" });
  assert.equal((await refused(wrong.next())).status, 422);
});

test("a stream whose token is over goes on with a new one", async () => {
  const user = someone();
  let asked = 0;
  const { client } = clientOf(user, { token: () => tokenOf(user, (asked += 1) === 1 ? 2 : 3600) });
  const { client: writer } = clientOf(user);
  let connections = 0;
  const control = new AbortController();
  const onDisconnect = () => assert.fail("it is no loss");
  for await (const event of client.events({ signal: control.signal, onDisconnect })) {
    if (event.type === "ready" && ++connections === 2) await writer.create({ title: "still heard" });
    if (event.type === "task.changed") {
      assert.equal(event.task.title, "still heard");
      control.abort();
    }
  }
  assert.equal(connections, 2);
});
