// A real Better Auth server at another origin than the page, in memory.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const DIRECTORY = fileURLToPath(new URL("../../../tests/better-auth", import.meta.url));

export async function startBetterAuth(options) {
  const environment = { PATH: process.env.PATH ?? "" };
  const child = spawn(process.execPath, ["server.mjs", JSON.stringify(options)], {
    cwd: DIRECTORY,
    env: environment,
    stdio: ["pipe", "pipe", "inherit"],
  });
  let url;
  for await (const line of createInterface(child.stdout)) {
    url = JSON.parse(line).url;
    break;
  }
  if (!url) throw new Error("Better Auth did not start. Run: cargo xtask setup");
  child.stdout.resume();
  return {
    url,
    /** How often one of its endpoints has been asked for. */
    async requests(path) {
      const requests = await (await fetch(`${url}/fixture/requests`)).json();
      return requests[`/api/auth/${path}`] ?? 0;
    },
    async end() {
      child.stdin.end();
      if (child.exitCode === null) await once(child, "exit");
    },
  };
}
