// The real server, as a process with a database of its own, and tokens that it accepts.

import { spawn, type ChildProcess } from "node:child_process";
import { createHmac, randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync } from "node:fs";
import { cp, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const PROGRAM = process.env["TICKBOX"] ?? fileURLToPath(new URL("../../../../target/debug/tickbox", import.meta.url));
const SECRET = randomBytes(32).toString("hex");

// Reads nothing and waits: the end of its input is the end of this process, by whatever cause.
const WATCHDOG = 'read -r _; kill -KILL "$1" 2>/dev/null; rm -rf -- "$2"';

export class Server {
  readonly url: string;
  readonly #directory: string;
  readonly #variables: Record<string, string>;
  #process: ChildProcess | undefined;
  #watchdog: ChildProcess | undefined;

  private constructor(port: number, variables: Record<string, string>) {
    this.url = `http://127.0.0.1:${port}`;
    this.#directory = mkdtempSync(join(tmpdir(), "tickbox-test-"));
    // SQLite in the directory, unless somebody has a PostgreSQL for us.
    const { DATABASE_URL } = process.env;
    const database = DATABASE_URL === undefined ? {} : { DATABASE_URL };
    this.#variables = { PORT: String(port), BETTER_AUTH_SECRET: SECRET, RUST_LOG: "error", ...database, ...variables };
  }

  static async start(variables: Record<string, string> = {}): Promise<Server> {
    if (!existsSync(PROGRAM)) {
      throw new Error(`There is no ${PROGRAM}. Run: cargo build (or set TICKBOX to the program)`);
    }
    const server = new Server(await freePort(), variables);
    await server.begin();
    return server;
  }

  /** After a {@link stop} or {@link kill}: on the same port and the same data. */
  async begin(): Promise<void> {
    const child = spawn(PROGRAM, ["serve"], {
      cwd: this.#directory,
      env: { PATH: process.env["PATH"] ?? "", ...this.#variables },
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.#process = child;
    this.#watchdog = spawn("sh", ["-c", WATCHDOG, "watchdog", String(child.pid), this.#directory], {
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
    });
    const ready = (async () => {
      for await (const line of createInterface(child.stdout!)) if (line.includes(this.url)) return true;
      return false;
    })();
    if (!(await ready)) throw new Error("The server did not get ready");
    // What it says later is of no interest, but must not fill the pipe.
    child.stdout!.resume();
  }

  /** As a deployment does. */
  async stop(): Promise<void> {
    await this.#end("SIGTERM");
  }

  /** As a crash or a power cut does. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** A copy of the data of a server that is stopped. */
  async backUp(): Promise<string> {
    const copy = `${this.#directory}/backup`;
    await cp(`${this.#directory}/tickbox.db`, copy);
    return copy;
  }

  /** Makes a copy the data of a server that is stopped. */
  async putBack(copy: string): Promise<void> {
    for (const rest of ["-wal", "-shm"]) await rm(`${this.#directory}/tickbox.db${rest}`, { force: true });
    await cp(copy, `${this.#directory}/tickbox.db`);
  }

  /** Stops it and removes its data. */
  async remove(): Promise<void> {
    await this.stop();
    await rm(this.#directory, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child) return;
    // First, so that it signals nobody who took over the number.
    this.#watchdog?.kill("SIGKILL");
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, "exit");
  }
}

/** A token of this user, as a Better Auth server with a shared secret would sign it. */
export function tokenOf(user: string, seconds = 3600): string {
  const now = Math.floor(Date.now() / 1000);
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part({ sub: user, iat: now, exp: now + seconds })}`;
  return `${signed}.${createHmac("sha256", SECRET).update(signed).digest("base64url")}`;
}

/** Free a moment ago, and kept from nobody: the server takes it at once. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}

let users = 0;

/** A user whom no other test has. */
export function someone(): string {
  users += 1;
  return `user-${process.pid}-${users}`;
}
