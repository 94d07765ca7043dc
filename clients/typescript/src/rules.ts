// What may be written into a task, in the words in which the server refuses it (`src/domain/content`): shared vectors
// hold both together. What is against a rule is refused before it waits for a connection. Members that are not named
// here are the server's to judge.

import { TickboxError } from "./errors.js";
import { same } from "./merge.js";
import type { When } from "./moments.js";
import { seriesOf } from "./occurrences.js";
import { RecurrenceError, RuleError, parseRule, ruleText } from "./recurrence.js";
import { compareText, trimmed } from "./text.js";
import type { Patch } from "./types.js";
import { Broken, isAfter, isAlike, isDate, readWhen } from "./when.js";

type Members = Record<string, unknown>;

const NUL = "must not contain the character U+0000";
const TAGS = "must be an array of strings, or null";
const REFERENCES = "must be an array of objects with source and external_id, and perhaps url and title, or null";
const URL_RULE = "must have a url with https, http, mailto or the scheme of an app, such as https://example.com/12";
const RECURRENCE = "must be an object with a rule such as FREQ=WEEKLY;BYDAY=MO, and perhaps from and exclude, or null";
const EXCLUDED = "must have exclude as an array of dates such as 2026-12-01";
/** What a browser would run, or take from the reader's own machine, on a click. */
const REFUSED_SCHEMES = /^(about|blob|data|file|filesystem|javascript|vbscript|view-source):$/;

function demand(holds: boolean, rule: string): asserts holds {
  if (!holds) throw new Broken(rule);
}

function text(value: unknown, rule = "must be a string", unicode = "must be valid Unicode"): string {
  demand(typeof value === "string", rule);
  demand(!/\p{Surrogate}/u.test(value), unicode);
  return value;
}

const length = (text: string) => [...text].length;
const orNull = <V>(read: (value: unknown) => V) => (value: unknown) => (value === null ? null : read(value));
const isObject = (value: unknown): value is Members => typeof value === "object" && value !== null && !Array.isArray(value);

function title(value: unknown): string {
  const title = trimmed(text(value));
  demand(title !== "", "must not be empty or only white space");
  demand(/[^\p{White_Space}\p{Cc}\p{Default_Ignorable_Code_Point}]/u.test(title), "must have a visible character");
  demand(length(title) <= 200, "must have at most 200 characters");
  demand(!title.includes("\0"), NUL);
  return title;
}

function description(value: unknown): string {
  const description = text(value, "must be a string or null");
  demand(length(description) <= 2000, "must have at most 2000 characters");
  demand(!description.includes("\0"), NUL);
  return description;
}

function completed(value: unknown): boolean {
  demand(typeof value === "boolean", "must be true or false");
  return value;
}

function priority(value: unknown): number {
  const isOne = typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 9;
  demand(isOne, "must be a whole number from 1 (the highest) to 9, or null");
  return value;
}

function tag(value: unknown): string {
  const tag = trimmed(text(value, TAGS)).normalize("NFC");
  demand(!tag.includes("\0"), NUL);
  demand(tag !== "", "must have no tag that is empty or only white space");
  demand(length(tag) <= 64, "must have tags of at most 64 characters");
  return tag;
}

function tags(value: unknown): string[] {
  demand(Array.isArray(value), TAGS);
  const tags = [...new Set(value.map(tag))].sort(compareText);
  demand(tags.length <= 50, "must be at most 50 tags");
  return tags;
}

function reference(value: unknown): Members {
  demand(isObject(value), REFERENCES);
  const part = (name: string) => text(value[name], REFERENCES, REFERENCES);
  const optional = (name: string) => (value[name] === null || value[name] === undefined ? undefined : part(name));
  const [source, external, url, title] = [part("source"), part("external_id"), optional("url"), optional("title")];
  const fits = (text: string, most: number) => text !== "" && length(text) <= most;
  demand(fits(source, 64), "must have a source of 1 to 64 characters");
  demand(!source.includes("\0"), NUL);
  demand(fits(external, 255), "must have an external_id of 1 to 255 characters");
  demand(!external.includes("\0"), NUL);
  demand(title === undefined || length(title) <= 200, "must have a title of at most 200 characters");
  demand(title === undefined || !title.includes("\0"), NUL);
  if (url !== undefined) checkUrl(url);
  return { source, external_id: external, ...(url !== undefined && { url }), ...(title !== undefined && { title }) };
}

function checkUrl(text: string): void {
  demand(length(text) <= 500, "must have a url of at most 500 characters");
  // Readers of URLs pass over white space and controls: `java\nscript:` would be another scheme to them.
  demand(!/[\p{White_Space}\p{Cc}]/u.test(text), URL_RULE);
  let scheme: string;
  try {
    scheme = new URL(text).protocol;
  } catch {
    throw new Broken(URL_RULE);
  }
  demand(!REFUSED_SCHEMES.test(scheme), URL_RULE);
}

function id(value: unknown): string {
  const isOne = typeof value === "string" && /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(value);
  demand(isOne, "must be a UUID such as 01990f3e-8a5c-7cc3-98c4-dc0c0c07398f, or null");
  return value.toLowerCase();
}

function references(value: unknown): Members[] {
  demand(Array.isArray(value), REFERENCES);
  const references = value.map(reference);
  demand(references.length <= 10, "must be at most 10 references");
  const names = references.map((it) => JSON.stringify([it["source"], it["external_id"]]));
  demand(new Set(names).size === names.length, "must not have the same source and external_id twice");
  return references;
}

function metadata(value: unknown): Members {
  demand(isObject(value), "must be an object, or null");
  walk(value, 1);
  demand(bytes(value) <= MOST_METADATA, "must be at most 4 KiB of JSON");
  return value;
}

const MOST_METADATA = 4096;
/** So many tasks may stand above one another. */
export const LEVELS = 8;
/** As the server counts them, but for numbers that JavaScript spells in another way: near the limit it decides. */
const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value)).length;

function walk(value: unknown, level: number): void {
  const HELD = "must have valid Unicode, numbers that can be held, and at most 120 levels";
  demand(typeof value !== "number" || Number.isFinite(value), HELD);
  if (typeof value === "string") demand(!/\0/.test(text(value, HELD, HELD)), NUL);
  if (typeof value !== "object" || value === null) return;
  demand(level <= 120, HELD);
  for (const [name, member] of Object.entries(value)) {
    walk(name, level);
    walk(member, level + 1);
  }
}

function recurrence(value: unknown): Members {
  const said = isObject(value) ? { from: value["from"] ?? "due", exclude: value["exclude"] ?? [], rule: value["rule"] } : undefined;
  demand(typeof said?.rule === "string" && !/\p{Surrogate}/u.test(said.rule), RECURRENCE);
  const rule = oneForm(said.rule);
  demand(said.from === "due" || said.from === "completion", "must have from as due or completion");
  const days = said.exclude;
  const areTexts = Array.isArray(days) && days.every((day) => typeof day === "string");
  demand(areTexts, EXCLUDED);
  demand(days.length <= 366, "must have at most 366 dates in exclude");
  demand(days.every(isDate), EXCLUDED);
  const exclude = [...new Set(days as string[])].sort(compareText);
  return { rule, from: said.from, ...(exclude.length > 0 && { exclude }) };
}

function oneForm(text: string): string {
  try {
    return ruleText(parseRule(text));
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    throw new Broken(`must have a rule of RFC 5545. ${error.message}`);
  }
}

function color(value: unknown): string {
  const isOne = typeof value === "string" && /^#[\da-f]{6}$/i.test(value);
  demand(isOne, "must be a colour such as #1e90ff, or null");
  return value;
}

function archived(value: unknown): boolean {
  demand(typeof value === "boolean" || value === null, "must be true, false or null");
  return value ?? false;
}

/** In the order in which the server names what is wrong. */
const READERS: Record<string, (value: unknown) => unknown> = {
  title,
  description: orNull(description),
  completed,
  due: orNull((value) => readWhen(value)),
  start: orNull((value) => readWhen(value)),
  recurrence: orNull(recurrence),
  priority: orNull(priority),
  tags: orNull(tags),
  list_id: orNull(id),
  parent_id: orNull(id),
  references: orNull(references),
  metadata: orNull(metadata),
};

const LIST_READERS: typeof READERS = { name: title, color: orNull(color), archived, metadata: orNull(metadata) };

interface Fault {
  field: string;
  rule: string;
}

/** As the server answers it, before anything was sent. */
function invalid(message: string, details: Fault[], fields: string[]): TickboxError {
  return new TickboxError({ status: 422, code: "VALIDATION_ERROR", message, fields, details: { fields: details } });
}

/** What is written, as the server will keep it; throws a `TickboxError` that names all fields that break a rule. */
export function checked(patch: Patch): Patch {
  return readBy(READERS, patch);
}

/** The same of a list. */
export function checkedList(patch: Patch): Patch {
  return readBy(LIST_READERS, patch);
}

function readBy(readers: typeof READERS, patch: Patch): Patch {
  const faults: Fault[] = [];
  const made: Members = { ...patch };
  for (const [field, read] of Object.entries(readers)) {
    if (!Object.hasOwn(made, field)) continue;
    try {
      made[field] = read(made[field]);
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      faults.push({ field, rule: error.message });
    }
  }
  if (faults.length === 0) return made as Patch;
  const message = faults.map(({ field, rule }) => `${field} ${rule}`).join("; ");
  throw invalid(message, faults, faults.map(({ field }) => field));
}

/** The rules that the members of a task obey together. */
export function checkTogether({ start, due, recurrence }: Patch, before?: Patch): void {
  const breach = (rule: string, ...fields: string[]) => invalid(rule, [], fields.length > 0 ? fields : ["start", "due"]);
  if (recurrence && due && !same(recurrence, before?.recurrence)) {
    try {
      seriesOf(recurrence, due as When);
    } catch (error) {
      if (!(error instanceof RecurrenceError)) throw error;
      throw breach(`recurrence has a rule that ${error.message}`, "recurrence");
    }
  }
  if (recurrence && !due) throw breach("recurrence needs due, which is the first time", "recurrence", "due");
  if (!start || !due) return;
  if (!isAlike(start, due)) throw breach("start and due must both be dates, both local times, or both times in the same zone");
  if (isAfter(start, due)) throw breach("start must not be after due");
}

/** A task cannot become a part of itself, nor stand too deep with what is below it, which takes so many levels with it. */
export function checkNesting(id: string, parent: string | null, above: (task: string) => string | undefined, height: number): void {
  const breach = (rule: string) => invalid(`parent_id must ${rule}`, [], ["parent_id"]);
  let levels = 0;
  for (let at = parent ?? undefined; at !== undefined; at = above(at)) {
    levels += 1;
    if (at === id) throw breach("not be the task itself, nor one below it");
    if (levels + height > LEVELS) throw breach("leave the task, with what is below it, within 8 levels");
  }
}
