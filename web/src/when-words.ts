// Days and times as people write them in a line: `tomorrow`, `24 dec`, `in 3 days`, `at 9`, `5pm`.

import { isDay, nextWeekday, plus, plusMonths } from "./dates.js";

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
export const MONTH =
  "(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?" +
  "|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)";
export const WEEKDAY =
  "(sun(?:day)?|mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?" +
  "|thu(?:rs?(?:day)?)?|fri(?:day)?|sat(?:urday)?)";
/** What may stand behind a word. */
export const END = "(?=$|[\\s,;])";

type Reader = (match: RegExpExecArray, now: string) => string | undefined;

/** From 1 on. */
export const monthOf = (name: string) => MONTHS.indexOf(name.slice(0, 3).toLowerCase()) + 1;
/** 0 is Sunday. */
export const weekdayOf = (name: string) => DAYS.indexOf(name.slice(0, 3).toLowerCase());

/** This year's, or if that is over the next one's. */
function dateIn(
  year: string | undefined,
  month: number,
  day: string,
  now: string,
): string | undefined {
  const of = (year: number) =>
    `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}-${day.padStart(2, "0")}`;
  const found = of(year === undefined ? Number(now.slice(0, 4)) : Number(year));
  const next = year === undefined && found < now ? of(Number(now.slice(0, 4)) + 1) : found;
  return isDay(next) ? next : undefined;
}

const DATES: [RegExp, Reader][] = [
  [/(today|tod)/, (_, now) => now],
  [/(tomorrow|tmrw?|tom)/, (_, now) => plus(now, 1)],
  [/next week/, (_, now) => nextWeekday(now, 1)],
  [/next month/, (_, now) => plusMonths(`${now.slice(0, 8)}01`, 1)],
  [
    /in (\d{1,3}) (day|week|month|year)s?/,
    ([, count, unit], now) => later(now, Number(count), unit!),
  ],
  [/in a (day|week|month|year)/, ([, unit], now) => later(now, 1, unit!)],
  [new RegExp(`(?:on |next )?${WEEKDAY}`), ([, name], now) => nextWeekday(now, weekdayOf(name!))],
  [/(\d{4})-(\d\d)-(\d\d)/, ([day]) => (isDay(day) ? day : undefined)],
  [
    new RegExp(`(?:on )?(\\d{1,2})(?:st|nd|rd|th)?\\.? ${MONTH}(?: (\\d{4}))?`),
    ([, day, month, year], now) => dateIn(year, monthOf(month!), day!, now),
  ],
  [
    new RegExp(`(?:on )?${MONTH} (\\d{1,2})(?:st|nd|rd|th)?(?:,? (\\d{4}))?`),
    ([, month, day, year], now) => dateIn(year, monthOf(month!), day!, now),
  ],
  [
    /(\d{1,2})\.(\d{1,2})\.(\d{4})?/,
    ([, day, month, year], now) => dateIn(year, Number(month), day!, now),
  ],
];

const TIMES: [RegExp, (match: RegExpExecArray) => string | undefined][] = [
  [
    /(?:at )?(\d{1,2})(?::(\d\d))? ?(am|pm)/,
    ([, hour, minute, half]) =>
      Number(hour) > 12 || hour === "0"
        ? undefined
        : clock((Number(hour) % 12) + (half!.toLowerCase() === "pm" ? 12 : 0), minute),
  ],
  [/(?:at )?(\d{1,2}):(\d\d)/, ([, hour, minute]) => clock(Number(hour), minute)],
  [/at (\d{1,2})/, ([, hour]) => clock(Number(hour), undefined)],
  [/(?:at )?noon/, () => "12:00"],
];

function clock(hour: number, minute = "00"): string | undefined {
  return hour < 24 && Number(minute) < 60
    ? `${String(hour).padStart(2, "0")}:${minute}`
    : undefined;
}

function later(now: string, count: number, unit: string): string {
  if (unit === "day") return plus(now, count);
  if (unit === "week") return plus(now, count * 7);
  return plusMonths(now, unit === "month" ? count : count * 12);
}

/** As a word of its own. */
const whole = (source: RegExp) => new RegExp(`(?<=^|\\s)${source.source}${END}`, "gi");
export const DATE_READERS = DATES.map(([source, read]) => [whole(source), read] as const);
export const TIME_READERS = TIMES.map(([source, read]) => [whole(source), read] as const);

/** The day that stands at a place of a line, and how many characters say it. */
export function dateAt(
  line: string,
  at: number,
  now: string,
): [day: string, length: number] | undefined {
  for (const [reader, read] of DATE_READERS) {
    const sticky = new RegExp(reader.source, "iy");
    sticky.lastIndex = at;
    const match = sticky.exec(line);
    const day = match && read(match, now);
    if (day) return [day, match[0].length];
  }
  return undefined;
}
