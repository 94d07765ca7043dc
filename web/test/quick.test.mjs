// What is read in a line that adds a task.

import assert from "node:assert/strict";
import { test } from "node:test";
import { source } from "./support/source.mjs";

const { readLine } = await source("quick.ts");

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
const repeats = (rule, from = "due") => ({ recurrence: { rule, from } });

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

/** Lines that say when a task comes back; today is Sunday, 29 November. */
const REPEATS = [
  ["every day", "FREQ=DAILY", "2026-11-29"],
  ["every 3 days", "FREQ=DAILY;INTERVAL=3", "2026-11-29"],
  ["every other day", "FREQ=DAILY;INTERVAL=2", "2026-11-29"],
  ["Every Weekday", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "2026-11-30"],
  ["every working day", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "2026-11-30"],
  ["every weekend", "FREQ=WEEKLY;BYDAY=SA", "2026-12-05"],
  ["every week", "FREQ=WEEKLY", "2026-11-29"],
  ["every 2 weeks", "FREQ=WEEKLY;INTERVAL=2", "2026-11-29"],
  ["every sun", "FREQ=WEEKLY;BYDAY=SU", "2026-11-29"],
  ["every monday", "FREQ=WEEKLY;BYDAY=MO", "2026-11-30"],
  ["every tue, thu and sat", "FREQ=WEEKLY;BYDAY=TU,TH,SA", "2026-12-01"],
  ["every other friday", "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", "2026-12-04"],
  ["every 2 weeks on monday", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "2026-11-30"],
  ["every month", "FREQ=MONTHLY", "2026-11-29"],
  ["every month on the 1st", "FREQ=MONTHLY;BYMONTHDAY=1", "2026-12-01"],
  ["every 15th", "FREQ=MONTHLY;BYMONTHDAY=15", "2026-12-15"],
  ["every 1st and 15th", "FREQ=MONTHLY;BYMONTHDAY=1,15", "2026-12-01"],
  ["every last day", "FREQ=MONTHLY;BYMONTHDAY=-1", "2026-11-30"],
  ["every month on the last day", "FREQ=MONTHLY;BYMONTHDAY=-1", "2026-11-30"],
  ["every 3rd friday", "FREQ=MONTHLY;BYDAY=3FR", "2026-12-18"],
  ["every month on the last monday", "FREQ=MONTHLY;BYDAY=-1MO", "2026-11-30"],
  ["every last workday", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "2026-11-30"],
  ["every quarter", "FREQ=MONTHLY;INTERVAL=3", "2026-11-29"],
  ["every 2 months on the 31st", "FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=31", "2026-12-31"],
  ["every year", "FREQ=YEARLY", "2026-11-29"],
  ["every 24 dec", "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24", "2026-12-24"],
  ["every 24th of December", "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24", "2026-12-24"],
  ["every year on march 3rd", "FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=3", "2027-03-03"],
  ["every 29 feb", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "2028-02-29"],
  ["every week tomorrow", "FREQ=WEEKLY", "2026-11-30"],
  ["every 3 days starting 24 dec", "FREQ=DAILY;INTERVAL=3", "2026-12-24"],
  ["every friday from 2026-12-24", "FREQ=WEEKLY;BYDAY=FR", "2026-12-25"],
  ["every day until 24 dec", "FREQ=DAILY;UNTIL=20261224", "2026-11-29"],
];

/** What sounds like it and is not. */
const WORDS = [
  ["Count every penny", { title: "Count every penny" }],
  ["Check every 12 hours", { title: "Check every 12 hours" }],
  ["Every second counts", { title: "Every second counts" }],
  ["Water every 0 days", { title: "Water every 0 days" }],
  ["Meet every 30 february", { title: "Meet every 30 february" }],
  ["everyday life", { title: "everyday life" }],
  ["Read every", { title: "Read every" }],
];

for (const [line, wanted] of LINES) {
  test(line, () => assert.deepEqual(read(line), { tags: [], ...wanted }));
}

for (const [line, rule, date] of REPEATS) {
  test(`Water ${line}`, () =>
    assert.deepEqual(read(`Water ${line}`), {
      title: "Water",
      tags: [],
      ...day(date),
      ...repeats(rule),
    }));
}

for (const [line, wanted] of WORDS) {
  test(line, () => assert.deepEqual(read(line), { tags: [], ...wanted }));
}

test("what comes back may have a time, and be counted from when it is done", () => {
  const water = { title: "Water", tags: [] };
  const daily = repeats("FREQ=DAILY");
  assert.deepEqual(read("Water every day at 11"), {
    ...water,
    ...at("2026-11-29T11:00"),
    ...daily,
  });
  assert.deepEqual(read("Water every day 9:00"), { ...water, ...at("2026-11-30T09:00"), ...daily });
  assert.deepEqual(read("Water every sunday at 9"), {
    ...water,
    ...at("2026-12-06T09:00"),
    ...repeats("FREQ=WEEKLY;BYDAY=SU"),
  });
  assert.deepEqual(read("every! 10 days Water !2 #garden @home"), {
    ...water,
    priority: 2,
    tags: ["garden"],
    list: "l1",
    ...day("2026-11-29"),
    ...repeats("FREQ=DAILY;INTERVAL=10", "completion"),
  });
});

test("a rule can be left as it is, with the days in it", () => {
  assert.deepEqual(read("Every monday is blue tomorrow", ["Every monday"]), {
    title: "Every monday is blue",
    tags: [],
    ...day("2026-11-30"),
  });
  assert.deepEqual(read("Sing every monday until fri", ["every monday until fri"]), {
    title: "Sing every monday until fri",
    tags: [],
  });
});

test("what is understood of a rule is told with its place", () => {
  const { pieces } = readLine("Water every! 2 weeks at 9", LISTS, new Set(), NOW);
  assert.deepEqual(pieces, [
    {
      ...{ kind: "repeat", from: 6, to: 20, text: "every! 2 weeks" },
      said: "Every 2 weeks, from when it is done",
    },
    { kind: "time", from: 21, to: 25, text: "at 9" },
  ]);
});

test("a word can be left as it is", () => {
  assert.deepEqual(read("Tomorrow never dies today", ["Tomorrow"]), {
    title: "Tomorrow never dies",
    tags: [],
    ...day("2026-11-29"),
  });
});
