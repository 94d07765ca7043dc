// The real program as a process with a database of its own, for the tests of the page in a browser.

import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const PROGRAM =
  process.env.TICKBOX ?? fileURLToPath(new URL("../../../target/debug/tickbox", import.meta.url));

// Reads nothing and waits: the end of its input is the end of this process, by whatever cause.
const WATCHDOG = 'read -r _; kill -KILL "$1" 2>/dev/null; rm -rf -- "$2"';

/** Starts it in development, where any name is somebody unless the variables say other. */
export async function start(variables = {}) {
  const directory = mkdtempSync(join(tmpdir(), "tickbox-test-"));
  const child = spawn(PROGRAM, ["serve"], {
    cwd: directory,
    env: { PATH: process.env.PATH ?? "", PORT: "0", RUST_LOG: "error", ...variables },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const watchdog = spawn("sh", ["-c", WATCHDOG, "watchdog", String(child.pid), directory], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  let url;
  for await (const line of createInterface(child.stdout)) {
    url = /ready on (\S+)/.exec(line)?.[1];
    if (url) break;
  }
  if (!url) throw new Error("The program did not get ready");
  child.stdout.resume();

  /** Asks it in the name of somebody. */
  async function ask(user, path, request = {}) {
    const json = { "content-type": "application/json" };
    const signed = await fetch(`${url}/development/token`, {
      method: "POST",
      headers: json,
      body: JSON.stringify({ user }),
    });
    const { token } = await signed.json();
    const headers = { ...json, authorization: `Bearer ${token}` };
    const { body, ...rest } = request;
    const response = await fetch(`${url}/api/${user}${path}`, {
      ...rest,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.status === 204 ? undefined : response.json();
  }

  return {
    url,
    ask,
    tasks: async (user) => (await ask(user, "/tasks?order_by=order")).tasks,
    async end() {
      // First, so that it signals nobody who took over the number.
      watchdog.kill("SIGKILL");
      child.kill("SIGTERM");
      if (child.exitCode === null) await once(child, "exit");
      await rm(directory, { recursive: true, force: true });
    },
  };
}
