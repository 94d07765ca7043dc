// The app as it was built, with the real tickbox and in a real browser. It needs `npm run build:test` in
// clients/typescript, whose tests start both, and `npm run build` here.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Browser } from "../../clients/typescript/build/support/browser.js";
import { Server } from "../../clients/typescript/build/support/server.js";

const HARNESS = `globalThis.harness = {
  until(look, given) {
    return new Promise((resolve, reject) => {
      const observer = new MutationObserver(() => again());
      const timer = setTimeout(() => { observer.disconnect(); reject(new Error("the page does not show " + given + ": " + document.body.innerText)); }, 30000);
      const again = () => { const found = look(); if (found) { observer.disconnect(); clearTimeout(timer); resolve(found); } };
      observer.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
      again();
    });
  },
  shows: (text) => harness.until(() => document.body.innerText.includes(text), text).then(() => true),
  gone: (text) => harness.until(() => !document.body.innerText.includes(text), "no " + text).then(() => true),
  type(label, text) {
    const field = document.querySelector('[aria-label="' + label + '"]');
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(field, text);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  },
  press: (text) => [...document.querySelectorAll("button")].find((button) => button.innerText === text).click(),
  tick: (title) => [...document.querySelectorAll("label")].find((label) => label.innerText.includes(title)).click(),
  databases: async () => (await indexedDB.databases()).map(({ name }) => name),
}; true`;

let app, browser, server, url;

before(async () => {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  await once(probe, "close");
  url = `http://127.0.0.1:${port}`;
  server = await Server.start({ BETTER_AUTH_URL: url, ALLOWED_ORIGINS: url });
  const next = fileURLToPath(new URL("node_modules/next/dist/bin/next", import.meta.url));
  app = spawn(process.execPath, [next, "start", "--hostname", "127.0.0.1", "--port", String(port)], {
    cwd: fileURLToPath(new URL(".", import.meta.url)),
    env: { ...process.env, BETTER_AUTH_URL: url, TICKBOX_URL: server.url, NEXT_TELEMETRY_DISABLED: "1" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const line of createInterface(app.stdout)) if (line.includes("Ready")) break;
  app.stdout.resume();
  browser = await Browser.start();
});

after(async () => {
  await browser?.end();
  app?.kill();
  await server?.remove();
});

test("sign up, tasks that the server has read, live, undone, and nothing left after the sign-out", async () => {
  const tab = await browser.open(url);
  const call = (name, ...given) => tab.run(`harness.${name}(${given.map((value) => JSON.stringify(value)).join()})`);
  const load = async () => {
    await tab.load("Page.reload");
    await tab.run(HARNESS);
  };
  await tab.run(HARNESS);
  await call("shows", "Sign up");
  await call("type", "E-mail", "ada@example.com");
  await call("type", "Password", "a long password");
  await call("press", "Sign up");
  await call("shows", "ada: live");
  await call("type", "Title", "Buy milk");
  await call("press", "Add");
  await call("type", "Title", "Call Bob");
  await call("press", "Add");
  await call("shows", "Call Bob");
  await call("gone", "to be sent");
  // The page that is sent has them.
  const sent = await tab.run("fetch('/').then((answer) => answer.text())");
  assert.match(sent, /<\/ul>/);
  assert.match(sent, /Buy milk/);
  await load();
  await call("shows", "ada: live");
  await call("tick", "Buy milk");
  await call("gone", "Buy milk");
  await call("press", "Undo");
  await call("shows", "Buy milk");
  await call("gone", "to be sent");
  await tab.offline(true);
  await call("shows", "ada: offline");
  await tab.offline(false);
  await call("shows", "ada: live");
  await call("press", "Sign out");
  await call("shows", "Sign up");
  assert.deepEqual(await call("databases"), []);
  await tab.close();
});
