// Tasks of other programs, brought along on the page, and one's own as a file: against the real
// program.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { add, row, saved, shows, test } from "./support/browser.mjs";
import {
  CALENDAR,
  MICROSOFT,
  TODOIST,
  allow,
  button,
  choose,
  dialogOf,
  drop,
  errands,
  isReal,
  open,
  ours,
} from "./support/files.mjs";
import { fits, look } from "./support/look.mjs";
import { stage } from "./support/stage.mjs";

const { program, visitor } = await stage();

test("a project of Todoist comes by keyboard alone, once, and goes again", async () => {
  const ada = await visitor();
  const page = await ada.open("todoist", "#/inbox");
  const { keyboard } = page;
  // Whoever listens is handed the choosers from now on, not from the first key on.
  const chosen = new Promise((resolve) => page.once("filechooser", resolve));
  await add(page, "Mine");
  await saved(page);
  await page.getByRole("button", { name: "Import and export" }).focus();
  await keyboard.press("Enter");
  await button(page, "Choose a file").and(page.locator(":focus")).waitFor();
  await keyboard.press("Enter");
  const chooser = await chosen;
  await chooser.setFiles({ name: "Flat.csv", mimeType: "text/csv", buffer: Buffer.from(TODOIST) });
  const dialog = dialogOf(page);
  await dialog.getByRole("heading", { name: "3 tasks would come" }).waitFor();
  assert.equal(await dialog.getByLabel("What it is").inputValue(), "todoist");
  await dialog.getByText("recurrence, once").waitFor();
  assert.equal((await program.tasks("todoist")).length, 1);
  // What was read has the focus now: two choices and a way back are before the button.
  for (let step = 0; step < 5; step += 1) {
    if (await button(page, "Import 3 tasks").evaluate((it) => it === document.activeElement)) break;
    await keyboard.press("Tab");
  }
  await keyboard.press("Enter");
  await dialog.getByRole("heading", { name: "3 tasks have come" }).waitFor();
  await keyboard.press("Escape");
  await shows(page, ["Mine", "Paint the wall", "Buy paint", "Water the plants"]);
  const tasks = await program.tasks("todoist");
  const wall = tasks.find(({ title }) => title === "Paint the wall");
  assert.deepEqual([wall.priority, wall.tags, wall.due.date], [1, ["home"], "2026-12-24"]);

  // Twice is once.
  await open(page);
  await choose(page, "Flat.csv", TODOIST);
  await dialog.getByRole("heading", { name: "Nothing new: 3 tasks are here already" }).waitFor();
  await button(page, "Close").last().click();
  await dialog.waitFor({ state: "detached" });

  // The window remembers what came last.
  await page.reload();
  await open(page);
  await dialog.getByText("3 items came").waitFor();
  await button(page, "Undo").click();
  await dialog.getByText("Taken back: 3 tasks are in the trash.").waitFor();
  await keyboard.press("Escape");
  await shows(page, ["Mine"]);
  await ada.end();
});

const FILES = [
  ["Tasks.json", errands(1), "google", "1 task and 1 list", "Post the letter"],
  ["lists.json", MICROSOFT, "microsoft", "1 task and 1 list", "Call the bank"],
  ["reminders", CALENDAR.join("\r\n"), "icalendar", "1 task", "Wash the car"],
  ["old.txt", ours(1), "tickbox", "1 task", "Task 0"],
];

for (const [name, text, kind, wanted, title] of FILES) {
  test(`${kind}: dropped on the page, recognized, brought, and undone beside the tasks`, async () => {
    const ada = await visitor();
    const page = await ada.open(kind, "#/search/e*");
    await saved(page);
    await drop(page, name, text);
    const dialog = dialogOf(page);
    await dialog.getByRole("heading", { name: `${wanted} would come` }).waitFor();
    assert.equal(await dialog.getByLabel("What it is").inputValue(), kind);
    await button(page, `Import ${wanted}`).click();
    await dialog.getByRole("heading", { name: `${wanted} have come` }).waitFor();
    assert.deepEqual(
      (await program.tasks(kind)).map((task) => task.title),
      [title],
    );
    await page.keyboard.press("Escape");
    const toasts = page.locator(".toasts");
    await toasts.getByText(`${wanted} from ${name}`).waitFor();
    await toasts.getByRole("button", { name: "Undo" }).click();
    await toasts.getByText("Taken back").waitFor();
    assert.deepEqual(await program.tasks(kind), []);
    await ada.end();
  });
}

test("it is known what cannot be, and people can say it better", async () => {
  const ada = await visitor();
  const page = await ada.open("unknown");
  await open(page);
  const dialog = dialogOf(page);
  const alert = dialog.getByRole("alert");
  await choose(page, "empty.csv", "");
  await alert.getByText("empty.csv: The file is empty.").waitFor();
  await choose(page, "takeout.zip", "PK\u0003\u0004and so on");
  await alert.getByText("unpack it").waitFor();
  await drop(page, "huge.ndjson", 65 * 1024 * 1024);
  await alert.getByText("It is too large: 68.2 MB").waitFor();
  await choose(page, "letter.txt", "Dear Ada");
  await dialog.getByText("This is nothing that is known").waitFor();
  assert.ok(await button(page, "Import").isDisabled());
  await dialog.getByLabel("What it is").selectOption("todoist");
  await alert.getByText("It cannot be read as Todoist: ").waitFor();
  assert.ok(await button(page, "Import").isDisabled());
  await button(page, "Another file").click();
  await choose(page, "some.json", '{"lists": [], "items": [] }');
  await dialog.getByText("There is nothing in it that could come").waitFor();
  await dialog.getByLabel("What it is").selectOption("microsoft");
  await alert.getByText("It cannot be read as Microsoft To Do: ").waitFor();
  allow(ada, 422);
  await ada.end();
});

test("all of it comes into a list that is there, or one that is made for it", async () => {
  const home = await program.ask("target", "/lists", { method: "POST", body: { name: "Home" } });
  const ada = await visitor();
  const page = await ada.open("target", "#/inbox");
  await saved(page);
  await open(page);
  const dialog = dialogOf(page);
  const lists = async () =>
    (await program.ask("target", "/lists")).lists.map(({ name }) => name).sort();
  const text = `${TODOIST}\nsection,Kitchen,,,,,,,,\ntask,Cook,,4,1,,,,,`;
  await choose(page, "Flat.csv", text);
  await dialog.getByRole("heading", { name: "4 tasks and 1 list would come" }).waitFor();
  const where = dialog.getByLabel("Where to");
  await where.selectOption("A new list: Flat");
  await dialog.getByText("section, once").waitFor();
  assert.deepEqual(await lists(), ["Flat", "Home"]);
  // Another choice, and the list is not needed.
  await where.selectOption("Home");
  await dialog.getByRole("heading", { name: "4 tasks would come" }).waitFor();
  await page.waitForFunction(() => document.querySelectorAll('a[href^="#/list/"]').length === 1);
  await button(page, "Import 4 tasks").click();
  await dialog.getByRole("heading", { name: "4 tasks have come" }).waitFor();
  assert.ok((await program.tasks("target")).every(({ list_id }) => list_id === home.id));
  await button(page, "Undo").click();
  await dialog.getByText("Taken back: 4 tasks are in the trash.").waitFor();
  await button(page, "Another file").click();
  await choose(page, "Flat.csv", text.replaceAll("Paint", "Scrub"));
  await where.selectOption("A new list: Flat");
  await button(page, /^Import \d/).click();
  await dialog.getByRole("heading", { name: / have come$/ }).waitFor();
  assert.deepEqual(await lists(), ["Flat", "Home"]);
  await button(page, "Undo").click();
  await dialog.getByText("Taken back").waitFor();
  await page.keyboard.press("Escape");
  await saved(page);
  assert.deepEqual(await lists(), ["Home"]);
  await ada.end();
});

test("all tasks are saved as a file that another user can bring along", async () => {
  const ada = await visitor();
  const page = await ada.open("saver", "#/inbox");
  for (const line of ["Pay rent !1 #home tomorrow", "Water plants every monday"])
    await add(page, line);
  await saved(page);
  await open(page);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    button(page, "Download my tasks").click(),
  ]);
  const name = download.suggestedFilename();
  assert.match(name, /^tickbox-saver-\d{4}-\d\d-\d\d\.ndjson$/);
  await dialogOf(page).getByText(`Saved as ${name}`).waitFor();
  const text = await readFile(await download.path(), "utf8");
  await ada.end();
  const bob = await visitor();
  const other = await bob.open("heir", "#/inbox");
  await saved(other);
  await drop(other, name, text);
  await button(other, "Import 2 tasks").click();
  await dialogOf(other).getByRole("heading", { name: "2 tasks have come" }).waitFor();
  await other.keyboard.press("Escape");
  await row(other, "Water plants").waitFor();
  const [, plants] = await program.tasks("heir");
  assert.equal(plants.recurrence.rule, "FREQ=WEEKLY;BYDAY=MO");
  await bob.end();
});

for (const colorScheme of ["light", "dark"]) {
  test(`axe finds nothing in the window, and it fits 320 px, in ${colorScheme}`, async () => {
    const user = `window-${colorScheme}`;
    const ada = await visitor({ colorScheme });
    const page = await ada.open(user, "#/inbox");
    await saved(page);
    const dialog = dialogOf(page);
    const see = async (name) => {
      for (const width of [1280, 320]) {
        await page.setViewportSize({ width, height: 640 });
        await look(page, `${name} at ${width}`, colorScheme);
        await fits(page, name);
      }
      await page.setViewportSize({ width: 1280, height: 640 });
    };
    await open(page);
    await see("choosing");
    const long = `${"A name that is long and goes on ".repeat(4)}.csv`;
    await choose(page, "letter.txt", "Dear Ada");
    await dialog.getByText("This is nothing that is known").waitFor();
    await see("not known");
    await button(page, "Another file").click();
    await choose(page, long, TODOIST);
    await dialog.getByRole("heading", { name: "3 tasks would come" }).waitFor();
    await see("a report");
    await page.route(isReal, (route) => route.abort());
    await button(page, "Import 3 tasks").click();
    await dialog.getByRole("alert").getByText("not known").waitFor();
    await see("a failure");
    await page.unroute(isReal);
    await button(page, "Try again").click();
    await dialog.getByRole("heading", { name: "3 tasks have come" }).waitFor();
    await see("done");
    await button(page, "Undo").click();
    await dialog.getByText("Taken back").waitFor();
    await see("undone");
    await ada.end();
  });
}
