// Filters and orders, as the server understands them (docs/filter.md): the same filter selects the same tasks here.

import { dayIn, dayPoint, instantPoint, instantIn, micros, orderOfInstant, orderOfWhen, plusDays, type Point, type When } from "./moments.js";
import { fold, parseSearch } from "./search.js";
import { FilterError, SPAN, read, type Argument, type Call, type Sign, type Tree, type Value, type Word } from "./syntax.js";
import { compareText, trimmed } from "./text.js";

/** What can be asked of a task. */
export interface Filterable {
  id: string;
  title: string;
  description?: string | null | undefined;
  completed: boolean;
  created_at: string;
  updated_at: string;
  completed_at?: string | null | undefined;
  due?: When | null | undefined;
  start?: When | null | undefined;
  priority?: number | null | undefined;
  tags?: readonly string[] | null | undefined;
  list_id?: string | null | undefined;
  parent_id?: string | null | undefined;
  order?: string | null | undefined;
  recurrence?: unknown;
  references?: readonly { external_id: string }[] | null | undefined;
}

/** When and where a filter is asked: days begin where the zone says. */
export interface Moment {
  now: Date;
  /** A name of the IANA database; left out: UTC. */
  zone?: string | undefined;
}

export interface Filter {
  /** Decides about tasks at one moment. */
  at(moment: Moment): (task: Filterable) => boolean;
  /** What an answer depends on besides the tasks: `today()` and zones, or `now()`. */
  readonly dependsOn: "nothing" | "day" | "moment";
}

type Test = (task: Filterable) => boolean;
interface Here {
  now: bigint;
  zone: string;
}
type Plan = (here: Here) => Test;

const FIELDS = {
  id: "id",
  title: "text",
  description: "text",
  completed: "flag",
  created_at: "time",
  updated_at: "time",
  completed_at: "time",
  due: "date",
  start: "date",
  priority: "number",
  tags: "set",
  list_id: "id",
  parent_id: "id",
  order: "key",
  recurrence: "presence",
  references: "presence",
  "references.external_id": "set",
  text: "words",
} as const;
type Field = keyof typeof FIELDS;

const NAMES = Object.keys(FIELDS);
const FIELD = `a field: ${NAMES.slice(0, -1).join(", ")} or ${NAMES.at(-1)}`;
const DATE = "a day (2026-12-01), a moment (2026-12-01T09:00:00Z), today() or now()";
const SPAN_NUMBER = "a whole number, at most a century";
const MOST_DAYS = 36_525;
const BARE = "a word or a field; a '+' is written %2B in a URL";

/** Understands a filter, or throws a `FilterError`. An empty one selects everything. */
export function parseFilter(text: string): Filter {
  const uses = { day: false, now: false };
  const plan = planned(read(text), uses);
  return {
    at: ({ now, zone = "UTC" }) => plan({ now: BigInt(now.getTime()) * 1000n, zone }),
    dependsOn: uses.now ? "moment" : uses.day ? "day" : "nothing",
  };
}

interface Uses {
  day: boolean;
  now: boolean;
}

/** A plan of a tree; `leaf` makes those of its values and restrictions. */
function joined(tree: Tree, leaf: (tree: Tree) => Plan): Plan {
  if ("all" in tree) {
    const plans = tree.all.map((tree) => joined(tree, leaf));
    return (here) => {
      const tests = plans.map((plan) => plan(here));
      return (task) => tests.every((test) => test(task));
    };
  }
  if ("any" in tree) {
    const plans = tree.any.map((tree) => joined(tree, leaf));
    return (here) => {
      const tests = plans.map((plan) => plan(here));
      return (task) => tests.some((test) => test(task));
    };
  }
  return "not" in tree ? not(joined(tree.not, leaf)) : leaf(tree);
}

function not(plan: Plan): Plan {
  return (here) => {
    const test = plan(here);
    return (task) => !test(task);
  };
}

function planned(tree: Tree, uses: Uses): Plan {
  return joined(tree, (tree) => {
    if ("bare" in tree) return always(words("text", wordOf(tree.bare, BARE)));
    if (!("left" in tree)) throw new Error("not a leaf");
    const { left, sign, column, argument } = tree;
    const field = "text" in left && !left.quoted && NAMES.includes(left.text) ? (left.text as Field) : undefined;
    if (field === undefined) throw new FilterError(left.column, FIELD);
    return asked({ field, sign, column, uses }, argument);
  });
}

const always =
  (test: Test): Plan =>
  () =>
    test;

/** A field and what is asked of it, but for the argument. */
interface Question {
  field: Field;
  sign: Sign;
  column: number;
  uses: Uses;
}

/** `tags:(a OR b)` is `tags:a OR tags:b`. */
function asked(question: Question, argument: Argument): Plan {
  if ("value" in argument) return answered(question, argument.value, argument.more);
  return joined(argument.group, (tree) => {
    if ("bare" in tree) return answered(question, tree.bare, []);
    throw new FilterError("left" in tree ? tree.left.column : 1, "a value alone");
  });
}

type More = { plus: boolean; call: Call }[];

function answered(question: Question, value: Value, more: More): Plan {
  const { field, sign } = question;
  const kind = FIELDS[field];
  refuseSign(question);
  if (kind !== "date" && kind !== "time" && more[0]) throw new FilterError(more[0].call.column, "no sum, except of dates");
  if (sign === ":" && "text" in value && value.text === "*" && !value.quoted && kind !== "words") {
    return always((task) => isThere(task, field));
  }
  const plan = test(question, value, more);
  return sign === "!=" ? not(plan) : plan;
}

function refuseSign({ field, sign, column }: Question): void {
  const kind = FIELDS[field];
  if (field === "tags" || kind === "words" || kind === "presence") {
    if (sign !== ":") throw new FilterError(column, "':'");
  } else if ((kind === "flag" || kind === "id" || kind === "set") && !["=", "!=", ":"].includes(sign)) {
    throw new FilterError(column, "'=', '!=' or ':'");
  }
}

function test({ field, sign, uses }: Question, value: Value, more: More): Plan {
  const member = (task: Filterable) => (task as unknown as Record<string, unknown>)[field] ?? undefined;
  /** For a value that is there, how it lies to the one of the filter. */
  const compared = <T>(order: (own: T) => number) =>
    always((task) => {
      const own = member(task) as T | undefined;
      return own !== undefined && holds(sign, order(own));
    });
  switch (FIELDS[field]) {
    case "flag": {
      const flag = literal(value, "true or false", (text) => (/^(true|false)$/.test(text) ? text === "true" : undefined));
      return always((task) => member(task) === flag);
    }
    case "number": {
      const number = literal(value, "a whole number", whole);
      return compared<number>((own) => own - number);
    }
    case "text": {
      const word = wordOf(value, "a text");
      if (sign === ":") return always(words(field, word));
      const folded = fold(word.text);
      return compared<string>((own) => compareText(fold(own), folded));
    }
    case "key": {
      const { text } = wordOf(value, "a text");
      return compared<string>((own) => compareText(own, text));
    }
    case "time":
    case "date": {
      const target = date(value, more, uses);
      return (here) => {
        const point = target(here);
        const order = (own: unknown) =>
          typeof own === "string" ? orderOfInstant(micros(own), point) : orderOfWhen(own as When, point, here.zone);
        return compared<unknown>(order)(here);
      };
    }
    case "id": {
      const id = identity(value);
      return always((task) => member(task) === id);
    }
    case "set": {
      const { text } = wordOf(value, "a text");
      if (field !== "tags") return always((task) => externalIds(task).includes(text));
      const tag = trimmed(text).normalize("NFC");
      return always((task) => (task.tags ?? []).includes(tag));
    }
    case "words":
      return always(words(field, wordOf(value, "a text")));
    case "presence":
      throw new FilterError(value.column, "'*'");
  }
}

const externalIds = (task: Filterable) => (task.references ?? []).map((reference) => reference.external_id);

function isThere(task: Filterable, field: Field): boolean {
  if (field === "references.external_id") return externalIds(task).length > 0;
  const own = (task as unknown as Record<string, unknown>)[field];
  return Array.isArray(own) ? own.length > 0 : own !== undefined && own !== null;
}

function holds(sign: Sign, order: number): boolean {
  if (sign === "<") return order < 0;
  if (sign === "<=") return order <= 0;
  if (sign === ">") return order > 0;
  return sign === ">=" ? order >= 0 : order === 0;
}

function wordOf(value: Value, expected: string): Word {
  if ("text" in value) return value;
  throw new FilterError(value.column, expected);
}

function words(field: Field, { column, text }: Word): Test {
  const search = parseSearch(text);
  if (search === undefined) throw new FilterError(column, "a word to look for");
  if (field === "title") return (task) => search([task.title]);
  if (field === "description") return (task) => search([task.description ?? ""]);
  return (task) => search([task.title, task.description ?? "", ...(task.tags ?? [])]);
}

/** A word without quotes that reads as something. */
function literal<T>(value: Value, expected: string, readAs: (text: string) => T | undefined): T {
  const found = "text" in value && !value.quoted ? readAs(value.text) : undefined;
  if (found === undefined) throw new FilterError(value.column, expected);
  return found;
}

function whole(text: string): number | undefined {
  return /^-?\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function identity(value: Value): string {
  const { column, text } = wordOf(value, "a UUID");
  if (!/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text)) throw new FilterError(column, "a UUID");
  return text.toLowerCase();
}

type Target = (here: Here) => Point;

function date(value: Value, more: More, uses: Uses): Target {
  const base = "text" in value ? readDate(value.text) : value.values.length > 0 ? undefined : value.call;
  const known = typeof base === "object" || base === "today" || base === "now";
  if (!known) throw new FilterError(value.column, DATE);
  let days = 0;
  for (const { plus, call } of more) {
    days += plus ? span(call) : -span(call);
    if (Math.abs(days) > MOST_DAYS) throw new FilterError(call.column, SPAN_NUMBER);
  }
  if (base === "now") uses.now = true;
  else uses.day = true;
  return ({ now, zone }) => {
    if (base === "now") return instantPoint(now, days);
    if (base === "today") return dayPoint(plusDays(dayIn(now, zone), days), zone);
    if ("day" in base) return dayPoint(plusDays(base.day, days), zone);
    return instantPoint("local" in base ? instantIn(base.local, zone) : base.instant, days);
  };
}

/** How many days `days(n)` or `weeks(n)` is. */
function span({ column, call, values }: Call): number {
  const [value] = values;
  if ((call !== "days" && call !== "weeks") || value === undefined || values.length > 1) throw new FilterError(column, SPAN);
  const days = literal(value, SPAN_NUMBER, whole) * (call === "days" ? 1 : 7);
  if (Math.abs(days) > MOST_DAYS) throw new FilterError(value.column, SPAN_NUMBER);
  return days;
}

/** A day or a moment as it is written in a filter. */
function readDate(text: string): { day: string } | { local: string } | { instant: bigint } | undefined {
  const [, day = "", minutes, seconds = ":00", fraction = "", offset] =
    /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d)(?:(:\d\d)(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?)?$/.exec(text) ?? [];
  const millis = Date.parse(day);
  if (Number.isNaN(millis) || day < "0001" || new Date(millis).toISOString().slice(0, 10) !== day) return undefined;
  if (minutes === undefined) return { day };
  const local = `${day}T${minutes}${seconds}${fraction}`;
  if (!/T([01]\d|2[0-3]):[0-5]\d:[0-5]\d/.test(local)) return undefined;
  if (offset === undefined) return { local };
  if (!/^(Z|.([01]\d|2[0-3]):[0-5]\d)$/.test(offset)) return undefined;
  const east = BigInt(Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4))) * 60_000_000n;
  return { instant: micros(`${local}Z`) + (offset.startsWith("-") ? east : -east) };
}
