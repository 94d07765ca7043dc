// What can go wrong while tasks are brought along on the page: against the real program.

import assert from "node:assert/strict";
import { saved, test } from "./support/browser.mjs";
import {
  TODOIST,
  allow,
  button,
  choose,
  dialogOf,
  errands,
  isReal,
  open,
  ours,
} from "./support/files.mjs";
import { stage } from "./support/stage.mjs";

const { program, visitor } = await stage();

test("without a network, or signed out, nothing is done, and it is said", async () => {
  const ada = await visitor();
  const page = await ada.open("failing");
  await saved(page);
  await open(page);
  const alert = dialogOf(page).getByRole("alert");
  await ada.goOffline(page);
  await choose(page, "Flat.csv", TODOIST);
  await alert.getByText("The server cannot be reached. Are you online?").waitFor();
  await button(page, "Another file").click();
  await button(page, "Download my tasks").click();
  await dialogOf(page).getByText("The server cannot be reached").waitFor();
  await ada.context.setOffline(false);
  const refuse = (route) =>
    route.fulfill({ status: 401, json: { error: { code: "UNAUTHORIZED", message: "No" } } });
  const asked = /\/api\/failing\/import/;
  await page.route(asked, refuse);
  await choose(page, "Flat.csv", TODOIST);
  await alert.getByText("You are signed out: sign in, then try again.").waitFor();
  await page.unroute(asked);
  await page.route(asked, (route) =>
    route.fulfill({ status: 413, body: "<html>too large</html>" }),
  );
  await dialogOf(page).getByLabel("What it is").selectOption("icalendar");
  await alert.getByText("does not take files of this size").waitFor();
  allow(ada, 413);
  await ada.end();
});

test("what was refused in the middle is told, tried again, and taken back", async () => {
  const ada = await visitor();
  const page = await ada.open("middle", "#/inbox");
  await saved(page);
  await open(page);
  const dialog = dialogOf(page);
  // On its way it is cut, behind what the server has written already.
  await page.route(isReal, (route) =>
    route.continue({ postData: route.request().postData().slice(0, -40) }),
  );
  await choose(page, "Tasks.json", errands(1200));
  await button(page, "Import 1,200 tasks and 1 list").click();
  const alert = dialog.getByRole("alert");
  const [, came] = /([\d,]+) tasks and 1 list had come before\./.exec(
    await alert.getByText("had come before").textContent(),
  );
  const before = Number(came.replace(",", ""));
  assert.equal((await program.tasks("middle")).length, before);
  await page.unroute(isReal);
  // Then the line breaks.
  await page.route(isReal, (route) => route.abort());
  await button(page, "Try again").click();
  await alert.getByText("How much has come is not known.").waitFor();
  await page.unroute(isReal);
  await button(page, "Try again").click();
  await dialog.getByRole("heading", { name: `${1200 - before} tasks have come` }).waitFor();
  await dialog.getByText(`${came} tasks and 1 list are here already`).waitFor();
  assert.equal((await program.tasks("middle")).length, 1200);
  // All of it is one import.
  await button(page, "Undo").click();
  await dialog.getByText("Taken back: 1,200 tasks and 1 list are in the trash.").waitFor();
  assert.deepEqual(await program.tasks("middle"), []);
  allow(ada, 400);
  await ada.end();
});

test("what came although no answer did is taken back, too", async () => {
  const ada = await visitor();
  const page = await ada.open("lost", "#/inbox");
  await saved(page);
  await open(page);
  const dialog = dialogOf(page);
  await page.route(isReal, async (route) => {
    await route.fetch();
    await route.abort();
  });
  await choose(page, "Flat.csv", TODOIST);
  await button(page, "Import 3 tasks").click();
  await dialog.getByRole("alert").getByText("How much has come is not known.").waitFor();
  await page.unroute(isReal);
  await button(page, "Try again").click();
  await dialog.getByRole("heading", { name: "Nothing new: 3 tasks are here already" }).waitFor();
  await button(page, "Undo").click();
  await dialog.getByText("Taken back: 3 tasks are in the trash.").waitFor();
  await ada.end();
});

test("it tells how far it is, goes on behind the window, and can be stopped", async () => {
  const ada = await visitor();
  const page = await ada.open("slow", "#/inbox");
  await saved(page);
  await open(page);
  const dialog = dialogOf(page);
  await choose(page, "mine.ndjson", ours(4000));
  await button(page, "Import 4,000 tasks").waitFor();
  const network = await ada.context.newCDPSession(page);
  const throttle = (uploadThroughput) =>
    network.send("Network.emulateNetworkConditions", {
      ...{ offline: false, latency: 0, downloadThroughput: -1, uploadThroughput },
    });
  await network.send("Network.enable");
  await throttle(15_000);
  await button(page, "Import 4,000 tasks").click();
  await dialog.getByText(/^Sending: \d+ kB of 3\d\d kB/).waitFor();
  await button(page, "Go on with something else").click();
  await dialog.waitFor({ state: "detached" });
  await open(page);
  await button(page, "Stop").click();
  await dialog.getByRole("alert").getByText("You have stopped it.").waitFor();
  await throttle(-1);
  // Another page, or the same one later, can take back what had come of it.
  await page.keyboard.press("Escape");
  await page.reload();
  await open(page);
  await dialog.getByText("not known how much of it came").waitFor();
  await button(page, "Undo").click();
  await dialog.getByText(/Taken back|There was nothing to take back/).waitFor();
  assert.deepEqual(await program.tasks("slow"), []);
  allow(ada, 404);

  // Who signs out leaves nothing of it.
  await button(page, "Another file").click();
  await choose(page, "Tasks.json", errands(4000));
  await button(page, "Import 4,000 tasks and 1 list").waitFor();
  await network.send("Network.enable");
  await throttle(15_000);
  await button(page, "Import 4,000 tasks and 1 list").click();
  await dialog.getByText(/^Sending: /).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in to tickbox" }).waitFor();
  const kept = await page.evaluate(() => Object.keys(localStorage));
  assert.deepEqual(
    kept.filter((name) => name.endsWith(" import")),
    [],
  );
  await ada.end();
});
