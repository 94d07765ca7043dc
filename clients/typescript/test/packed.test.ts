// What the server hands out: installed in a fresh folder as people do it, compiled and run; and its module in a page
// without a bundler. There is no registry.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { parseTarGzip } from "nanotar";
import { createClient } from "tickbox-client";
import { Browser } from "./support/browser.js";
import { Server, someone, tokenOf } from "./support/server.js";

const run = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));
const others = join(root, "../../tests/generators/node_modules");

/** npm looks React up there, which the app may have, and does without. */
const NO_REGISTRY = { npm_config_registry: "http://127.0.0.1:1", npm_config_fetch_retries: "0", npm_config_audit: "false" };

/** How each package manager is asked for the client of the server at this address. */
const MANAGERS: Record<string, (url: string) => string[]> = {
  npm: (url) => ["npm", "install", url],
  pnpm: (url) => ["node", join(others, "pnpm/bin/pnpm.cjs"), "add", url],
  yarn: (url) => ["node", join(others, "yarn/bin/yarn.js"), "add", url],
  "yarn 4": (url) => ["node", join(others, "@yarnpkg/cli-dist/bin/yarn.js"), "add", `tickbox-client@${url}`],
};

const PROGRAM = `import { createClient, createStore, type Task } from "tickbox-client";

const [, , baseUrl = "", token = ""] = process.argv;
const client = createClient({ baseUrl, token });
const store = createStore({ client });
await store.start();
store.create({ title: "From a fresh folder" });
await store.synced();
await store.close();
const [task]: Task[] = (await client.list()).tasks;
// @ts-expect-error: with the types, this cannot be compiled
const title: number = task?.title;
console.log(title);
`;

const HOOKS = `import { renderToString } from "react-dom/server";
import { createClient, createStore } from "tickbox-client";
import { TickboxProvider, useStatus, type TickboxStatus } from "tickbox-client/react";

function Status() {
  const { status }: TickboxStatus = useStatus();
  return <p>{status}</p>;
}
const create = () => createStore({ client: createClient({ baseUrl: "", token: "" }) });
console.log(renderToString(<TickboxProvider create={create}><Status /></TickboxProvider>));
// @ts-expect-error: a provider without a store
export const wrong = <TickboxProvider />;
`;

const CONFIG = {
  compilerOptions: {
    jsx: "react-jsx",
    target: "es2022",
    module: "nodenext",
    strict: true,
    exactOptionalPropertyTypes: true,
    types: ["node"],
    typeRoots: [join(root, "node_modules/@types")],
  },
  files: ["program.ts"],
};

/** What npm says of a package that it would publish. */
interface Told {
  name: string;
  files: { path: string }[];
}

let server: Server;
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "tickbox-test-"));
  server = await Server.start();
});

after(async () => {
  await server.remove();
  await rm(folder, { recursive: true });
});

for (const [name, command] of Object.entries(MANAGERS)) {
  test(`${name} installs the client from the server, and a program in TypeScript runs with it`, async () => {
    const app = join(folder, name);
    await mkdir(app);
    await writeFile(join(app, "package.json"), '{ "name": "app", "private": true, "type": "module" }');
    await writeFile(join(app, "yarn.lock"), "");
    await writeFile(join(app, "program.ts"), PROGRAM);
    await writeFile(join(app, "tsconfig.json"), JSON.stringify(CONFIG));
    const env = {
      PATH: process.env["PATH"],
      HOME: join(app, "home"),
      ...NO_REGISTRY,
      YARN_ENABLE_TELEMETRY: "0",
      YARN_HTTP_RETRY: "0",
      YARN_NODE_LINKER: "node-modules",
      YARN_UNSAFE_HTTP_WHITELIST: "127.0.0.1",
    };
    const [program = "", ...given] = command(`${server.url}/client.tgz`);
    await run(program, given, { cwd: app, env });
    const kept = JSON.parse(await readFile(join(app, "package.json"), "utf8")) as { dependencies: Record<string, string> };
    assert.deepEqual(Object.keys(kept.dependencies), ["tickbox-client"]);
    await run("node", [join(root, "node_modules/typescript/bin/tsc"), "-p", app], { cwd: app });
    const { stdout } = await run("node", ["program.js", server.url, tokenOf(someone())], { cwd: app });
    assert.equal(stdout, "From a fresh folder\n");
  });
}

test("the hooks come along, for the React that the app has", async () => {
  const app = join(folder, "react");
  await mkdir(app);
  await writeFile(join(app, "package.json"), '{ "name": "app", "private": true, "type": "module" }');
  const env = { PATH: process.env["PATH"], HOME: join(app, "home"), ...NO_REGISTRY };
  await run("npm", ["install", `${server.url}/client.tgz`], { cwd: app, env });
  // As if npm had installed these too.
  for (const name of ["react", "react-dom", "scheduler", "csstype", "@types/react", "@types/react-dom"]) {
    await cp(join(root, "node_modules", name), join(app, "node_modules", name), { recursive: true });
  }
  await writeFile(join(app, "program.tsx"), HOOKS);
  await writeFile(join(app, "tsconfig.json"), JSON.stringify({ ...CONFIG, files: ["program.tsx"] }));
  await run("node", [join(root, "node_modules/typescript/bin/tsc"), "-p", app], { cwd: app });
  const { stdout } = await run("node", ["program.js"], { cwd: app });
  assert.equal(stdout, "<p>syncing</p>\n");
});

test("a page without a bundler imports the module from the server", async () => {
  const user = someone();
  const app = createServer((request, response) => {
    const isScript = request.url === "/app.js";
    response.writeHead(200, { "Content-Type": isScript ? "text/javascript" : "text/html" });
    response.end(isScript ? script : '<!doctype html><title>app</title><script type="module" src="/app.js"></script>');
  });
  app.listen(0, "127.0.0.1");
  await once(app, "listening");
  const page = `http://127.0.0.1:${(app.address() as AddressInfo).port}`;
  const own = await Server.start({ ALLOWED_ORIGINS: page });
  const script = `import { createClient } from "${own.url}/client.js";
const client = createClient({ baseUrl: "${own.url}", token: "${tokenOf(user)}" });
globalThis.harness = { create: async (title) => (await client.create({ title })).title };`;
  const browser = await Browser.start();
  try {
    const tab = await browser.open(page);
    assert.equal(await tab.call<{ create: (title: string) => Promise<string> }, "create">("create", "Of a page"), "Of a page");
    const { tasks } = await createClient({ baseUrl: own.url, token: tokenOf(user) }).list();
    assert.deepEqual(tasks.map(({ title }) => title), ["Of a page"]);
  } finally {
    await browser.end();
    app.closeAllConnections();
    app.close();
    await own.remove();
  }
});

test("it is ready to be published, and what is published is what the server hands out", async () => {
  // What the scripts would do, the tests have done: they have built it and compared its types with the document.
  const offline = { ...process.env, ...NO_REGISTRY };
  const { stdout } = await run("npm", ["publish", "--dry-run", "--json", "--ignore-scripts"], { cwd: root, env: offline });
  const told = JSON.parse(stdout) as Told | Record<string, Told>;
  // Newer ones tell it by the name of each package.
  const { name, files } = "files" in told ? (told as Told) : Object.values(told)[0]!;
  const packed = await parseTarGzip(await readFile(join(root, "packed/client.tgz")));
  assert.equal(name, "tickbox-client");
  assert.deepEqual(files.map((file) => `package/${file.path}`).sort(), packed.map((file) => file.name));
  for (const file of packed) assert.equal(file.text, await readFile(join(root, file.name.slice("package/".length)), "utf8"), file.name);
});
