// What most tests of the page stand on: the real program, and a browser, both for one file of tests.

import { after } from "node:test";
import { Visitor, startBrowser } from "./browser.mjs";
import { start } from "./program.mjs";

/** Starts both, and ends them behind the tests; gives a way to somebody who visits the page, too. */
export async function stage() {
  const [program, browser] = await Promise.all([start(), startBrowser()]);
  after(async () => {
    await browser.close();
    await program.end();
  });
  return { program, visitor: (options) => Visitor.with(browser, program.url, options) };
}
