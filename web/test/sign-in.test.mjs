// Signing in, with a Better Auth server at another origin, and with a token: against the real
// program and the real Better Auth.

import assert from "node:assert/strict";
import { after, before } from "node:test";
import { startBetterAuth } from "./support/better-auth.mjs";
import { Visitor, add, saved, shows, startBrowser, test } from "./support/browser.mjs";
import { start } from "./support/program.mjs";

let auth;
let program;
let browser;

before(async () => {
  // Tokens that live no longer than the client trusts one: each request asks for another.
  const options = { cors: true, jwt: { jwt: { expirationTime: "30s" } } };
  [auth, browser] = await Promise.all([startBetterAuth(options), startBrowser()]);
  program = await start({ BETTER_AUTH_URL: auth.url });
});

after(async () => {
  await browser?.close();
  await program?.end();
  await auth?.end();
});

async function fill(page, { name, email, password }) {
  if (name) await page.getByLabel("Name").fill(name);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.keyboard.press("Enter");
}

const ADA = { name: "Ada Lovelace", email: "ada@example.com", password: "correct horse" };
const BOB = { name: "Bob", email: "bob@example.com", password: "battery staple" };

test("sign up, sign in, sign out, and tokens that renew themselves", async () => {
  const ada = await Visitor.with(browser, program.url);
  const page = await ada.open(undefined, "#/inbox");
  await fill(page, { email: ADA.email, password: "not hers, surely" });
  await page.getByRole("alert").getByText("Invalid email or password").waitFor();
  await page.getByRole("button", { name: "I am new here" }).click();
  await fill(page, ADA);
  await page.getByText(ADA.name).waitFor();
  await add(page, "Mine");
  await saved(page);
  const before = await auth.requests("token");
  await add(page, "Mine, too");
  await saved(page);
  assert.ok((await auth.requests("token")) > before);

  // Another page of the same browser needs no form: the session is there.
  await page.evaluate(() => localStorage.clear());
  const second = await ada.open(undefined, "#/inbox");
  await shows(second, ["Mine", "Mine, too"]);
  await second.close();
  await page.reload();
  await shows(page, ["Mine", "Mine, too"]);

  // The session ends: what is here stays, and what is done waits for another sign-in.
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  await ada.context.clearCookies();
  await add(page, "While signed out");
  await page.getByRole("alert").getByText("You are signed out").waitFor();
  await page.reload();
  await shows(page, ["Mine", "Mine, too", "While signed out"]);
  await page.getByText("Signed out, 1 change waits").waitFor();
  await page.getByRole("button", { name: "Sign in" }).click();
  await fill(page, { email: ADA.email, password: ADA.password });
  await saved(page);
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await shows(page, ["Mine", "Mine, too", "While signed out"]);

  // Without a network there is no form either, but the tasks of who was here last.
  await ada.goOffline(page);
  await page.reload();
  await shows(page, ["Mine", "Mine, too", "While signed out"]);
  await ada.context.setOffline(false);
  await saved(page);

  // Another page of the sign-in server's signs somebody else up: this one goes over to them, and
  // back. Offline meanwhile, or a token that is renewed then tells it before something is added.
  const sign = async (path, data) => {
    await ada.goOffline(page);
    const headers = { Origin: new URL(program.url).origin };
    const answer = await ada.context.request.post(`${auth.url}/api/auth/${path}`, { headers, data });
    assert.ok(answer.ok(), await answer.text());
  };
  await sign("sign-up/email", {
    name: "Eve",
    email: "eve@example.com",
    password: "battery staple",
  });
  await add(page, "Of Ada, not sent");
  await ada.context.setOffline(false);
  await page.getByText("Eve", { exact: true }).waitFor();
  await shows(page, []);
  await sign("sign-in/email", { email: ADA.email, password: ADA.password });
  await add(page, "Of Eve, not sent");
  await ada.context.setOffline(false);
  await page.getByText(ADA.name, { exact: true }).waitFor();
  await shows(page, ["Mine", "Mine, too", "While signed out", "Of Ada, not sent"]);
  await saved(page);

  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in to tickbox" }).waitFor();
  // What waits to be sent in Eve's name is hers, and stays.
  assert.equal(await page.evaluate(async () => (await indexedDB.databases()).length), 1);
  await page.reload();
  await page.getByRole("button", { name: "I am new here" }).click();
  await fill(page, BOB);
  await page.getByText(BOB.name).waitFor();
  await saved(page);
  await shows(page, []);
  await ada.end();
});

test("who has not sent everything is asked before signing out", async () => {
  const bob = await Visitor.with(browser, program.url);
  const page = await bob.open(undefined, "#/inbox");
  await fill(page, { email: BOB.email, password: BOB.password });
  await page.getByText(BOB.name).waitFor();
  await saved(page);
  await bob.goOffline(page);
  await add(page, "Only here");
  await page
    .locator(".status")
    .getByText(/Saving|1 change waits/)
    .waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  const dialog = page.getByRole("dialog", { name: "Not everything is sent" });
  await dialog.getByRole("button", { name: "Stay" }).click();
  await shows(page, ["Only here"]);
  await bob.context.setOffline(false);
  await saved(page);
  await bob.end();
});

test("a server with a secret alone takes a token", async () => {
  const secret = "a secret of thirty-two bytes, or more";
  const other = await start({ BETTER_AUTH_SECRET: secret });
  const { createHmac } = await import("node:crypto");
  const now = Math.floor(Date.now() / 1000);
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part({ sub: "ada", iat: now, exp: now + 3600 })}`;
  const token = `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
  const ada = await Visitor.with(browser, other.url);
  const page = await ada.open(undefined, "#/inbox");
  await page.getByLabel("Token").fill("not a token");
  await page.getByRole("button", { name: "Go on" }).click();
  await page.getByRole("alert").getByText("This is no token").waitFor();
  await page.getByLabel("Token").fill(`Bearer ${token}`);
  await page.getByRole("button", { name: "Go on" }).click();
  await add(page, "By token");
  await saved(page);
  await page.reload();
  await shows(page, ["By token"]);
  await ada.end();
  await other.end();
});
