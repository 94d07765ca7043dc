// Signing out, in all tabs, and coming back without a network: against the real program.

import assert from "node:assert/strict";
import { add, saved, shows, test } from "./support/browser.mjs";
import { stage } from "./support/stage.mjs";

const { program, visitor } = await stage();

const signOut = (page) => page.getByRole("button", { name: "Sign out" }).click();
const form = (page) => page.getByRole("heading", { name: "Sign in to tickbox" });
const question = (page) => page.getByRole("dialog", { name: "Not everything is sent" });

/** What this browser keeps of anybody: databases, and what is said of them. */
const traces = (page) =>
  page.evaluate(async () => {
    const names = (await indexedDB.databases()).map(({ name }) => name);
    return [...names, ...Object.keys(localStorage).filter((name) => !name.endsWith(" theme"))];
  });

test("who signs out leaves nothing behind, and other tabs bring nothing back", async () => {
  const ada = await visitor();
  const [page, other] = [await ada.open("ada", "#/inbox"), await ada.open(undefined, "#/inbox")];
  await add(page, "Private");
  await saved(page);
  await shows(other, ["Private"]);
  await signOut(page);
  await form(page).waitFor();
  await page.locator(".toasts").getByText("nothing of yours is left on this device").waitFor();
  await form(other).waitFor();
  await other.locator(".toasts").getByText("Signed out in another tab").waitFor();
  // The last tab to leave removes the database.
  await page.waitForFunction(async () => (await indexedDB.databases()).length === 0);
  assert.deepEqual(await traces(page), []);
  await other.reload();
  await form(other).waitFor();
  // It is only gone from here.
  await other.getByLabel("Name").fill("ada");
  await other.keyboard.press("Enter");
  await shows(other, ["Private"]);
  await ada.end();
});

test("what another tab has not sent is asked about, too, and goes if it may", async () => {
  const ada = await visitor();
  const [page, other] = [await ada.open("eve", "#/inbox"), await ada.open(undefined, "#/inbox")];
  await saved(page);
  await saved(other);
  await ada.goOffline(page);
  await add(other, "Only there");
  await other.locator(".status").getByText("1 change waits").waitFor();
  await signOut(page);
  await question(page).getByText("1 change is only on this device").waitFor();
  await page.keyboard.press("Escape");
  await question(page).waitFor({ state: "detached" });
  await shows(other, ["Only there"]);
  await add(page, "Here, too");
  await page.locator(".status").getByText("1 change waits").waitFor();
  await signOut(page);
  await question(page).getByText("2 changes are only on this device").waitFor();
  await question(page).getByRole("button", { name: "Sign out and lose them" }).click();
  await form(page).waitFor();
  await form(other).waitFor();
  await page.waitForFunction(async () => (await indexedDB.databases()).length === 0);
  await ada.context.setOffline(false);
  assert.deepEqual(await program.tasks("eve"), []);
  await ada.end();
});

test("a reload without a network shows the tasks of who was here last, from the first moment", async () => {
  const ada = await visitor();
  const page = await ada.open("early", "#/inbox");
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  // Nothing has been read of the server yet, perhaps: who is here is known all the same.
  await page.reload();
  await page.getByRole("heading", { name: "Inbox" }).waitFor();
  await add(page, "Mine");
  await saved(page);
  await ada.goOffline(page);
  await page.reload();
  await shows(page, ["Mine"]);
  await page.locator(".who").getByText("early").waitFor();
  await add(page, "In a tunnel");
  await ada.context.setOffline(false);
  await saved(page);
  assert.equal((await program.tasks("early")).length, 2);
  await ada.end();
});
