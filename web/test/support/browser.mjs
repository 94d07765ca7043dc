// A real browser without a window, and people who use the page in it.

import assert from "node:assert/strict";
import { test as run } from "node:test";
import { chromium } from "playwright-core";

/**
 * Long, for a machine that does other things too; a test that hangs is named before the whole suite
 * is ended.
 */
const LIMIT = 60_000;

export function startBrowser() {
  const executablePath = process.env.BROWSER_PROGRAM ?? "/usr/bin/chromium";
  return chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
  });
}

/** Those of the test that runs. */
let visitors = [];

/** A test; if it fails it shows what stood on each page then. */
export function test(name, work) {
  run(name, async (context) => {
    visitors = [];
    try {
      await work(context);
    } catch (error) {
      const pages = visitors.flatMap((visitor) => visitor.context.pages());
      for (const page of pages) context.diagnostic(await seen(page).catch(String));
      throw error;
    }
  });
}

const seen = (page) =>
  page.evaluate(() => {
    const fields = [...document.querySelectorAll("input, textarea")].map(({ value }) => value);
    return [location.href, document.body.innerText, JSON.stringify(fields)].join("\n");
  });

/**
 * Somebody with a browser of their own: nothing is known there yet. What goes wrong on their pages
 * fails the test.
 */
export class Visitor {
  constructor(context, url) {
    this.context = context;
    this.url = url;
    this.faults = [];
  }

  static async with(browser, url, options = {}) {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      locale: "en-GB",
      ...options,
    });
    context.setDefaultTimeout(LIMIT);
    const visitor = new Visitor(context, url);
    visitors.push(visitor);
    context.on("weberror", (error) => visitor.faults.push(error.error().stack));
    context.on("dialog", (dialog) => {
      visitor.faults.push(`a dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    context.on("console", (message) => {
      // What a network that is away makes the browser say is no fault of the page.
      if (message.type() === "error" && !/net::ERR_|status of (401|503)/.test(message.text()))
        visitor.faults.push(message.text());
    });
    return visitor;
  }

  /** Opens the page, in development as somebody of this name. */
  async open(name, place = "") {
    const page = await this.context.newPage();
    await page.goto(`${this.url}/${place}`);
    if (name !== undefined) {
      await page.getByLabel("Name").fill(name);
      await page.keyboard.press("Enter");
      await page
        .getByRole("heading", { level: 1 })
        .and(page.locator("main.sign-in *"))
        .waitFor({ state: "detached" });
    }
    return page;
  }

  /** Takes the network away, once all of the page is kept on the device. */
  async goOffline(page) {
    await page.evaluate(async () => void (await navigator.serviceWorker.ready));
    await this.context.setOffline(true);
  }

  async end() {
    await this.context.close();
    assert.deepEqual(this.faults, []);
  }
}

/** A row of the list, by the title of its task. */
export const row = (page, title) =>
  page
    .locator(".row")
    .filter({ has: page.locator(".row-title").getByText(title, { exact: true }) });

export const titles = (page) => page.locator(".row-title").allTextContents();

export async function add(page, line) {
  await page.getByLabel(/^Add a task/).fill(line);
  await page.keyboard.press("Enter");
}

/** Comes back when the server has all that was done. */
export const saved = (page) => page.locator(".status.is-live").getByText("Up to date").waitFor();

/** Comes back when the list shows exactly these, in this order. */
export async function shows(page, wanted) {
  await page
    .waitForFunction((wanted) => {
      const rows = [...document.querySelectorAll(".row:not(.heading)")].sort(
        (one, other) => one.ariaRowIndex - other.ariaRowIndex,
      );
      return rows.map((row) => row.querySelector(".row-title").textContent).join("\n") === wanted;
    }, wanted.join("\n"))
    .catch(async (error) => {
      assert.deepEqual(await titles(page), wanted);
      throw error;
    });
}
