// A task in one line: `Pay rent !1 #home @Flat tomorrow 9:00`. What is understood is told with its
// place in the line, so that it can be shown while it is typed, and be left as plain words.

import { dayOf, isDay, nextWeekday, plus, plusMonths, type When } from "./dates.js";

export interface Piece {
  /** Its place in the line. */
  from: number;
  to: number;
  kind: "priority" | "tag" | "list" | "date" | "time";
  /** What was typed. */
  text: string;
}

export interface Quick {
  title: string;
  pieces: Piece[];
  priority?: number;
  tags: string[];
  list?: string;
  due?: When;
}

interface Named {
  id: string;
  name: string;
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const MONTH =
  "(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?" +
  "|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)";
const WEEKDAY =
  "(sun(?:day)?|mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?" +
  "|thu(?:rs?(?:day)?)?|fri(?:day)?|sat(?:urday)?)";
/**
 * Names of days and months that are words, too: short and before other words they are left as they
 * are.
 */
const WORD = /^(sun|sat|wed|mar|may)$/;

type Reader = (match: RegExpExecArray, now: string) => string | undefined;

const monthOf = (name: string) => MONTHS.indexOf(name.slice(0, 3).toLowerCase()) + 1;
const weekdayOf = (name: string) => DAYS.indexOf(name.slice(0, 3).toLowerCase());

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
const whole = (source: RegExp) => new RegExp(`(?<=^|\\s)${source.source}(?=$|[\\s,;])`, "gi");
const DATE_READERS = DATES.map(([source, read]) => [whole(source), read] as const);
const TIME_READERS = TIMES.map(([source, read]) => [whole(source), read] as const);

/** What a line says. `plain` has the texts that are to be left as they are. */
export function readLine(
  line: string,
  lists: readonly Named[],
  plain: ReadonlySet<string> = new Set(),
  now = new Date(),
): Quick {
  const made: Quick = { title: "", pieces: [], tags: [] };
  const take = (kind: Piece["kind"], from: number, text: string): boolean => {
    const to = from + text.length;
    if (plain.has(text) || made.pieces.some((piece) => from < piece.to && to > piece.from))
      return false;
    made.pieces.push({ kind, from, to, text });
    return true;
  };
  for (const match of line.matchAll(/(?<=^|\s)!([1-9])(?=$|\s)/g)) {
    if (made.priority === undefined && take("priority", match.index, match[0]))
      made.priority = Number(match[1]);
  }
  for (const match of line.matchAll(/(?<=^|\s)#([^\s#]{1,64})/g)) {
    if (take("tag", match.index, match[0]) && !made.tags.includes(match[1]!))
      made.tags.push(match[1]!);
  }
  for (const match of line.matchAll(/(?<=^|\s)@/g)) {
    const found = made.list === undefined ? listAt(line, match.index + 1, lists) : undefined;
    if (found && take("list", match.index, `@${found.text}`)) made.list = found.id;
  }
  readDue(line, made, take, now);
  made.pieces.sort((one, other) => one.from - other.from);
  made.title = without(line, made.pieces);
  return made;
}

/** The list whose name stands there, the longest if there are several. */
function listAt(
  line: string,
  at: number,
  lists: readonly Named[],
): { id: string; text: string } | undefined {
  const rest = line.slice(at);
  const byLength = [...lists].sort((one, other) => other.name.length - one.name.length);
  for (const { id, name } of byLength) {
    const text = rest.slice(0, name.length);
    if (text.toLowerCase() === name.toLowerCase() && /^($|\s)/.test(rest.slice(name.length)))
      return { id, text };
  }
  // One word that is the beginning of one name only.
  const word = /^\S+/.exec(rest)?.[0] ?? "";
  const meant =
    word === ""
      ? []
      : lists.filter(({ name }) => name.toLowerCase().startsWith(word.toLowerCase()));
  return meant.length === 1 ? { id: meant[0]!.id, text: word } : undefined;
}

function readDue(
  line: string,
  made: Quick,
  take: (kind: Piece["kind"], from: number, text: string) => boolean,
  now: Date,
): void {
  const present = dayOf(now);
  let day: string | undefined;
  let time: string | undefined;
  for (const [reader, read] of DATE_READERS) {
    for (const match of line.matchAll(reader)) {
      if (day !== undefined) break;
      const isEnd = /^\s*($|[#!@\d]|at \d|noon)/i.test(line.slice(match.index + match[0].length));
      const found =
        WORD.test(match[0].toLowerCase()) && !isEnd
          ? undefined
          : read(match as RegExpExecArray, present);
      if (found !== undefined && take("date", match.index, match[0])) day = found;
    }
  }
  for (const [reader, read] of TIME_READERS) {
    for (const match of line.matchAll(reader)) {
      if (time !== undefined) break;
      const found = read(match as RegExpExecArray);
      if (found !== undefined && take("time", match.index, match[0])) time = found;
    }
  }
  if (time !== undefined) {
    const isOver =
      time <=
      `${String(now.getHours()).padStart(2, "0")}:${String(now.getMinutes()).padStart(2, "0")}`;
    day ??= isOver ? plus(present, 1) : present;
    made.due = { local: `${day}T${time}:00` };
  } else if (day !== undefined) {
    made.due = { date: day };
  }
}

function without(line: string, pieces: readonly Piece[]): string {
  let [rest, at] = ["", 0];
  for (const { from, to } of pieces) {
    rest += line.slice(at, from);
    at = to;
  }
  return (rest + line.slice(at))
    .replace(/\s+/g, " ")
    .replace(/\s+([,;])/g, "$1")
    .replace(/[\s,;]+$/, "")
    .trim();
}
