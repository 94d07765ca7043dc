// What is read in a line that adds a task.

import { build } from "esbuild";
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const entry = fileURLToPath(new URL("../src/quick.ts", import.meta.url));
const { outputFiles } = await build({
  entryPoints: [entry],
  bundle: true,
  format: "esm",
  write: false,
});
const { readLine } = await import(
  `data:text/javascript;base64,${Buffer.from(outputFiles[0].text).toString("base64")}`
);

const LISTS = [
  { id: "l1", name: "Home" },
  { id: "l2", name: "Move house" },
  { id: "l3", name: "Work" },
  { id: "l4", name: "Workshop" },
];
/** A Sunday, at ten. */
const NOW = new Date(2026, 10, 29, 10, 0);

const read = (line, plain = []) => {
  const { pieces: _, ...rest } = readLine(line, LISTS, new Set(plain), NOW);
  return rest;
};
const day = (date) => ({ due: { date } });
const at = (local) => ({ due: { local: `${local}:00` } });

const LINES = [
  [
    "Pay rent !1 #home tomorrow",
    { title: "Pay rent", priority: 1, tags: ["home"], ...day("2026-11-30") },
  ],
  ["Buy milk", { title: "Buy milk" }],
  ["today Buy milk", { title: "Buy milk", ...day("2026-11-29") }],
  ["Call Ada at 9", { title: "Call Ada", ...at("2026-11-30T09:00") }],
  ["Call Ada 11:30", { title: "Call Ada", ...at("2026-11-29T11:30") }],
  ["Call Ada fri 5pm", { title: "Call Ada", ...at("2026-12-04T17:00") }],
  ["Call Ada on Monday at 12:15 am", { title: "Call Ada", ...at("2026-11-30T00:15") }],
  ["Lunch noon", { title: "Lunch", ...at("2026-11-29T12:00") }],
  ["Read next week", { title: "Read", ...day("2026-11-30") }],
  ["Read next month", { title: "Read", ...day("2026-12-01") }],
  ["Read sunday", { title: "Read", ...day("2026-12-06") }],
  ["Read in 3 days", { title: "Read", ...day("2026-12-02") }],
  ["Read in a week", { title: "Read", ...day("2026-12-06") }],
  ["Read in 3 months", { title: "Read", ...day("2027-02-28") }],
  ["Renew 24 dec", { title: "Renew", ...day("2026-12-24") }],
  ["Renew Dec 24th, 2027", { title: "Renew", ...day("2027-12-24") }],
  ["Renew 3. March", { title: "Renew", ...day("2027-03-03") }],
  ["Renew 24.12.", { title: "Renew", ...day("2026-12-24") }],
  ["Renew 2027-02-30", { title: "Renew 2027-02-30" }],
  ["Renew 2027-02-28", { title: "Renew", ...day("2027-02-28") }],
  ["Renew 31.2.2027", { title: "Renew 31.2.2027" }],
  ["Paint @home", { title: "Paint", list: "l1" }],
  ["Paint @Move house today", { title: "Paint", list: "l2", ...day("2026-11-29") }],
  ["Paint @mov", { title: "Paint", list: "l2" }],
  ["Paint @work", { title: "Paint", list: "l3" }],
  ["Paint @wor", { title: "Paint @wor" }],
  ["Write to ada@example.com", { title: "Write to ada@example.com" }],
  ["Issue C# !10 a!1 #", { title: "Issue C# !10 a!1 #" }],
  ["#a #b #a Sort", { title: "Sort", tags: ["a", "b"] }],
  ["Look at the sun setting", { title: "Look at the sun setting" }],
  ["Sat on a chair", { title: "Sat on a chair" }],
  ["Fix it sat 10:00 #bike", { title: "Fix it", tags: ["bike"], ...at("2026-12-05T10:00") }],
  ["Fridays for future", { title: "Fridays for future" }],
  ["Meet 25:00", { title: "Meet 25:00" }],
  ["tomorrow", { title: "", ...day("2026-11-30") }],
];

for (const [line, wanted] of LINES) {
  test(line, () => assert.deepEqual(read(line), { tags: [], ...wanted }));
}

test("a word can be left as it is", () => {
  assert.deepEqual(read("Tomorrow never dies today", ["Tomorrow"]), {
    title: "Tomorrow never dies",
    tags: [],
    ...day("2026-11-29"),
  });
});
