// The page in a browser, as somebody uses it who is signed in: against the real program.

import assert from "node:assert/strict";
import { add, row, saved, shows, test } from "./support/browser.mjs";
import { stage } from "./support/stage.mjs";

const { program, visitor } = await stage();

test("the whole life of a task", async () => {
  const ada = await visitor();
  const page = await ada.open("life", "#/inbox");
  const line = page.getByLabel("Add a task to Inbox");
  await line.fill("Pay rent !1 #home tomorrow 9:00");
  const read = page.locator(".read");
  await read.getByRole("button", { name: /Due/ }).waitFor();
  assert.match(await read.innerText(), /Pay rent\s+Priority\s+1\s+Tag\s+#home\s+Due\s+Tomorrow, 0?9:00/);
  // What was meant as a word is left as one.
  await read.getByRole("button", { name: /Tag/ }).click();
  await line.press("Enter");
  await shows(page, ["Pay rent #home"]);
  await saved(page);
  let [task] = await program.tasks("life");
  assert.equal(task.priority, 1);
  assert.match(task.due.local, /T09:00:00$/);
  assert.equal(task.tags, undefined);

  await row(page, "Pay rent #home").click();
  const panel = page.getByRole("complementary");
  await panel.getByLabel("Title").fill("Pay the rent");
  await panel.getByLabel("Notes").fill("To the new account.");
  await panel.getByLabel("Tags").fill("home");
  await panel.getByLabel("Tags").press("Enter");
  await panel.getByRole("button", { name: "Today" }).click();
  await panel.getByLabel("Priority").selectOption("2");
  await panel.getByLabel("Add a part").fill("Find the account");
  await panel.getByLabel("Add a part").press("Enter");
  await panel.getByRole("checkbox", { name: "Done: Find the account" }).click();
  await row(page, "Pay the rent").getByText("1/1").waitFor();
  await saved(page);
  task = (await program.tasks("life")).find(({ parent_id }) => parent_id === undefined);
  const { title, description, tags, priority } = task;
  assert.deepEqual({ title, description, tags, priority }, { title: "Pay the rent", description: "To the new account.", tags: ["home"], priority: 2 });

  // One change is taken back in its history; the title has another one since, which stays.
  await panel.getByText("History").click();
  const change = panel.locator(".history li").filter({ hasText: "Priority was" }).first();
  await change.getByRole("button", { name: /Undo/ }).click();
  await page.waitForFunction(() => document.querySelector("#priority").value === "1");
  assert.equal(await panel.getByLabel("Title").inputValue(), "Pay the rent");
  await panel.getByRole("button", { name: "Close" }).click();

  // Done, and taken back; into the trash, and out of it.
  await row(page, "Pay the rent").getByRole("checkbox").click();
  await shows(page, []);
  await page.locator(".bar").getByRole("button", { name: "Undo" }).click();
  await shows(page, ["Pay the rent"]);
  await row(page, "Pay the rent").focus();
  await page.keyboard.press("Delete");
  await shows(page, []);
  await saved(page);
  await page.getByRole("link", { name: "Trash" }).click();
  await page.getByRole("button", { name: "Restore Pay the rent" }).click();
  await page.getByText("The trash is empty.").waitFor();
  await page.getByRole("link", { name: /^Today/ }).click();
  await shows(page, ["Pay the rent"]);
  await ada.end();
});

test("lists, tags, search and what is to come", async () => {
  const ada = await visitor();
  const page = await ada.open("places", "#/inbox");
  await page.getByRole("button", { name: "A new list" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Move house");
  await page.getByTitle("Blue").click();
  await page.getByRole("button", { name: "Make the list" }).click();
  await page.getByRole("heading", { name: "Move house" }).waitFor();
  for (const line of ["Find a van fri #car", "Pack the kitchen"]) await add(page, line);
  await page.getByRole("link", { name: /^Inbox/ }).click();
  await add(page, "Wash up @move #home");
  await shows(page, []);
  await page.getByRole("link", { name: /^Move house/ }).click();
  await saved(page);
  await shows(page, ["Find a van", "Pack the kitchen", "Wash up"]);
  await page.getByRole("link", { name: /^car/ }).click();
  await shows(page, ["Find a van"]);
  await page.getByRole("link", { name: "Upcoming" }).click();
  await shows(page, ["Find a van"]);
  await page.locator(".row.heading").waitFor();

  await page.keyboard.press("/");
  await page.keyboard.type("kitch");
  await shows(page, ["Pack the kitchen"]);
  await page.getByRole("searchbox").fill("tags:home OR tags:car");
  await shows(page, ["Wash up", "Find a van"]);
  await page.getByRole("searchbox").fill("tags:");
  await page.getByText(/column/).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("heading", { name: "Upcoming" }).waitFor();

  await page.getByRole("link", { name: /^Move house/ }).click();
  await page.getByRole("button", { name: "Edit the list" }).click();
  await page.getByRole("button", { name: "Move to the trash" }).click();
  await page.locator(".bar").getByRole("button", { name: "Undo" }).click();
  await page.getByRole("link", { name: /^Move house 3/ }).waitFor();
  await ada.end();
});

test("what one tab does shows in the other, and in another browser", async () => {
  const [ada, phone] = [await visitor(), await visitor()];
  const one = await ada.open("tabs", "#/inbox");
  const two = await ada.open(undefined, "#/inbox");
  const three = await phone.open("tabs", "#/inbox");
  await add(one, "Buy milk");
  for (const page of [one, two, three]) await shows(page, ["Buy milk"]);
  await row(three, "Buy milk").getByRole("checkbox").click();
  for (const page of [one, two, three]) await shows(page, []);
  await one.getByRole("button", { name: "Sign out" }).click();
  // In both tabs, and only there; nothing is left on the device.
  for (const page of [one, two]) await page.getByRole("heading", { name: "Sign in to tickbox" }).waitFor();
  assert.deepEqual(await one.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name)), []);
  await add(three, "Buy bread");
  await saved(three);
  await Promise.all([ada.end(), phone.end()]);
});

test("it works offline from the first visit, and catches up", async () => {
  const ada = await visitor();
  const page = await ada.open("offline", "#/inbox");
  await add(page, "Before");
  await saved(page);
  await ada.goOffline(page);
  await page.reload();
  await shows(page, ["Before"]);
  await add(page, "In the tunnel");
  await row(page, "Before").getByRole("checkbox").click();
  await shows(page, ["In the tunnel"]);
  await page.locator(".status.is-offline").getByText("Offline, 2 changes wait").waitFor();
  await program.ask("offline", "/tasks", { method: "POST", body: { title: "From elsewhere" } });
  await page.reload();
  await shows(page, ["In the tunnel"]);
  // All of the page is there, also what came last.
  await row(page, "In the tunnel").click();
  await page.getByRole("complementary").getByLabel("Notes").fill("It is dark.");
  await page.getByRole("button", { name: "Close" }).click();
  await ada.context.setOffline(false);
  await row(page, "From elsewhere").waitFor();
  await saved(page);
  const open = (await program.tasks("offline")).filter(({ completed }) => !completed);
  assert.deepEqual(open.map(({ title }) => title).sort(), ["From elsewhere", "In the tunnel"]);
  await ada.end();
});

test("titles and notes are text, whatever they look like", async () => {
  const ada = await visitor();
  const evil = `<img src=x onerror=alert(1)><script>alert(2)</script>"'&lt;`;
  const references = [{ source: "x", external_id: "1", title: evil, url: "https://example.com/" }];
  await program.ask("evil", "/tasks", { method: "POST", body: { title: evil, description: evil, tags: ["<b>"], references } });
  await program.ask("evil", "/lists", { method: "POST", body: { name: evil } });
  const page = await ada.open("evil", "#/inbox");
  await shows(page, [evil]);
  await row(page, evil).click();
  const panel = page.getByRole("complementary");
  assert.equal(await panel.getByLabel("Title").inputValue(), evil);
  assert.equal(await panel.getByRole("link", { name: evil }).getAttribute("rel"), "noopener noreferrer");
  await page.getByRole("link", { name: evil }).first().waitFor();
  assert.equal(await page.locator("img, script:not([src])").count(), 0);
  await ada.end();
});

test("a task that comes back is due again when it is done, and is left out once", async () => {
  const ada = await visitor();
  const page = await ada.open("repeats", "#/inbox");
  await add(page, "Water the plants");
  await row(page, "Water the plants").click();
  const panel = page.getByRole("complementary");
  await panel.getByRole("combobox", { name: "Repeat" }).selectOption("FREQ=DAILY");
  await panel.getByLabel("counted from the day on which it is done").waitFor();
  await saved(page);
  const standing = async () => {
    await saved(page);
    const [{ occurrence, done, completed }] = await program.tasks("repeats");
    return { occurrence, done, completed };
  };
  const first = await standing();
  assert.deepEqual([first.done, first.completed], [0, false]);
  await panel.getByRole("checkbox", { name: "Done", exact: true }).click();
  await page.getByText(/^Done, and again on/).waitFor();
  const second = await standing();
  assert.deepEqual([second.done, second.completed], [1, false]);
  assert.ok(second.occurrence > first.occurrence);
  await panel.getByRole("button", { name: "Skip this time" }).click();
  await page.getByText("Skipped this time: Water the plants").waitFor();
  const third = await standing();
  assert.ok(third.occurrence > second.occurrence && third.done === 1);
  await page.getByTitle("Undo (Ctrl+Z)").click();
  await page.getByText("Taken back").waitFor();
  assert.deepEqual(await standing(), second);
  await ada.end();
});

test("what the page fetches later comes when the network does", async () => {
  const ada = await visitor({ serviceWorkers: "block" });
  await ada.context.route("**/more.js*", (route) => route.abort());
  const page = await ada.open("later", "#/inbox");
  await saved(page);
  const again = page.waitForEvent("requestfailed", (request) => request.url().includes("/more.js"));
  await page.keyboard.press("?");
  await again;
  assert.equal(await page.getByRole("dialog").count(), 0);
  await ada.context.unroute("**/more.js*");
  await ada.context.setOffline(true);
  await ada.context.setOffline(false);
  await page.getByRole("dialog").waitFor();
  await ada.end();
});
