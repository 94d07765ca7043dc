// Rules and their days beside those that the server finds (tests/vectors/recurrence.json).

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { civil, dateOf, numberOf, numberOfDate, weekYear, weekdayOf } from "../dist/days.js";
import type { When } from "../dist/moments.js";
import { RecurrenceError, RuleError, Series, parseRule, ruleText } from "../dist/recurrence.js";

interface Vectors {
  rules: { text: string; rule: string }[];
  mistakes: { text: string; part: string; expected: string }[];
  series: Case[];
}
interface Case {
  rule: string;
  start: When;
  exclude?: string[];
  first?: string[];
  after?: { date: string; next: string | null; has: boolean };
  fault?: { name: string; message: string };
}

// TICKBOX_RECURRENCE_VECTORS names a longer file, which the test of the engine writes.
const FILE = process.env["TICKBOX_RECURRENCE_VECTORS"] ?? new URL("../../../tests/vectors/recurrence.json", import.meta.url);
const VECTORS = JSON.parse(readFileSync(FILE, "utf8")) as Vectors;

test("rules are written in their one form, which stays", () => {
  assert.ok(VECTORS.rules.length > 5);
  for (const { text, rule } of VECTORS.rules) {
    assert.equal(ruleText(parseRule(text)), rule, text);
    assert.equal(ruleText(parseRule(rule)), rule);
    assert.deepEqual(parseRule(rule), parseRule(text));
  }
});

test("what is no rule is refused with the server's words", () => {
  assert.ok(VECTORS.mistakes.length > 40);
  for (const { text, part, expected } of VECTORS.mistakes) {
    const wanted = { name: "RuleError", part, expected, message: `${part}: expected ${expected}` };
    assert.throws(() => parseRule(text), wanted, text);
  }
  assert.throws(() => parseRule("FREQ=NEVER"), RuleError);
});

test("the days of a rule are those that the server finds, and so are its faults", () => {
  let faults = 0;
  for (const { rule: text, start, exclude, first, after, fault } of VECTORS.series) {
    const name = `${text} ${JSON.stringify(start)}`;
    const make = () => new Series(parseRule(text), start, exclude);
    if (fault) {
      faults += 1;
      assert.throws(make, { name: "RecurrenceError", fault: fault.name, message: fault.message }, name);
      continue;
    }
    const series = make();
    assert.deepEqual(series.first(12), first, name);
    assert.equal(series.nextAfter(after!.date) ?? null, after!.next, `${name} ${after!.date}`);
    assert.equal(series.has(after!.date), after!.has, `${name} ${after!.date}`);
  }
  assert.ok(faults > 10 && VECTORS.series.length > 500, `${faults} of ${VECTORS.series.length}`);
});

test("all days of two centuries and of the calendar's ends are those of Date", () => {
  const check = (number: number) => {
    const date = new Date(number * 86_400_000);
    const [year, month, day] = civil(number);
    assert.deepEqual([year, month - 1, day], [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()]);
    assert.equal(numberOf(year, month, day), number);
    assert.equal(weekdayOf(number), (date.getUTCDay() + 6) % 7);
    assert.equal(numberOfDate(dateOf(number)), number);
    const thursday = new Date((number - weekdayOf(number) + 3) * 86_400_000);
    assert.equal(weekYear(number, 0), thursday.getUTCFullYear());
  };
  const [begin, end] = [numberOf(1, 1, 1), numberOf(9999, 12, 31)];
  for (let number = numberOf(1899, 12, 1); number < numberOf(2101, 1, 1); number += 1) check(number);
  for (let day = 3; day < 1500; day += 1) for (const number of [begin + day, end - day]) check(number);
  assert.equal(dateOf(begin), "0001-01-01");
});

test("the days of any rule rise, and the next day is the one that follows", () => {
  for (const { rule: text, start, exclude, fault } of VECTORS.series) {
    if (fault) continue;
    const series = new Series(parseRule(text), start, exclude);
    const days = series.first(40);
    assert.deepEqual([...new Set(days)].sort(), days, text);
    for (const [place, day] of days.entries()) {
      if (place + 1 < days.length) assert.equal(series.nextAfter(day), days[place + 1], text);
      assert.deepEqual(series.after(day, 3), days.slice(place + 1, place + 4).concat(series.after(days.at(-1)!, 3)).slice(0, 3), text);
    }
    assert.deepEqual(series.first(0), []);
  }
});

test("no rule takes long, and what never happens is told", () => {
  const rules = ["FREQ=DAILY", "FREQ=YEARLY;BYWEEKNO=53", "FREQ=DAILY;INTERVAL=31;BYMONTHDAY=1;BYDAY=MO", "FREQ=WEEKLY;INTERVAL=2;BYMONTH=2;COUNT=9999"];
  for (const text of rules) {
    const begin = performance.now();
    new Series(parseRule(text), { date: "2026-02-28" }).first(366);
    // A hundred times what it takes, for a machine that has more to do.
    assert.ok(performance.now() - begin < 2000, text);
  }
  const never = () => new Series(parseRule("FREQ=MONTHLY;BYMONTH=4;BYMONTHDAY=31"), { date: "2026-02-28" });
  assert.throws(never, (error: unknown) => error instanceof RecurrenceError && error.fault === "never_happens");
});
