// What is to be seen of a page as it stands: findings of axe, and whether all of it fits.

import axe from "axe-core";
import assert from "node:assert/strict";

/**
 * What axe finds against WCAG 2.2 AA and its own good practice; in the dark the same page has other
 * colours.
 */
export async function look(page, name, scheme) {
  // Through the debugger: a page with a strict policy runs no script of others.
  await page.evaluate(axe.source);
  const rules = scheme === "dark" ? { runOnly: ["color-contrast"] } : {};
  const { violations } = await page.evaluate(
    (rules) => window.axe.run(document, { resultTypes: ["violations"], ...rules }),
    rules,
  );
  const found = violations.map(
    ({ id, nodes }) => `${name}: ${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join("; ")}`,
  );
  assert.deepEqual(found, []);
}

/** Nothing is wider than the screen. */
export async function fits(page, name) {
  const wide = await page.evaluate(() => {
    const most = document.documentElement.clientWidth;
    const isWide = (element) =>
      element.getBoundingClientRect().right > most + 1 &&
      getComputedStyle(element).visibility !== "hidden";
    return [...document.querySelectorAll("main, main *, .details *, dialog *")]
      .filter((it) => isWide(it) && !it.closest(".row-meta, .hidden"))
      .map((it) => it.outerHTML.slice(0, 100));
  });
  assert.deepEqual(wide, [], name);
  assert.ok(
    await page.evaluate(
      () => document.documentElement.scrollWidth <= document.documentElement.clientWidth,
    ),
    name,
  );
}
