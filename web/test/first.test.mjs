// The first minutes of somebody new: what is said where nothing is, what comes back, a phone.

import assert from "node:assert/strict";
import { add, row, saved, shows, test } from "./support/browser.mjs";
import { stage } from "./support/stage.mjs";

const { program, visitor } = await stage();

test("as long as it is not known what there is, nobody says that there is nothing", async () => {
  await program.ask("slow", "/tasks", { method: "POST", body: { title: "There" } });
  const ada = await visitor();
  let answer = () => undefined;
  const asked = new Promise((resolve) => (answer = resolve));
  await ada.context.route(/\/api\/slow\/(tasks|changes)/, async (route) => {
    await asked;
    await route.continue().catch(() => undefined);
  });
  const page = await ada.open("slow", "#/inbox");
  await page.getByText("One moment…").waitFor();
  assert.equal(await page.getByText("Nothing in the inbox").count(), 0);
  answer();
  await shows(page, ["There"]);
  await ada.end();
});

test("who has no tasks is led to bring some", async () => {
  const ada = await visitor();
  const page = await ada.open("new");
  await page.getByText("Nothing is due today.").waitFor();
  await page.getByRole("button", { name: "Bring tasks along from elsewhere" }).click();
  await page.getByRole("dialog", { name: "Import and export" }).waitFor();
  await page.keyboard.press("Escape");
  await add(page, "The first");
  await row(page, "The first").waitFor();
  assert.equal(await page.getByText("Bring tasks along from elsewhere").count(), 0);
  await ada.end();
});

test("a line says when it comes back, shows it while it is typed, and can be taken at its word", async () => {
  const ada = await visitor();
  const page = await ada.open("again", "#/inbox");
  const field = page.getByLabel(/^Add a task/);
  const read = page.locator(".read");
  await field.fill("Water plants every! 3 days #garden");
  await read.getByText("Repeats").waitFor();
  assert.equal(
    (await read.innerText()).replace(/\s+/g, " ").trim(),
    "Water plants Repeats Every 3 days, from when it is done · first Today Tag #garden",
  );
  await page.keyboard.press("Enter");
  await saved(page);
  await field.fill("Sing every day on stage");
  await read.getByRole("button", { name: /Every day/ }).click();
  await read.getByText("Repeats").waitFor({ state: "detached" });
  await page.keyboard.press("Enter");
  await shows(page, ["Water plants", "Sing every day on stage"]);
  await saved(page);
  const [plants, song] = await program.tasks("again");
  assert.deepEqual(plants.recurrence, { rule: "FREQ=DAILY;INTERVAL=3", from: "completion" });
  assert.ok(plants.due.date);
  assert.equal(song.recurrence, undefined);
  await ada.end();
});

test("on a phone a task opens without a keyboard in front of it", async () => {
  const ada = await visitor({
    viewport: { width: 360, height: 640 },
    hasTouch: true,
    isMobile: true,
  });
  const page = await ada.open("phone", "#/inbox");
  await add(page, "Call Ada");
  await row(page, "Call Ada").tap();
  const panel = page.getByRole("complementary");
  await panel.getByRole("button", { name: "Close" }).and(page.locator(":focus")).waitFor();
  await panel.getByRole("button", { name: "Close" }).tap();
  await panel.waitFor({ state: "detached" });
  await ada.end();
});
