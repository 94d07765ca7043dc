// A rule with its first occurrence: the days on which something is due, the same ones that the server finds
// (`crates/recurrence/src/series.rs`; `tests/vectors/recurrence.json` holds both together).

import { LAST_DAY, dateOf, numberOfDate } from "./days.js";
import { instantIn, type When } from "./moments.js";
import { MOST_WORK, Pattern, Walk } from "./recurrence-days.js";
import type { Rule, Until } from "./recurrence-rule.js";

export { RuleError, parseRule, ruleText, type Frequency, type NthDay, type Rule, type Until } from "./recurrence-rule.js";

const FAULTS = {
  never_happens: "never happens again after the first time",
  too_much_work: "happens so rarely that to look for it takes too much work",
  ends_before_start: "ends before it begins: UNTIL is before the first time",
};

/** Why a rule makes no series of a first occurrence, or finds no next one. */
export class RecurrenceError extends Error {
  override readonly name = "RecurrenceError";

  constructor(readonly fault: keyof typeof FAULTS) {
    super(FAULTS[fault]);
  }
}

/** The occurrences of a rule, as days such as `2026-12-01`: each has the time of day of the first. */
export class Series {
  readonly #pattern: Pattern;
  readonly #start: number;
  #last = LAST_DAY;
  #excluded: ReadonlySet<number> = new Set();

  /** Throws for a rule that gives nothing behind the first occurrence, unless its own end keeps it from that. */
  constructor(rule: Rule, start: When, excluded: readonly string[] = []) {
    this.#start = numberOfDate("date" in start ? start.date : start.local);
    this.#pattern = new Pattern(rule, this.#start);
    const second = this.#walk(this.#start + 1, 1)[0];
    if (second === undefined) throw new RecurrenceError("never_happens");
    if (rule.until !== undefined) this.#last = Math.min(lastDay(start, rule.until), LAST_DAY);
    if (rule.count !== undefined) this.#last = this.#lastOf(rule.count, second);
    if (this.#last < this.#start) throw new RecurrenceError("ends_before_start");
    // Only now: they count.
    this.#excluded = new Set(excluded.map(numberOfDate));
  }

  /** The first occurrence behind a day. */
  nextAfter(date: string): string | undefined {
    return this.after(date, 1)[0];
  }

  /** The first occurrences behind a day, at most so many, and fewer where more would take too much work. */
  after(date: string, most: number): string[] {
    return this.#from(numberOfDate(date) + 1, most);
  }

  /** The first of all occurrences, at most so many, and fewer where more would take too much work. */
  first(most: number): string[] {
    return this.#from(this.#start, most);
  }

  /** Whether there is an occurrence on a day. */
  has(date: string): boolean {
    return this.#from(numberOfDate(date), 1)[0] === date;
  }

  #from(from: number, most: number): string[] {
    const found: number[] = [];
    if (from <= this.#start && most > 0 && !this.#excluded.has(this.#start)) found.push(this.#start);
    const rest = most - found.length;
    if (rest > 0) found.push(...this.#walk(Math.max(from, this.#start + 1), rest));
    return found.map(dateOf);
  }

  /** Days that obey the rule, from one behind the start on. It throws if it finds none in as much work as may be done. */
  #walk(from: number, most: number): number[] {
    const found: number[] = [];
    if (from > this.#last || this.#pattern.isVoid(this.#start)) return found;
    const walk = new Walk(this.#pattern, this.#start, from);
    for (let work = 0, idle = 0; work < MOST_WORK; work += 1) {
      const period = walk.step();
      if (period === undefined) return found;
      const [first, days] = period;
      idle = days.length === 0 ? idle + 1 : 0;
      if (first > this.#last || idle > walk.cycle) return found;
      for (const distance of days) {
        const day = first + distance;
        if (day > this.#last) return found;
        if (day >= from && !this.#excluded.has(day) && found.push(day) === most) return found;
      }
    }
    if (found.length === 0) throw new RecurrenceError("too_much_work");
    return found;
  }

  /** The day of an occurrence by its number. From then on `COUNT` is nothing but an end, and nobody counts again. */
  #lastOf(count: number, second: number): number {
    let left = count - 1;
    if (left === 0) return this.#start;
    const walk = new Walk(this.#pattern, this.#start, second);
    for (let work = 0, idle = 0; work < MOST_WORK; work += 1) {
      const period = walk.step();
      if (period === undefined) return LAST_DAY;
      const [first, days] = period;
      idle = days.length === 0 ? idle + 1 : 0;
      if (idle > walk.cycle) return LAST_DAY;
      const ahead = days.filter((day) => first + day >= second);
      const last = ahead[left - 1];
      if (last !== undefined) return first + last;
      left -= ahead.length;
    }
    throw new RecurrenceError("too_much_work");
  }
}

/** The last day whose occurrence is not after the end that a rule names. */
function lastDay(start: When, until: Until): number {
  const day = numberOfDate(until.date);
  if (until.clock === undefined || "date" in start) return day;
  const clock = start.local.slice(11);
  // Instants end with the calendar, a day before its days do.
  const byClock = !until.utc || start.zone === undefined || day >= LAST_DAY - 1;
  if (byClock) return clock > until.clock ? day - 1 : day;
  const end = instantIn(`${until.date}T${until.clock}`, "Etc/UTC");
  // No clock is more than a day and some hours from UTC.
  for (let near = day + 2; near >= day - 2; near -= 1) {
    if (instantIn(`${dateOf(near)}T${clock}`, start.zone!) <= end) return near;
  }
  return day - 3;
}
