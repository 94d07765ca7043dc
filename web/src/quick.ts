// A task in one line: `Pay rent !1 #home @Flat every month on the 1st 9:00`. What is understood is
// told with its place in the line, so that it can be shown while it is typed, and be left as plain
// words.

import { dayOf, plus, type When } from "./dates.js";
import { everyIn, firstDay } from "./every.js";
import { sayRepeat, type Repeat } from "./repeat.js";
import { DATE_READERS, TIME_READERS } from "./when-words.js";

export interface Piece {
  /** Its place in the line. */
  from: number;
  to: number;
  kind: "priority" | "tag" | "list" | "repeat" | "date" | "time";
  /** What was typed. */
  text: string;
  /** What it means, where that is not what was typed. */
  said?: string;
}

export interface Quick {
  title: string;
  pieces: Piece[];
  priority?: number;
  tags: string[];
  list?: string;
  due?: When;
  recurrence?: Repeat;
}

interface Named {
  id: string;
  name: string;
}

/**
 * Names of days and months that are words, too: short and before other words they are left as they
 * are.
 */
const WORD = /^(sun|sat|wed|mar|may)$/;
/** What comes back may begin at a day: `every week from monday`. */
const LEAD = /(?<=^|\s)(?:starting|beginning|from) $/i;

/** What a line says. `plain` has the texts that are to be left as they are. */
export function readLine(
  line: string,
  lists: readonly Named[],
  plain: ReadonlySet<string> = new Set(),
  now = new Date(),
): Quick {
  const made: Quick = { title: "", pieces: [], tags: [] };
  const left: { from: number; to: number }[] = [];
  const take: Take = (kind, from, text, said) => {
    const to = from + text.length;
    if ([...made.pieces, ...left].some((piece) => from < piece.to && to > piece.from)) return false;
    // Nothing of what is to be left is read, be it a shorter part of it.
    if (plain.has(text)) left.push({ from, to });
    else made.pieces.push({ kind, from, to, text, ...(said !== undefined && { said }) });
    return !plain.has(text);
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

type Take = (kind: Piece["kind"], from: number, text: string, said?: string) => boolean;

function readDue(line: string, made: Quick, take: Take, now: Date): void {
  const present = dayOf(now);
  for (const { from, text, rule, fromDone } of everyIn(line, present)) {
    const repeat: Repeat = { rule, from: fromDone ? "completion" : "due" };
    if (!made.recurrence && take("repeat", from, text, sayRepeat(repeat))) made.recurrence = repeat;
  }
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
      const lead = (made.recurrence && LEAD.exec(line.slice(0, match.index))?.[0]) ?? "";
      if (found !== undefined && take("date", match.index - lead.length, lead + match[0]))
        day = found;
    }
  }
  for (const [reader, read] of TIME_READERS) {
    for (const match of line.matchAll(reader)) {
      if (time !== undefined) break;
      const found = read(match as RegExpExecArray);
      if (found !== undefined && take("time", match.index, match[0])) time = found;
    }
  }
  const isOver =
    time !== undefined &&
    time <=
      `${String(now.getHours()).padStart(2, "0")}:${String(now.getMinutes()).padStart(2, "0")}`;
  const next = isOver ? plus(present, 1) : present;
  if (made.recurrence) day = firstOf(made, day ?? next) ?? day;
  if (time !== undefined) made.due = { local: `${day ?? next}T${time}:00` };
  else if (day !== undefined) made.due = { date: day };
}

/** The first day on which it is due; what would never come back is left in the title. */
function firstOf(made: Quick, from: string): string | undefined {
  const first = firstDay(made.recurrence!.rule, from);
  if (first === undefined) {
    delete made.recurrence;
    made.pieces = made.pieces.filter(({ kind }) => kind !== "repeat");
  }
  return first;
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
