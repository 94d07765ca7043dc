// Reads a rule (RRULE, RFC 5545 §3.3.10), refuses what is none in the words of the server, and writes it in its one form
// (`crates/recurrence/src/parse.rs`, `rule.rs`).

import { monthLength } from "./days.js";

/** A text that is no rule: the part that is wrong, and what would have been right there. */
export class RuleError extends Error {
  override readonly name = "RuleError";

  constructor(
    readonly part: string,
    readonly expected: string,
  ) {
    super(`${part}: expected ${expected}`);
  }
}

/** A day of the week from 0, Monday: every one for `nth` 0, else the nth of a month or year, from its end if negative. */
export interface NthDay {
  nth: number;
  weekday: number;
}

/** Where a rule ends: `2026-12-31`, or a time of that day, on the clock of the occurrences or in UTC. */
export interface Until {
  date: string;
  clock?: string;
  utc?: true;
}

export type Frequency = (typeof FREQUENCIES)[number];

/** A rule. Lists are sorted, have nothing twice, and are empty where the rule has no such part. */
export interface Rule {
  readonly frequency: Frequency;
  readonly interval: number;
  readonly count?: number | undefined;
  readonly until?: Until | undefined;
  readonly months: readonly number[];
  readonly weekNumbers: readonly number[];
  readonly yearDays: readonly number[];
  readonly monthDays: readonly number[];
  readonly days: readonly NthDay[];
  readonly positions: readonly number[];
  readonly weekStart: number;
}

const FREQUENCIES = ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"] as const;
const WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
const NAMES = ["FREQ", "INTERVAL", "COUNT", "UNTIL", "BYMONTH", "BYWEEKNO", "BYYEARDAY", "BYMONTHDAY", "BYDAY", "BYSETPOS", "WKST"];
const CLOCK = ["BYHOUR", "BYMINUTE", "BYSECOND"];
const LONGEST = 1000;
const MOST = 9999;
const DAYS = "days of the week such as MO, or with a number from 1 to 53 as in 2MO, from the end as in -1FR";
const UNTIL = "a day such as 20261231, or a time such as 20261231T090000 or 20261231T080000Z";

/** Reads a rule; `RRULE:` before it is dropped. Throws a `RuleError`. */
export function parseRule(text: string): Rule {
  if (new TextEncoder().encode(text).length > LONGEST) throw new RuleError("rule", `at most ${LONGEST} bytes`);
  const parts = split(text);
  const frequency = FREQUENCIES.find((name) => name === parts.get("FREQ"));
  if (frequency === undefined) throw new RuleError("FREQ", "DAILY, WEEKLY, MONTHLY or YEARLY");
  const rule = {
    frequency,
    interval: number(parts, "INTERVAL") ?? 1,
    count: number(parts, "COUNT"),
    until: read(parts, "UNTIL", UNTIL, readUntil),
    months: numbers(parts, "BYMONTH", 12, false),
    weekNumbers: numbers(parts, "BYWEEKNO", 53, true),
    yearDays: numbers(parts, "BYYEARDAY", 366, true),
    monthDays: numbers(parts, "BYMONTHDAY", 31, true),
    days: days(parts),
    positions: numbers(parts, "BYSETPOS", 366, true),
    weekStart: read(parts, "WKST", "a day such as MO", weekday) ?? 0,
  };
  check(rule);
  return rule;
}

/** The rule in its one form: parts in a fixed order, without what holds anyway. */
export function ruleText(rule: Rule): string {
  const parts = [`FREQ=${rule.frequency}`];
  const list = (name: string, items: string[]) => items.length > 0 && parts.push(`${name}=${items.join(",")}`);
  const ordered = (items: readonly number[]) => [...items.filter((it) => it > 0), ...items.filter((it) => it < 0)].map(String);
  if (rule.until) parts.push(`UNTIL=${untilText(rule.until)}`);
  if (rule.count !== undefined) parts.push(`COUNT=${rule.count}`);
  if (rule.interval !== 1) parts.push(`INTERVAL=${rule.interval}`);
  list("BYMONTH", ordered(rule.months));
  list("BYWEEKNO", ordered(rule.weekNumbers));
  list("BYYEARDAY", ordered(rule.yearDays));
  list("BYMONTHDAY", ordered(rule.monthDays));
  const named = [...rule.days.filter(({ nth }) => nth >= 0), ...rule.days.filter(({ nth }) => nth < 0)];
  list("BYDAY", named.map(({ nth, weekday }) => `${nth || ""}${WEEKDAYS[weekday]}`));
  list("BYSETPOS", ordered(rule.positions));
  if (rule.weekStart !== 0) parts.push(`WKST=${WEEKDAYS[rule.weekStart]}`);
  return parts.join(";");
}

function untilText({ date, clock, utc }: Until): string {
  return date.replaceAll("-", "") + (clock === undefined ? "" : `T${clock.replaceAll(":", "")}`) + (utc ? "Z" : "");
}

/** Only letters that every rule has, so that none becomes two. */
const upper = (text: string) => text.replace(/[a-z]/g, (letter) => letter.toUpperCase());

function split(text: string): Map<string, string> {
  const trimmed = upper(text.replace(/^[ \t\n\f\r]+|[ \t\n\f\r]+$/g, ""));
  const bare = trimmed.replace(/^RRULE:/, "").replace(/;$/, "");
  const parts = new Map<string, string>();
  if (bare === "") return parts;
  for (const part of bare.split(";")) {
    const shown = (text: string) => [...text].slice(0, 20).join("");
    const at = part.indexOf("=");
    if (at < 0) throw new RuleError(shown(part), "a name and a value, such as INTERVAL=2");
    const name = part.slice(0, at);
    if (CLOCK.includes(name)) {
      throw new RuleError(name, "no such part: every time has the time of day of the first one");
    }
    if (!NAMES.includes(name)) {
      throw new RuleError(shown(name), `one of ${NAMES.slice(0, -1).join(", ")} or ${NAMES.at(-1)}`);
    }
    if (parts.has(name)) throw new RuleError(name, "only one part of this name");
    parts.set(name, part.slice(at + 1));
  }
  return parts;
}

/** What a part says, if it is there. */
function read<T>(parts: Map<string, string>, name: string, expected: string, reader: (text: string) => T | undefined): T | undefined {
  const text = parts.get(name);
  if (text === undefined) return undefined;
  const value = reader(text);
  if (value === undefined) throw new RuleError(name, expected);
  return value;
}

function positive(text: string, most: number): number | undefined {
  const value = /^[0-9]+$/.test(text) ? Number(text) : 0;
  return value >= 1 && value <= most ? value : undefined;
}

function signed(text: string, most: number): number | undefined {
  const value = positive(text.replace(/^[+-]/, ""), most);
  return value !== undefined && text.startsWith("-") ? -value : value;
}

function number(parts: Map<string, string>, name: string): number | undefined {
  return read(parts, name, `a number from 1 to ${MOST}`, (text) => positive(text, MOST));
}

/** All of a list, or nothing if one is not read. */
function each<T>(text: string, reader: (item: string) => T | undefined): T[] | undefined {
  const items: T[] = [];
  for (const item of text.split(",")) {
    const value = reader(item);
    if (value === undefined) return undefined;
    items.push(value);
  }
  return items;
}

function numbers(parts: Map<string, string>, name: string, most: number, fromEnd: boolean): number[] {
  const expected = `numbers from 1 to ${most}${fromEnd ? `, or from the end, -1 to -${most}` : ""}`;
  const reader = (item: string) => (fromEnd ? signed(item, most) : positive(item, most));
  const list = read(parts, name, expected, (text) => each(text, reader)) ?? [];
  return [...new Set(list)].sort((a, b) => a - b);
}

function weekday(name: string): number | undefined {
  const place = WEEKDAYS.indexOf(name);
  return place < 0 ? undefined : place;
}

function days(parts: Map<string, string>): NthDay[] {
  const reader = (item: string): NthDay | undefined => {
    const nth = item.length === 2 ? 0 : signed(item.slice(0, -2), 53);
    const day = weekday(item.slice(-2));
    return nth === undefined || day === undefined ? undefined : { nth, weekday: day };
  };
  const list = read(parts, "BYDAY", DAYS, (text) => each(text, reader)) ?? [];
  const sorted = list.sort((a, b) => a.nth - b.nth || a.weekday - b.weekday);
  return sorted.filter(({ nth, weekday }, place) => nth !== sorted[place - 1]?.nth || weekday !== sorted[place - 1]?.weekday);
}

function readUntil(text: string): Until | undefined {
  const [, year, month, day, hour, minute, second, zulu] =
    /^([0-9]{4})([0-9]{2})([0-9]{2})(?:T([0-9]{2})([0-9]{2})([0-9]{2})(Z)?)?$/.exec(text) ?? [];
  if (year === undefined || month === undefined || day === undefined) return undefined;
  const isMonth = Number(month) >= 1 && Number(month) <= 12;
  const isDay = isMonth && Number(day) >= 1 && Number(day) <= monthLength(Number(year), Number(month));
  if (Number(year) < 1 || !isDay) return undefined;
  const date = `${year}-${month}-${day}`;
  if (hour === undefined || minute === undefined || second === undefined) return { date };
  if (Number(hour) > 23 || Number(minute) > 59) return undefined;
  // RFC 5545 has leap seconds, and the calendar has none.
  const clock = `${hour}:${minute}:${Number(second) > 59 ? "59" : second}`;
  return zulu === undefined ? { date, clock } : { date, clock, utc: true };
}

/** What RFC 5545 forbids of parts that are right by themselves. */
function check(rule: Rule): void {
  const hasNth = rule.days.some(({ nth }) => nth !== 0);
  const hasList = [rule.months, rule.weekNumbers, rule.yearDays, rule.monthDays, rule.days].some((list) => list.length > 0);
  const isYearly = rule.frequency === "YEARLY";
  const forbid = (isThere: boolean, part: string, expected: string) => {
    if (isThere) throw new RuleError(part, expected);
  };
  forbid(rule.count !== undefined && rule.until !== undefined, "UNTIL", "no COUNT beside it");
  forbid(rule.weekNumbers.length > 0 && !isYearly, "BYWEEKNO", "FREQ=YEARLY beside it");
  forbid(rule.yearDays.length > 0 && !isYearly, "BYYEARDAY", "FREQ=YEARLY beside it");
  forbid(rule.monthDays.length > 0 && rule.frequency === "WEEKLY", "BYMONTHDAY", "another FREQ than WEEKLY beside it");
  const isLong = isYearly || rule.frequency === "MONTHLY";
  forbid(hasNth && !isLong, "BYDAY", "days without a number, unless FREQ is MONTHLY or YEARLY");
  forbid(hasNth && rule.weekNumbers.length > 0, "BYDAY", "days without a number beside BYWEEKNO");
  forbid(rule.positions.length > 0 && !hasList, "BYSETPOS", "another BY part beside it");
}
