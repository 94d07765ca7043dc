// Which days of a period obey a rule, and the way through the periods, from any one on
// (`crates/recurrence/src/pattern.rs`, `walk.rs`).

import { LAST_DAY, civil, firstWeek, isLeap, monthLength, monthOf, numberOf, remainder, weekYear, weekdayOf, yearLength } from "./days.js";
import type { NthDay, Rule } from "./recurrence-rule.js";

/** How many periods one call may look at: years of a yearly rule, weeks of a weekly one, months of the others. */
export const MOST_WORK = 25_000;

/** What the rule says, and what it needs and takes from the first occurrence. A list that is empty asks for nothing. */
export class Pattern {
  readonly rule: Rule;
  readonly months: ReadonlySet<number>;
  readonly byWeeks: boolean;
  readonly #monthDays: ReadonlySet<number>;
  readonly #yearDays: ReadonlySet<number>;
  readonly #weekNumbers: ReadonlySet<number>;
  readonly #weekdays: ReadonlySet<number>;
  readonly #nthDays: readonly NthDay[];
  readonly #nthInMonth: boolean;

  constructor(rule: Rule, start: number) {
    this.rule = rule;
    const [, month, day] = civil(start);
    const [withoutDays, withoutDates] = [rule.days.length === 0, rule.monthDays.length === 0];
    const withoutWeeks = rule.weekNumbers.length === 0;
    let { months, monthDays }: { months: readonly number[]; monthDays: readonly number[] } = rule;
    let weekdays = rule.days.filter(({ nth }) => nth === 0).map(({ weekday }) => weekday);
    if (rule.frequency === "WEEKLY" && withoutDays) weekdays = [weekdayOf(start)];
    if (rule.frequency === "MONTHLY" && withoutDays && withoutDates) monthDays = [day];
    // The steps of RFC 8984 §4.3.3.1.
    if (rule.frequency === "YEARLY" && rule.yearDays.length === 0) {
      if (months.length === 0 && withoutWeeks && (!withoutDates || withoutDays)) months = [month];
      if (withoutDates && withoutDays && withoutWeeks) monthDays = [day];
      if (withoutDates && withoutDays && !withoutWeeks) weekdays = [weekdayOf(start)];
    }
    this.months = new Set(months);
    this.byWeeks = !withoutWeeks;
    this.#monthDays = new Set(monthDays);
    this.#yearDays = new Set(rule.yearDays);
    this.#weekNumbers = new Set(rule.weekNumbers);
    this.#weekdays = new Set(weekdays);
    this.#nthDays = rule.days.filter(({ nth }) => nth !== 0);
    this.#nthInMonth = rule.frequency === "MONTHLY" || months.length > 0;
  }

  hasMonth(month: number): boolean {
    return this.months.size === 0 || this.months.has(month);
  }

  /** Whether no day of any period can obey it, as far as that is seen at once. */
  isVoid(start: number): boolean {
    if (this.rule.frequency !== "DAILY") return false;
    // The set of a day is that day, and whole weeks lead to one weekday only.
    const beyond = this.rule.positions.length > 0 && !this.#hasPosition(0, 1);
    return beyond || (this.rule.interval % 7 === 0 && this.#weekdays.size > 0 && !this.#weekdays.has(weekdayOf(start)));
  }

  #hasPosition(place: number, length: number): boolean {
    return this.rule.positions.includes(place + 1) || this.rule.positions.includes(place - length);
  }

  /** The first day of a year, and how many there are up to the next one. */
  year(year: number): [first: number, length: number] {
    if (!this.byWeeks) return [numberOf(year, 1, 1), yearLength(year)];
    const first = firstWeek(year, this.rule.weekStart);
    return [first, firstWeek(year + 1, this.rule.weekStart) - first];
  }

  /** The days that obey, of those from `first` on, as distances from it. They are a whole period, or a month of it. */
  days(first: number, length: number): number[] {
    let [year, month, date] = civil(first);
    let inYear = first - numberOf(year, 1, 1) + 1;
    const weeks = Math.floor(length / 7);
    const admitted: number[] = [];
    for (let distance = 0; distance < length; distance += 1, date += 1, inYear += 1) {
      if (date > monthLength(year, month)) [date, month] = [1, month + 1];
      if (month > 12) [year, month, inYear] = [year + 1, 1, 1];
      const [ofMonth, ofYear] = [date - monthLength(year, month) - 1, inYear - yearLength(year) - 1];
      const week = Math.floor(distance / 7) + 1;
      const obeys =
        this.hasMonth(month) &&
        has(this.#weekNumbers, week, week - weeks - 1) &&
        has(this.#yearDays, inYear, ofYear) &&
        has(this.#monthDays, date, ofMonth) &&
        this.#hasDay(weekdayOf(first + distance), this.#nthInMonth ? [date, ofMonth] : [inYear, ofYear]);
      if (obeys) admitted.push(distance);
    }
    if (this.rule.positions.length === 0 || this.rule.frequency === "DAILY") return admitted;
    return admitted.filter((_, place) => this.#hasPosition(place, admitted.length));
  }

  #hasDay(weekday: number, [fromStart, fromEnd]: [number, number]): boolean {
    if (this.#weekdays.size === 0 && this.#nthDays.length === 0) return true;
    const [nth, nthFromEnd] = [Math.floor((fromStart - 1) / 7) + 1, Math.ceil((fromEnd + 1) / 7) - 1];
    const isIt = (it: NthDay) => it.weekday === weekday && (it.nth === nth || it.nth === nthFromEnd);
    return this.#weekdays.has(weekday) || this.#nthDays.some(isIt);
  }
}

/** Whether a list has a number or the same from the end, or asks for none. */
function has(list: ReadonlySet<number>, number: number, fromEnd: number): boolean {
  return list.size === 0 || list.has(number) || list.has(fromEnd);
}

export type Period = [first: number, days: readonly number[]];

/** Goes through the periods, beginning with the one that has a given day, without passing through those before. */
export class Walk {
  /** After so many periods without a day there is none any more, because the calendar repeats itself after 400 years. */
  readonly cycle: number;
  readonly #pattern: Pattern;
  readonly #start: number;
  /** The first day of the next period, or its year or month (12 for each year), as its length asks for. */
  #next: number;
  /** Years and months of one kind have the same days, and there are few kinds. */
  readonly #known = new Map<number, number[]>();

  /** From the period that has this day, which is not before the start. */
  constructor(pattern: Pattern, start: number, from: number) {
    const { frequency, interval, weekStart } = pattern.rule;
    this.#pattern = pattern;
    this.#start = start;
    const step = (first: number, at: number, by: number) => first + Math.floor((at - first) / by) * by;
    if (frequency === "YEARLY") {
      const year = (day: number) => (pattern.byWeeks ? weekYear(day, weekStart) : civil(day)[0]);
      this.#next = step(year(start), year(from), interval);
      this.cycle = 400;
    } else if (frequency === "MONTHLY") {
      this.#next = step(monthOf(start), monthOf(from), interval);
      this.cycle = 4800;
    } else if (frequency === "WEEKLY") {
      this.#next = step(start - remainder(weekdayOf(start) - weekStart, 7), from, 7 * interval);
      this.cycle = 20_871;
    } else {
      // Each of its months is looked at: the step is between days, and may lead astray for longer.
      this.#next = monthOf(from);
      this.cycle = interval === 1 ? 4800 : Infinity;
    }
  }

  /** The first day of the next period and the distances from it to those that obey; none if the calendar ends before. */
  step(): Period | undefined {
    const { frequency, interval } = this.#pattern.rule;
    if (frequency === "YEARLY") return this.#year();
    if (frequency === "WEEKLY") return this.#week();
    if (frequency === "DAILY") return this.#days();
    if (interval === 1) this.#next = this.#admittedMonth(this.#next);
    const month = this.#next;
    this.#next += interval;
    return this.#daysOf(month);
  }

  #year(): Period | undefined {
    const year = this.#next;
    const [first, length] = this.#pattern.year(year);
    if (first > LAST_DAY) return undefined;
    this.#next += this.#pattern.rule.interval;
    // Where it is between leap years counts for weeks that begin before it.
    const leaps = [year, year - 1, year + 1].findIndex(isLeap) + 1;
    return [first, this.#remembered(weekdayOf(numberOf(year, 1, 1)) * 4 + leaps, first, length)];
  }

  /** This month, or the first behind it that the rule admits. */
  #admittedMonth(month: number): number {
    for (let later = month; later < month + 12; later += 1) if (this.#pattern.hasMonth(remainder(later, 12) + 1)) return later;
    return month;
  }

  #daysOf(number: number): Period | undefined {
    const [year, month] = [Math.floor(number / 12), remainder(number, 12) + 1];
    const first = numberOf(year, month, 1);
    if (first > LAST_DAY) return undefined;
    if (!this.#pattern.hasMonth(month)) return [first, []];
    const kind = (weekdayOf(first) * 12 + month - 1) * 2 + (isLeap(year) ? 1 : 0);
    return [first, this.#remembered(kind, first, monthLength(year, month))];
  }

  #remembered(kind: number, first: number, length: number): number[] {
    let days = this.#known.get(kind);
    if (days === undefined) this.#known.set(kind, (days = this.#pattern.days(first, length)));
    return days;
  }

  #week(): Period | undefined {
    const step = 7 * this.#pattern.rule.interval;
    let first = this.#next;
    let isWhole = true;
    if (this.#pattern.months.size > 0) {
      const ends = () => [monthOf(first), monthOf(first + 6)];
      const isAdmitted = (month: number) => this.#pattern.hasMonth(remainder(month, 12) + 1);
      if (!ends().some(isAdmitted)) {
        const end = numberOf(0, this.#admittedMonth(monthOf(first + 6)) + 1, 1) - 6;
        first += Math.ceil((end - first) / step) * step;
      }
      isWhole = ends().every(isAdmitted);
    }
    if (first > LAST_DAY) return undefined;
    this.#next = first + step;
    return [first, isWhole ? this.#remembered(0, first, 7) : this.#pattern.days(first, 7)];
  }

  /** The days of a month that a rule of days comes by. */
  #days(): Period | undefined {
    const [month, { interval }] = [this.#admittedMonth(this.#next), this.#pattern.rule];
    this.#next = month + 1;
    if (interval === 1) return this.#daysOf(month);
    const untilNext = remainder(this.#start - numberOf(0, month + 1, 1), interval);
    // It may pass over this month, and over more.
    if (untilNext > 27) this.#next = Math.max(this.#next, monthOf(numberOf(0, month + 1, 1) + untilNext));
    const found = this.#daysOf(month);
    return found && [found[0], found[1].filter((day) => day >= untilNext && (day - untilNext) % interval === 0)];
  }
}
