// When a task comes back: what a rule says in words.

import assert from "node:assert/strict";
import { test } from "node:test";
import { source } from "./support/source.mjs";

const { CHOICES, sayRule } = await source("repeat.ts");

const RULES = [
  ["FREQ=DAILY", "Every day"],
  ["FREQ=DAILY;INTERVAL=3", "Every 3 days"],
  ["FREQ=WEEKLY;BYDAY=MO,TH", "Every week on Monday, Thursday"],
  ["FREQ=WEEKLY;INTERVAL=2;BYDAY=SA", "Every 2 weeks on Saturday"],
  ["FREQ=WEEKLY;COUNT=5;BYDAY=TU", "Every week on Tuesday, 5 times"],
  ["FREQ=YEARLY;UNTIL=20301231", "Every year, until 2030-12-31"],
  ["FREQ=MONTHLY;BYMONTHDAY=1,22", "Every month on the 1st, 22nd"],
  ["FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=13", "Every 2 months on the 13th"],
  ["FREQ=MONTHLY;BYDAY=1MO", "Every month on the first Monday"],
  ["FREQ=MONTHLY;BYDAY=2TU,-1FR", "Every month on the second Tuesday, last Friday"],
  ["FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "Every month on the last working day"],
  ["FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24", "Every year on 24 December"],
  // What is not as plain is shown as it is written.
  ["FREQ=MONTHLY;BYMONTHDAY=-2", "FREQ=MONTHLY;BYMONTHDAY=-2"],
  ["FREQ=YEARLY;BYDAY=20MO", "FREQ=YEARLY;BYDAY=20MO"],
  ["FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1"],
];

for (const [rule, words] of RULES) {
  test(rule, () => assert.equal(sayRule(rule), words));
}

test("each choice is said by its name", () => {
  for (const [rule, name] of CHOICES) assert.equal(sayRule(rule), name);
});
