// The first minutes of a newcomer, with a stopwatch: from a clean clone, or from a program that is built, to the first task
// on the page in a real browser.
//
//   node tests/newcomer/newcomer.mjs                           clone, build, start, first task: at most 5 minutes
//   node tests/newcomer/newcomer.mjs target/release/tickbox    start, first task: at most 10 s
//
// Measure on a machine that does nothing else. The browser is driven by what `npm ci` installs in `web`; that, the browser
// itself, and the crates that cargo has fetched before are not counted. MOST_SECONDS sets another limit.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const [program] = process.argv.slice(2);
const most = Number(process.env.MOST_SECONDS ?? (program ? 10 : 300));
const root = fileURLToPath(new URL("../..", import.meta.url));

let begun = performance.now();
const seconds = () => (performance.now() - begun) / 1000;

function run(command, words, options = {}) {
  const { status } = spawnSync(command, words, { stdio: "inherit", ...options });
  if (status !== 0) throw new Error(`${command} ${words.join(" ")}: ${status}`);
}

/** What is committed, in a folder of its own, built as the README says, on two cores. */
function build(clone) {
  run("git", ["clone", "--quiet", root, clone]);
  console.log(`cloned: ${seconds().toFixed(1)} s`);
  // A target folder that is set elsewhere is nobody's who comes here for the first time.
  const { CARGO_TARGET_DIR: _, ...env } = process.env;
  run("cargo", ["build", "--release", "--quiet", "--jobs", "2"], { cwd: clone, env });
  console.log(`built: ${seconds().toFixed(1)} s`);
  return join(clone, "target/release/tickbox");
}

const clone = program ? undefined : mkdtempSync(join(tmpdir(), "tickbox-newcomer-"));
let browser;
let server;
try {
  process.env.TICKBOX = program ? resolve(program) : build(clone);
  const built = performance.now();
  const { start } = await import("../../web/test/support/program.mjs");
  const support = await import("../../web/test/support/browser.mjs");
  // Who comes has a browser open.
  browser = await support.startBrowser();
  begun += performance.now() - built;

  server = await start();
  const visitor = await support.Visitor.with(browser, server.url);
  const page = await visitor.open("newcomer");
  await support.add(page, "Buy milk");
  await support.shows(page, ["Buy milk"]);
  await support.saved(page);
  const taken = seconds();

  const tasks = await server.tasks("newcomer");
  assert.deepEqual(tasks.map((task) => task.title), ["Buy milk"]);
  await visitor.end();
  console.log(`first task: ${taken.toFixed(1)} s, of at most ${most} s`);
  process.exitCode = taken <= most ? 0 : 1;
} finally {
  await browser?.close();
  await server?.end();
  if (clone) rmSync(clone, { recursive: true, force: true });
}
