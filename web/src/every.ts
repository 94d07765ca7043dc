// When a task comes back, as people write it in a line: `every monday`, `every 2 weeks`,
// `every! 3 days`.

import { Series, parseRule, ruleText } from "../../clients/typescript/src/recurrence.js";
import { plus, type When } from "./dates.js";
import { END, MONTH, WEEKDAY, dateAt, monthOf, weekdayOf } from "./when-words.js";

export interface Every {
  /** Its place in the line. */
  from: number;
  text: string;
  rule: string;
  /** Counted from the day on which the task is done: `every!`. */
  fromDone: boolean;
}

const CODES = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];
const WORKING = "BYDAY=MO,TU,WE,TH,FR";
const NTH: Record<string, number> = { first: 1, second: 2, third: 3, fourth: 4, last: -1 };
const UNITS: Record<string, [frequency: string, months: number]> = {
  day: ["DAILY", 1],
  week: ["WEEKLY", 1],
  month: ["MONTHLY", 1],
  quarter: ["MONTHLY", 3],
  year: ["YEARLY", 1],
};

const bare = (source: string) => source.replace(/^\(/, "(?:");
const list = (item: string) => `(${item}(?:(?:,? and |, ?| ?& ?)${item})*)`;
const ORDINAL = "\\d{1,2}(?:st|nd|rd|th)";
const PLACE = "(first|second|third|fourth|last|[1-4](?:st|nd|rd|th))";
const WORKDAY = "(?:work(?:ing )?|week)days?";
const DAY_OF_MONTH = "(\\d{1,2})(?:st|nd|rd|th)?\\.?";

const placeOf = (text: string) => NTH[text.toLowerCase()] ?? parseInt(text, 10);
const each = (text: string, item: string) => text.match(new RegExp(bare(item), "gi")) ?? [];
const codesOf = (text: string) =>
  each(text, WEEKDAY)
    .map((day) => CODES[weekdayOf(day)])
    .join();

/** What a rule is of: its frequency, and the days in such a period. */
type Days = readonly [frequency: string, days: string];

const DAYS: [string, (match: string[]) => Days][] = [
  [list(bare(WEEKDAY)), ([, days]) => ["WEEKLY", `BYDAY=${codesOf(days!)}`]],
  [WORKDAY, () => ["WEEKLY", WORKING]],
  ["weekends?", () => ["WEEKLY", "BYDAY=SA"]],
  ["last day", () => ["MONTHLY", "BYMONTHDAY=-1"]],
  [
    `${PLACE} ${WEEKDAY}`,
    ([, place, day]) => ["MONTHLY", `BYDAY=${placeOf(place!)}${CODES[weekdayOf(day!)]}`],
  ],
  [`${PLACE} ${WORKDAY}`, ([, place]) => ["MONTHLY", `${WORKING};BYSETPOS=${placeOf(place!)}`]],
  [`${DAY_OF_MONTH}(?: of)? ${MONTH}`, ([, day, month]) => yearly(month!, day!)],
  [`${MONTH} ${DAY_OF_MONTH}`, ([, month, day]) => yearly(month!, day!)],
  // The last, since it is how others begin.
  [list(ORDINAL), ([, days]) => ["MONTHLY", `BYMONTHDAY=${each(days!, "(\\d+)").join()}`]],
];

const yearly = (month: string, day: string): Days => [
  "YEARLY",
  `BYMONTH=${monthOf(month)};BYMONTHDAY=${day}`,
];

const COUNTED = new RegExp(
  `(?:(\\d{1,3}|other|second|third) )?(day|week|month|quarter|year)s?${END}`,
  "iy",
);
const OTHER = new RegExp(`(other|\\d{1,3}) ${list(bare(WEEKDAY))}${END}`, "iy");
const DAY_READERS = DAYS.map(([source, read]) => [new RegExp(source + END, "iy"), read] as const);
const ON = / on (?:the )?/iy;
const UNTIL = / (?:until|till|ending) /iy;

function at(source: RegExp, line: string, place: number): RegExpExecArray | null {
  source.lastIndex = place;
  return source.exec(line);
}

const intervalOf = (text = "1") =>
  text.toLowerCase() === "other" ? 2 : (NTH[text.toLowerCase()] ?? Number(text));

function daysAt(line: string, place: number): { days: Days; end: number } | undefined {
  for (const [reader, read] of DAY_READERS) {
    const match = at(reader, line, place);
    if (match) return { days: read(match), end: place + match[0].length };
  }
  return undefined;
}

/** Where the words of a rule end that begin at a place, and what they say. */
function ruleAt(line: string, place: number): { rule: string; end: number } | undefined {
  const make = ([frequency, days]: Days, interval = 1) =>
    `FREQ=${frequency};INTERVAL=${interval}${days && `;${days}`}`;
  const counted = at(COUNTED, line, place);
  if (counted) {
    const [frequency, times] = UNITS[counted[2]!.toLowerCase()]!;
    const interval = intervalOf(counted[1]) * times;
    const end = place + counted[0].length;
    const on = at(ON, line, end);
    const found = on ? daysAt(line, end + on[0].length) : undefined;
    return found && found.days[0] === frequency
      ? { rule: make(found.days, interval), end: found.end }
      : { rule: make([frequency, ""], interval), end };
  }
  const other = at(OTHER, line, place);
  if (other) {
    const days = `BYDAY=${codesOf(other[2]!)}`;
    return { rule: make(["WEEKLY", days], intervalOf(other[1])), end: place + other[0].length };
  }
  const found = daysAt(line, place);
  return found && { rule: make(found.days), end: found.end };
}

/** All that is said in a line of coming back. */
export function everyIn(line: string, now: string): Every[] {
  return [...line.matchAll(/(?<=^|\s)every(!?) /gi)].flatMap((match) => {
    const found = ruleAt(line, match.index + match[0].length);
    if (!found) return [];
    let { rule, end } = found;
    const until = at(UNTIL, line, end);
    const last = until ? dateAt(line, end + until[0].length, now) : undefined;
    if (until && last) {
      rule += `;UNTIL=${last[0].replaceAll("-", "")}`;
      end += until[0].length + last[1];
    }
    try {
      const fromDone = match[1] === "!";
      return [
        {
          from: match.index,
          text: line.slice(match.index, end),
          rule: ruleText(parseRule(rule)),
          fromDone,
        },
      ];
    } catch {
      // The 32nd, or every 0 days.
      return [];
    }
  });
}

/** The first day of a rule, from a day on; nothing if there is none. */
export function firstDay(text: string, from: string): string | undefined {
  const rule = parseRule(text);
  const isFree = [rule.days, rule.months, rule.monthDays].every(({ length }) => length === 0);
  const before = plus(from, -1);
  const everyOne = { ...rule, interval: 1, until: undefined };
  try {
    const first = isFree ? from : new Series(everyOne, { date: before }).nextAfter(before);
    // Throws if it never comes back.
    return first !== undefined && new Series(rule, { date: first } satisfies When)
      ? first
      : undefined;
  } catch {
    return undefined;
  }
}
