// A browser without a window, driven over the Chrome DevTools protocol through a pipe.

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";

/** `cargo xtask test` says where it found one. */
const PROGRAM = process.env["BROWSER_PROGRAM"] ?? "chromium";

/** The longest call, a storm, takes seconds: one that hangs is to be named before the whole suite is ended. */
const LIMIT = 180_000;

interface Answer {
  id?: number;
  method?: string;
  sessionId?: string;
  params?: Record<string, unknown>;
  result?: Record<string, unknown>;
  error?: { message: string };
}

/** Does not keep the process alive, and changes nothing about what is settled before. */
function limit(reject: (error: Error) => void, what: string): void {
  AbortSignal.timeout(LIMIT).addEventListener("abort", () => reject(new Error(`not within ${LIMIT} ms: ${what}`)));
}

export class Browser {
  readonly #process: ChildProcess;
  readonly #profile: string;
  readonly #waiting = new Map<number, { resolve: (result: Record<string, unknown>) => void; reject: (error: Error) => void }>();
  readonly #listeners = new Set<(answer: Answer) => void>();
  #count = 0;

  private constructor() {
    this.#profile = mkdtempSync(join(tmpdir(), "tickbox-test-"));
    const options = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic"];
    // No calls home, and no sleeping of tabs that nobody looks at.
    options.push("--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync");
    options.push("--disable-background-timer-throttling", "--disable-renderer-backgrounding", "--no-proxy-server");
    options.push(`--user-data-dir=${this.#profile}`, "--remote-debugging-pipe");
    // It ends when the pipe does, so it does not outlive this process.
    this.#process = spawn(PROGRAM, options, { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
    let rest = "";
    const decoder = new TextDecoder();
    (this.#process.stdio[4] as Readable).on("data", (piece: Buffer) => {
      const messages = (rest + decoder.decode(piece, { stream: true })).split("\0");
      rest = messages.pop()!;
      for (const message of messages) this.#take(JSON.parse(message) as Answer);
    });
    const ended = (error = new Error("The browser has ended")) => {
      for (const { reject } of this.#waiting.values()) reject(error);
    };
    this.#process.on("exit", () => ended());
    this.#process.on("error", (error) => ended(new Error(`${PROGRAM} (BROWSER_PROGRAM names another): ${error.message}`)));
    (this.#process.stdio[3] as Writable).on("error", () => undefined);
  }

  static async start(): Promise<Browser> {
    const browser = new Browser();
    await browser.send("Browser.getVersion");
    return browser;
  }

  send(method: string, params: object = {}, sessionId?: string): Promise<Record<string, unknown>> {
    const id = (this.#count += 1);
    return new Promise((resolve, reject) => {
      if (this.#process.exitCode !== null) return reject(new Error("The browser has ended"));
      limit(reject, `${method} ${JSON.stringify(params)}`);
      this.#waiting.set(id, { resolve, reject });
      (this.#process.stdio[3] as Writable).write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    });
  }

  /** Comes back when the event has happened. */
  event(method: string, sessionId: string): Promise<void> {
    return new Promise((resolve, reject) => {
      limit(reject, method);
      const listener = (answer: Answer) => {
        if (answer.method !== method || answer.sessionId !== sessionId) return;
        this.#listeners.delete(listener);
        resolve();
      };
      this.#listeners.add(listener);
    });
  }

  /** A tab with this page, loaded. */
  async open(url: string): Promise<Tab> {
    const { targetId } = await this.send("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await this.send("Target.attachToTarget", { targetId, flatten: true });
    const tab = new Tab(this, targetId as string, sessionId as string);
    await this.send("Page.enable", {}, sessionId as string);
    await tab.load("Page.navigate", { url });
    return tab;
  }

  /** Asked to: after a kill its helpers would stay and hold our end of the pipe open. */
  async end(): Promise<void> {
    if (this.#process.exitCode === null) {
      const exit = once(this.#process, "exit");
      // The answer may or may not come before the end.
      await Promise.race([exit, this.send("Browser.close").catch(() => exit)]);
      await exit;
    }
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }

  #take(answer: Answer): void {
    if (answer.id === undefined) {
      for (const listener of [...this.#listeners]) listener(answer);
      return;
    }
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (answer.error) waiting?.reject(new Error(answer.error.message));
    else waiting?.resolve(answer.result ?? {});
  }
}

export class Tab {
  readonly #browser: Browser;
  readonly #target: string;
  readonly #session: string;

  constructor(browser: Browser, target: string, session: string) {
    this.#browser = browser;
    this.#target = target;
    this.#session = session;
  }

  async load(method: "Page.navigate" | "Page.reload", params: object = {}): Promise<void> {
    const loaded = this.loaded();
    await this.#browser.send(method, params, this.#session);
    await loaded;
  }

  /** Comes back when the page has been loaded the next time. */
  loaded(): Promise<void> {
    return this.#browser.event("Page.loadEventFired", this.#session);
  }

  /** What a function of the page's harness gives. */
  async call<H, N extends keyof H & string>(name: N, ...given: Arguments<H[N]>): Promise<Result<H[N]>> {
    return (await this.run(`harness.${name}(${given.map((value) => JSON.stringify(value)).join(", ")})`)) as Result<H[N]>;
  }

  /** What an expression gives in the page. */
  async run(expression: string): Promise<unknown> {
    const params = { expression, awaitPromise: true, returnByValue: true };
    const { result, exceptionDetails } = await this.#browser.send("Runtime.evaluate", params, this.#session);
    if (exceptionDetails) {
      const { text, exception } = exceptionDetails as { text: string; exception?: { description?: string } };
      throw new Error(`in the page: ${exception?.description ?? text}`);
    }
    return (result as { value: unknown }).value;
  }

  /** How it looks, as a PNG. */
  async picture(): Promise<Buffer> {
    const { data } = await this.#browser.send("Page.captureScreenshot", { captureBeyondViewport: true }, this.#session);
    return Buffer.from(data as string, "base64");
  }

  /** As if the plug were pulled, and put in again. */
  async offline(offline: boolean): Promise<void> {
    const params = { offline, latency: 0, downloadThroughput: -1, uploadThroughput: -1 };
    await this.#browser.send("Network.enable", {}, this.#session);
    await this.#browser.send("Network.emulateNetworkConditions", params, this.#session);
  }

  async close(): Promise<void> {
    await this.#browser.send("Target.closeTarget", { targetId: this.#target });
  }
}

type Arguments<F> = F extends (...given: infer A) => unknown ? A : never;
type Result<F> = F extends (...given: never[]) => infer R ? Awaited<R> : never;
