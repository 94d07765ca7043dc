// One request to the server and its answer: address, token, time limit, repeats. It knows no routes and no tags.

import { TickboxError } from "./errors.js";
import { Alarm, RETRY, backOff, retryAfter, type RetryPolicy } from "./retry.js";
import { Tokens, type TokenSource } from "./tokens.js";

export interface HttpOptions {
  /** Where the server is, without `/api`: `https://tasks.example.com`. */
  baseUrl: string;
  token: TokenSource;
  /** The identity of the token; read from the token if left out. */
  userId?: string | undefined;
  /** Another `fetch`. */
  fetch?: typeof fetch | undefined;
  /** How often and when to ask again. */
  retry?: Partial<RetryPolicy> | undefined;
  /** The most milliseconds that one attempt may take, from the token to the end of the answer. */
  timeout?: number | undefined;
}

export interface Ask {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below the user's part of the API, such as `/tasks`; or the whole path, with `open`. */
  path: string;
  query?: Record<string, string | number | boolean | null | undefined>;
  headers?: Record<string, string | undefined>;
  /** JSON, as it is to be sent, or a file: repeats must be the same to the byte. */
  body?: string | Blob | undefined;
  /** The media type of the body, if it is not plain JSON. */
  type?: string;
  /** Whether sending it twice is as good as sending it once. */
  repeatable: boolean;
  /** A route that needs no token and no user. */
  open?: boolean;
  /** Statuses besides those of success that are no failure. */
  accept?: number[];
  retry?: Partial<RetryPolicy> | undefined;
  timeout?: number | undefined;
  signal?: AbortSignal | undefined;
}

export interface Reply {
  status: number;
  headers: Headers;
  text: string;
}

interface Caller {
  token: string;
  user: string;
}

const TIMEOUT = 35_000;

export class Http {
  readonly tokens: Tokens;
  readonly retry: RetryPolicy;
  readonly #base: string;
  readonly #fetch: typeof fetch;
  readonly #timeout: number;

  constructor(options: HttpOptions) {
    this.tokens = new Tokens(options.token, options.userId);
    this.retry = { ...RETRY, ...options.retry };
    this.#base = options.baseUrl.replace(/\/+$/, "");
    // Called as a function of nobody: browsers refuse a `fetch` that is somebody's method.
    const given = options.fetch;
    this.#fetch = given ? (input, init) => given(input, init) : (input, init) => fetch(input, init);
    this.#timeout = options.timeout ?? TIMEOUT;
  }

  /** Sends a request until there is an answer that says something; throws what is no success. */
  async send(ask: Ask): Promise<Reply> {
    const policy = { ...this.retry, ...ask.retry };
    let renewed = false;
    for (let failures = 0; ; ) {
      let failure: TickboxError;
      let token: string | undefined;
      try {
        const { caller, ...reply } = await this.#once(ask, ask.timeout ?? this.#timeout);
        const { status, headers, text } = reply;
        token = caller?.token;
        if ((status >= 200 && status < 300) || ask.accept?.includes(status)) return reply;
        const wait = retryAfter(headers.get("retry-after"));
        failure = TickboxError.of(status, text, headers.get("x-request-id") ?? undefined, wait);
      } catch (error) {
        if (ask.signal?.aborted) throw ask.signal.reason;
        failure = error as TickboxError;
      }
      if (failure.status === 401 && !renewed && token !== undefined && this.tokens.refused(token)) {
        renewed = true;
        continue;
      }
      const wait = Math.max(failure.retryAfter ?? 0, backOff(failures, policy));
      failures += 1;
      if (!mayRepeat(failure, ask) || failures >= policy.attempts || wait > policy.patience) throw failure;
      await new Alarm().wait(wait, ask.signal);
      if (ask.signal?.aborted) throw ask.signal.reason;
    }
  }

  /** Opens a stream, once. The caller closes it through the signal. */
  async open(ask: Ask & { signal: AbortSignal }): Promise<ReadableStream<Uint8Array>> {
    const attempt = async (again: boolean): Promise<Response> => {
      const caller = await this.tokens.get(ask.signal);
      const response = await this.#fetch(...this.#request(ask, caller, ask.signal)).catch(unreachable);
      if (response.status !== 401 || again || !this.tokens.refused(caller.token)) return response;
      await response.body?.cancel();
      return attempt(true);
    };
    const response = await attempt(false);
    const type = response.headers.get("content-type") ?? "";
    if (response.status === 200 && response.body && type.startsWith("text/event-stream")) return response.body;
    const text = await response.text().catch(() => "");
    if (response.ok) throw TickboxError.local("BAD_ANSWER", `The stream of events is ${type || "empty"}`);
    const wait = retryAfter(response.headers.get("retry-after"));
    throw TickboxError.of(response.status, text, response.headers.get("x-request-id") ?? undefined, wait);
  }

  /** One attempt; the limit is for all of it, from the token to the end of the body. */
  async #once(ask: Ask, limit: number): Promise<Reply & { caller: Caller | undefined }> {
    const control = new AbortController();
    const abort = () => control.abort();
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      abort();
    }, limit);
    ask.signal?.addEventListener("abort", abort);
    if (ask.signal?.aborted) abort();
    try {
      const caller = ask.open ? undefined : await this.tokens.get(control.signal);
      const response = await this.#fetch(...this.#request(ask, caller, control.signal));
      return { status: response.status, headers: response.headers, text: await response.text(), caller };
    } catch (error) {
      if (late) throw TickboxError.local("TIMEOUT", `No answer within ${limit} ms`, error);
      return unreachable(error);
    } finally {
      clearTimeout(timer);
      ask.signal?.removeEventListener("abort", abort);
    }
  }

  #request(ask: Ask, caller: Caller | undefined, signal: AbortSignal): [string, RequestInit] {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(ask.query ?? {})) {
      if (value !== undefined && value !== null) query.set(name, String(value));
    }
    const root = caller ? `${this.#base}/api/${encodeURIComponent(caller.user)}` : this.#base;
    const search = `${query}` === "" ? "" : `?${query}`;
    const headers = new Headers();
    for (const [name, value] of Object.entries(ask.headers ?? {})) {
      if (value !== undefined) headers.set(name, value);
    }
    if (caller) headers.set("Authorization", `Bearer ${caller.token}`);
    if (ask.body !== undefined) headers.set("Content-Type", ask.type ?? "application/json");
    // The browser's own cache would answer a 304 behind our back.
    const init: RequestInit = { method: ask.method, headers, signal, cache: "no-store" };
    if (ask.body !== undefined) init.body = ask.body;
    return [root + ask.path + search, init];
  }
}

function unreachable(error: unknown): never {
  if (error instanceof TickboxError) throw error;
  const message = error instanceof Error ? error.message : String(error);
  throw TickboxError.local("NETWORK", `The server could not be reached: ${message}`, error);
}

/**
 * A write without a key may have been done although its answer is lost, so only a refusal that certainly came
 * before the work is repeated. (A 503 is not one: the server's own connection to the database may have broken.)
 */
function mayRepeat(failure: TickboxError, ask: Ask): boolean {
  if (!failure.temporary || failure.status === 401 || failure.code === "NO_TOKEN") return false;
  return ask.repeatable ? failure.status !== 500 : failure.status === 429;
}
