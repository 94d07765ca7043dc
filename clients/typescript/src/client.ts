// A method for each route of the API, with entity tags and idempotency keys unless told otherwise.

import { dataMethods } from "./data.js";
import { listen, type EventsOptions, type ServerEvent } from "./events.js";
import { TickboxError } from "./errors.js";
import { Http, type Ask, type HttpOptions, type Reply } from "./http.js";
import { randomId } from "./ids.js";
import { rowChange } from "./log.js";
import type { RetryPolicy } from "./retry.js";
import { keyOf, type Of } from "./rows.js";
import { Tags, tagOf } from "./tags.js";
import type * as T from "./types.js";

export interface ClientOptions extends HttpOptions {
  /** `false`: writes carry no `If-Match` and reads no `If-None-Match` unless a call says so. */
  tags?: boolean | undefined;
}

export interface CallOptions {
  signal?: AbortSignal | undefined;
  retry?: Partial<RetryPolicy> | undefined;
  /** The most milliseconds for one attempt, from the token to the end of the answer. */
  timeout?: number | undefined;
}

export interface WriteOptions extends CallOptions {
  /** The key of this write; `false` for none. By default a random one, the same for every repeat. */
  idempotencyKey?: string | false | undefined;
}

export interface ChangeOptions extends WriteOptions {
  /**
   * The task as the change expects it: its version, a task, or a whole `If-Match` (`*`, `"1", "2"`); `false` for
   * whatever it is. By default the version that this client saw last, if it saw any.
   */
  ifMatch?: number | { version: number } | string | false | undefined;
}

/** A request in its raw form: repeats of it are the same to the byte. */
export interface RawRequest {
  method: "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below `/api/{user_id}`. */
  path: string;
  body?: string | undefined;
  ifMatch?: string | undefined;
  idempotencyKey: string;
}

export interface RawAnswer {
  status: number;
  /** Whatever JSON there was; nothing with 204. */
  body: unknown;
}

export type Client = ReturnType<typeof createClient>;

export function createClient(options: ClientOptions) {
  const http = new Http(options);
  const tags = new Tags();
  const useTags = options.tags ?? true;

  /** Answers that are the same as last time are taken from memory. */
  async function read<B>(path: string, query: Ask["query"], call: CallOptions, keep: boolean): Promise<B> {
    const name = path + JSON.stringify(query ?? {});
    const copy = keep && useTags ? tags.copy(name) : undefined;
    const headers = { "If-None-Match": copy?.tag };
    const ask: Ask = { ...call, method: "GET", path, query: query ?? {}, headers, repeatable: true, accept: [304] };
    const reply = await http.send(ask).catch((error: unknown) => {
      if (error instanceof TickboxError && error.status === 404) tags.drop(name);
      throw error;
    });
    if (reply.status === 304 && copy) return JSON.parse(copy.text) as B;
    if (keep && useTags) tags.keep(name, reply.headers.get("etag"), reply.text);
    return parse<B>(reply.text);
  }

  async function write<B>(ask: Pick<Ask, "method" | "path" | "headers" | "type">, body: unknown, call: WriteOptions) {
    const key = call.idempotencyKey === false ? undefined : (call.idempotencyKey ?? randomId());
    const headers = { ...ask.headers, "Idempotency-Key": key };
    const text = body === undefined ? undefined : JSON.stringify(body);
    const { retry, signal, timeout } = call;
    const repeatable = key !== undefined;
    const reply = await http.send({ ...ask, headers, body: text, repeatable, retry, signal, timeout });
    return content(reply) as B;
  }

  function expected(key: string, { ifMatch }: ChangeOptions): string | undefined {
    if (ifMatch === false) return undefined;
    if (ifMatch === undefined) return useTags ? tags.tag(key) : undefined;
    if (typeof ifMatch === "string") return ifMatch;
    return tagOf(typeof ifMatch === "number" ? ifMatch : ifMatch.version);
  }

  function saw<R extends T.Task | T.List>(row: R, of?: Of): R {
    if (!("deleted_at" in row)) tags.saw(keyOf(row.id, of), row.version);
    return row;
  }

  const sawList = (list: T.List): T.List => saw(list, "list");

  function sawAll({ changes }: { changes: T.Change[] }): void {
    for (const entry of changes) {
      const change = rowChange(entry);
      if (!change) continue;
      if (change.row) saw(change.row, change.of);
      else tags.forget(change.key);
    }
  }

  const at = (id: string) => `/tasks/${encodeURIComponent(id)}`;
  const listAt = (id: string) => `/lists/${encodeURIComponent(id)}`;

  type Place = Pick<Ask, "method" | "path" | "type">;

  async function changeAt(place: Place, id: string, body: unknown, call: ChangeOptions): Promise<T.Task> {
    const headers = { "If-Match": expected(id, call) };
    return saw(await write<T.Task>({ ...place, headers }, body, call));
  }

  async function changeListAt(place: Place, id: string, body: unknown, call: ChangeOptions): Promise<T.List> {
    const headers = { "If-Match": expected(keyOf(id, "list"), call) };
    return sawList(await write<T.List>({ ...place, headers }, body, call));
  }

  async function list(query: T.ListQuery = {}, call: CallOptions = {}): Promise<T.TaskList> {
    const answer = await read<T.TaskList>("/tasks", query, call, true);
    answer.tasks.forEach((task) => saw(task));
    return answer;
  }

  return {
    /** Whose tasks these are: as given, or as the first token said. */
    get userId(): string | undefined {
      return http.tokens.user;
    },

    /** These tasks are this user's: from now on the token of another is refused before anything is sent. */
    claim(user: string): void {
      http.tokens.claim(user);
    },

    /** `GET /tasks`: all tasks, those of a `filter`, or a page of them; with `deleted: true` the trash. */
    list,

    /** All tasks of a list, page by page while they are taken. */
    async *each(query: T.ListQuery = {}, call: CallOptions = {}): AsyncGenerator<T.Task, void, undefined> {
      const page = { limit: 500, ...query };
      for (;;) {
        const { tasks, next_cursor } = await list(page, call);
        yield* tasks;
        if (!next_cursor) return;
        page.cursor = next_cursor;
      }
    },

    /** `GET /tags`: the tags of tasks that are not in the trash, and how many tasks have each. */
    listTags(call: CallOptions = {}): Promise<T.TagList> {
      return read<T.TagList>("/tags", undefined, call, true);
    },

    /** `GET /tasks/{task_id}` */
    async get(id: string, call: CallOptions = {}): Promise<T.Task> {
      return saw(await read<T.Task>(at(id), undefined, call, true));
    },

    /** `POST /tasks` */
    async create(task: T.NewTask, call: WriteOptions = {}): Promise<T.Task> {
      return saw(await write<T.Task>({ method: "POST", path: "/tasks" }, task, call));
    },

    /** `PUT /tasks/{task_id}` with `If-None-Match: *`: makes the task, or 412 if there is one. */
    async createAt(id: string, task: Omit<T.NewTask, "id">, call: WriteOptions = {}): Promise<T.Task> {
      const headers = { "If-None-Match": "*" };
      return saw(await write<T.Task>({ method: "PUT", path: at(id), headers }, task, call));
    },

    /** `PATCH /tasks/{task_id}`: fields that are left out keep their values. */
    change(id: string, patch: T.TaskPatch, call: ChangeOptions = {}): Promise<T.Task> {
      const type = "application/merge-patch+json";
      return changeAt({ method: "PATCH", path: at(id), type }, id, patch, call);
    },

    /** `PUT /tasks/{task_id}`: means the same as {@link change}. */
    put(id: string, patch: T.TaskPatch, call: ChangeOptions = {}): Promise<T.Task> {
      return changeAt({ method: "PUT", path: at(id) }, id, patch, call);
    },

    /** `PATCH /tasks/{task_id}/complete` */
    complete(id: string, completed = true, { occurrence, on, zone, ...call }: ChangeOptions & T.Occasion = {}): Promise<T.Task> {
      return changeAt({ method: "PATCH", path: `${at(id)}/complete` }, id, { completed, occurrence, on, zone }, call);
    },

    /** `POST /tasks/{task_id}/skip`: goes on to the next occurrence without this one. */
    skip(id: string, { occurrence, on, zone, ...call }: ChangeOptions & T.Occasion = {}): Promise<T.Task> {
      return changeAt({ method: "POST", path: `${at(id)}/skip` }, id, { occurrence, on, zone }, call);
    },

    /** `GET /tasks/{task_id}/occurrences`: when a task is due, now and later. */
    occurrences(id: string, query: { limit?: number } = {}, call: CallOptions = {}): Promise<T.Occurrences> {
      return read<T.Occurrences>(`${at(id)}/occurrences`, { ...query }, call, true);
    },

    /** `DELETE /tasks/{task_id}`: into the trash. */
    async delete(id: string, call: ChangeOptions = {}): Promise<void> {
      const headers = { "If-Match": expected(id, call) };
      await write<undefined>({ method: "DELETE", path: at(id), headers }, undefined, call);
      tags.forget(id);
    },

    /** `POST /tasks/{task_id}/restore`: out of the trash. */
    async restore(id: string, call: WriteOptions = {}): Promise<T.Task> {
      return saw(await write<T.Task>({ method: "POST", path: `${at(id)}/restore` }, undefined, call));
    },

    /** `POST /tasks/{task_id}/move`: to a place among its siblings, another parent or another list. */
    move(id: string, target: T.Target, { ifMatch = false, ...call }: ChangeOptions = {}): Promise<T.Task> {
      return changeAt({ method: "POST", path: `${at(id)}/move` }, id, target, { ifMatch, ...call });
    },

    /** `GET /lists`: all lists in their order, or those in the trash. */
    async listLists(query: { deleted?: boolean } = {}, call: CallOptions = {}): Promise<T.Lists> {
      const answer = await read<T.Lists>("/lists", query, call, true);
      answer.lists.forEach(sawList);
      return answer;
    },

    /** `GET /lists/{list_id}` */
    async getList(id: string, call: CallOptions = {}): Promise<T.List> {
      return sawList(await read<T.List>(listAt(id), undefined, call, true));
    },

    /** `POST /lists` */
    async createList(list: T.NewList, call: WriteOptions = {}): Promise<T.List> {
      return sawList(await write<T.List>({ method: "POST", path: "/lists" }, list, call));
    },

    /** `PUT /lists/{list_id}` with `If-None-Match: *`: makes the list, or 412 if there is one. */
    async createListAt(id: string, list: Omit<T.NewList, "id">, call: WriteOptions = {}): Promise<T.List> {
      const headers = { "If-None-Match": "*" };
      return sawList(await write<T.List>({ method: "PUT", path: listAt(id), headers }, list, call));
    },

    /** `PATCH /lists/{list_id}`: fields that are left out keep their values. */
    changeList(id: string, patch: T.ListPatch, call: ChangeOptions = {}): Promise<T.List> {
      return changeListAt({ method: "PATCH", path: listAt(id), type: "application/merge-patch+json" }, id, patch, call);
    },

    /** `PUT /lists/{list_id}`: the same, but `metadata` is replaced. */
    putList(id: string, patch: T.ListPatch, call: ChangeOptions = {}): Promise<T.List> {
      return changeListAt({ method: "PUT", path: listAt(id) }, id, patch, call);
    },

    /** `DELETE /lists/{list_id}`: into the trash, with all that is in it. */
    async deleteList(id: string, call: ChangeOptions = {}): Promise<void> {
      const headers = { "If-Match": expected(keyOf(id, "list"), call) };
      await write<undefined>({ method: "DELETE", path: listAt(id), headers }, undefined, call);
      tags.forget(keyOf(id, "list"));
    },

    /** `POST /lists/{list_id}/restore`: out of the trash, with what was deleted with it. */
    async restoreList(id: string, call: WriteOptions = {}): Promise<T.List> {
      return sawList(await write<T.List>({ method: "POST", path: `${listAt(id)}/restore` }, undefined, call));
    },

    /** `POST /lists/{list_id}/move`: to a place among the others. */
    moveList(id: string, beside: T.Beside, { ifMatch = false, ...call }: ChangeOptions = {}): Promise<T.List> {
      return changeListAt({ method: "POST", path: `${listAt(id)}/move` }, id, beside, { ifMatch, ...call });
    },

    /** `GET /lists/{list_id}/history`: what a list was, newest first. */
    historyOfList(id: string, query: T.HistoryQuery = {}, call: CallOptions = {}): Promise<T.History> {
      return read<T.History>(`${listAt(id)}/history`, { ...query }, call, false);
    },

    /** `POST /tasks/batch`: up to 500 operations, all or none of them unless `atomic` is `false`. */
    async batch(
      operations: T.BatchOperation[],
      { atomic, dryRun, ...call }: WriteOptions & { atomic?: boolean; dryRun?: boolean } = {},
    ): Promise<T.BatchResults> {
      const body = { operations, atomic, dry_run: dryRun };
      const answer = await write<T.BatchResults>({ method: "POST", path: "/tasks/batch" }, body, call);
      for (const { task, id, ids } of dryRun ? [] : answer.results) {
        if (task) saw(task);
        ids?.forEach((changed) => tags.forget(changed));
        if (id !== undefined) tags.forget(id);
      }
      return answer;
    },

    /** `GET /changes`: what changed since a cursor; without one, everything. Pass over what is about no task. */
    async changes(query: T.ChangesQuery = {}, call: CallOptions = {}): Promise<T.Changes> {
      const timeout = call.timeout ?? (query.wait ? query.wait * 1000 + 35_000 : undefined);
      const changes = await read<T.Changes>("/changes", { ...query }, { ...call, timeout }, false);
      sawAll(changes);
      return changes;
    },

    /** `GET /events`: what happens from now on, or since `lastEventId`, over as many connections as it takes. */
    async *events(call: EventsOptions = {}): AsyncGenerator<ServerEvent, void, undefined> {
      for await (const event of listen(http, call)) {
        if (event.type === "task.changed") saw(event.task);
        if (event.type === "task.deleted") tags.forget(event.deleted);
        if (event.type === "list.changed") sawList(event.list);
        if (event.type === "list.deleted") tags.forget(keyOf(event.deleted, "list"));
        yield event;
      }
    },

    /** `POST /events/ticket`: opens one stream of events without a header, for `EventSource`. */
    ticket(call: CallOptions = {}): Promise<T.Ticket> {
      return write<T.Ticket>({ method: "POST", path: "/events/ticket" }, undefined, { ...call, idempotencyKey: false });
    },

    /** `GET /tasks/{task_id}/history`: what a task was, newest first. */
    history(id: string, query: T.HistoryQuery = {}, call: CallOptions = {}): Promise<T.History> {
      return read<T.History>(`${at(id)}/history`, { ...query }, call, false);
    },

    /** `POST /changes/{seq}/undo`: brings back what a change replaced. */
    async undo(seq: number, call: WriteOptions = {}): Promise<T.Undone> {
      const undone = await write<T.Undone>({ method: "POST", path: `/changes/${seq}/undo` }, undefined, call);
      sawAll(undone);
      return undone;
    },

    /**
     * `DELETE /api/{user_id}`: removes all that there is of the user, for good. `confirm` is the user's identity once
     * more, so that nobody is removed by mistake.
     */
    async removeUser(confirm: string, call: CallOptions = {}): Promise<void> {
      await http.send({ ...call, method: "DELETE", path: "", query: { confirm }, repeatable: true });
    },

    ...dataMethods(http),

    /** `GET /health` */
    async health(call: CallOptions = {}): Promise<T.Health> {
      const ask: Ask = { ...call, method: "GET", path: "/health", open: true, repeatable: true };
      return parse((await http.send(ask)).text);
    },

    /** `GET /ready`: also when it is not. */
    async ready(call: CallOptions = {}): Promise<T.Readiness> {
      const ask: Ask = { ...call, method: "GET", path: "/ready", open: true, repeatable: true, accept: [503] };
      return parse((await http.send(ask)).text);
    },

    /** Sends a write as it is, once; the offline store keeps its requests in this form. */
    async send({ idempotencyKey, ifMatch, ...request }: RawRequest, call: CallOptions = {}): Promise<RawAnswer> {
      const headers = { "Idempotency-Key": idempotencyKey, "If-Match": ifMatch };
      const reply = await http.send({ ...call, ...request, headers, repeatable: true });
      return { status: reply.status, body: content(reply) };
    },
  };
}

function content({ status, text }: Reply): unknown {
  return status === 204 ? undefined : parse(text);
}

function parse<B>(text: string): B {
  try {
    return JSON.parse(text) as B;
  } catch (error) {
    throw TickboxError.local("BAD_ANSWER", "The answer is not JSON", error);
  }
}
