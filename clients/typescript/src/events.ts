// The live events of one user: a connection that is made anew for as long as somebody listens, and goes on where
// the last one ended.

import { TickboxError, asTickboxError } from "./errors.js";
import type { Http } from "./http.js";
import { Alarm, backOff, whenOnline, type RetryPolicy } from "./retry.js";
import { listChange, taskChange } from "./log.js";
import { SseParser, type Message } from "./sse.js";
import type { List, Task } from "./types.js";

export type ServerEvent =
  /** A connection stands. Its cursor is where the replay begins. */
  | { type: "ready"; cursor: string }
  | { type: "task.changed"; cursor: string; seq: number; task: Task }
  | { type: "task.deleted"; cursor: string; seq: number; deleted: string }
  | { type: "list.changed"; cursor: string; seq: number; list: List }
  | { type: "list.deleted"; cursor: string; seq: number; deleted: string; kind: "list" };

export interface EventsOptions {
  /** A cursor: what happened since is sent first. Without it: from now on. */
  lastEventId?: string | undefined;
  /** Of what: `task`, by default, or `task,list`. A cursor knows its kinds. */
  kinds?: string | undefined;
  /** Ends the events without an error. */
  signal?: AbortSignal | undefined;
  /** Told whenever a connection ends or cannot be made; a new one follows by itself. */
  onDisconnect?: ((error: TickboxError) => void) | undefined;
  /** Told the cursor behind an event that this client does not know. There is nothing to do but to go on from there. */
  onSkipped?: ((cursor: string) => void) | undefined;
  /** A connection that says nothing for so many milliseconds is given up. The server says something every 15 s. */
  silence?: number | undefined;
  /** When to connect again, for ever. */
  retry?: Partial<Pick<RetryPolicy, "base" | "cap">> | undefined;
}

const SILENCE = 45_000;

/** Ends when the signal is aborted; throws what no new connection can mend, such as 410 `CURSOR_EXPIRED`. */
export async function* listen(http: Http, options: EventsOptions): AsyncGenerator<ServerEvent, void, undefined> {
  const { signal } = options;
  const policy = { ...http.retry, ...options.retry };
  const alarm = new Alarm();
  const end = new AbortController();
  whenOnline(() => alarm.ring(), end.signal);
  let cursor = options.lastEventId;
  let least = 0;
  try {
    for (let failures = 0; !signal?.aborted; ) {
      const began = performance.now();
      // The failure of a connection that broke may be told after the news that the network is back.
      const { rings } = alarm;
      let ready = false;
      let expired = false;
      let error: TickboxError | undefined;
      try {
        for await (const message of connect(http, cursor, options)) {
          if (typeof message === "number") {
            least = message;
            continue;
          }
          if (message.event === "token.expired") {
            expired = true;
            http.tokens.forget();
            break;
          }
          const event = read(message, (options.kinds ?? "task").split(","));
          if (!event) {
            if (message.id === "" || message.id === cursor) continue;
            cursor = message.id;
            options.onSkipped?.(cursor);
            continue;
          }
          cursor = event.cursor;
          if (event.type === "ready") ready = true;
          else failures = 0;
          yield event;
        }
      } catch (thrown) {
        error = asTickboxError(thrown);
      }
      if (signal?.aborted) return;
      // A new token is all that it takes.
      if (expired && ready) continue;
      error ??= TickboxError.local("NETWORK", "The stream of events has ended");
      if (!error.temporary) throw error;
      // One that ends as soon as it stands is as bad as none: something between here and there cuts it off.
      if (performance.now() - began > policy.cap) failures = 0;
      options.onDisconnect?.(error);
      await alarm.wait(Math.max(least, error.retryAfter ?? 0) + backOff(failures, policy), signal, rings);
      failures += 1;
    }
  } finally {
    end.abort();
  }
}

/** One connection: messages, and numbers where the server asks for a time before the next connection. */
async function* connect(
  http: Http,
  cursor: string | undefined,
  options: EventsOptions,
): AsyncGenerator<Message | number, void, undefined> {
  const control = new AbortController();
  const abort = () => control.abort();
  options.signal?.addEventListener("abort", abort);
  const silence = options.silence ?? SILENCE;
  let silent = false;
  const giveUp = () => {
    silent = true;
    abort();
  };
  let timer = setTimeout(giveUp, silence);
  try {
    if (options.signal?.aborted) return;
    const headers = { Accept: "text/event-stream", "Last-Event-ID": cursor };
    const stream = await http.open({
      method: "GET",
      path: "/events",
      query: { kinds: options.kinds },
      headers,
      repeatable: true,
      signal: control.signal,
    });
    const reader = stream.getReader();
    const decoder = new TextDecoder();
    const parser = new SseParser(cursor);
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(timer);
      timer = setTimeout(giveUp, silence);
      yield* parser.push(decoder.decode(value, { stream: true }));
      if (parser.retry !== undefined) yield parser.retry;
    }
  } catch (error) {
    if (silent) throw TickboxError.local("TIMEOUT", `Nothing was heard for ${silence} ms`, error);
    throw error;
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener("abort", abort);
    abort();
  }
}

/** Events of kinds that nobody asked for, as later servers may have them, are nothing to us. */
function read({ event, data, id }: Message, kinds: string[]): ServerEvent | undefined {
  let body: unknown;
  try {
    body = JSON.parse(data);
  } catch {
    return undefined;
  }
  if (typeof body !== "object" || body === null) return undefined;
  if (event === "ready") return { type: "ready", cursor: (body as { cursor?: string }).cursor ?? id };
  const list = kinds.includes("list") ? listChange(body) : undefined;
  if (list && event === "list.changed" && "list" in list) return { type: "list.changed", cursor: id, ...list };
  if (list && event === "list.deleted" && "deleted" in list) return { type: "list.deleted", cursor: id, ...list };
  const change = taskChange(body);
  if (!change) return undefined;
  if (event === "task.changed" && "task" in change) return { type: "task.changed", cursor: id, ...change };
  if (event === "task.deleted" && "deleted" in change) return { type: "task.deleted", cursor: id, ...change };
  return undefined;
}
