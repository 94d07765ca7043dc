// Days and times as people write them, in each of their forms (`src/domain/content/when.rs`).

import { instantIn, isZone, offsetsOf, type When } from "./moments.js";

/** A rule that a value breaks, in words that follow its name. */
export class Broken extends Error {}

const FORMS =
  'must be a date, a local time, or a local time with its zone: "2026-12-01", "2026-12-01T09:00:00" or ' +
  '"2026-12-01T09:00:00[Europe/Berlin]", or the object for one of these';
const DATE = "must have a date of the calendar such as 2026-12-01, from the year 1 to 9999";
const LOCAL = "must have a local time such as 2026-12-01T09:00:00";
const CLOCK = "must have a time of day from 00:00:00 to 23:59:59";
const WHOLE = "must have whole seconds";
const ZONE = "must have a zone by its name in the time zone database of IANA, such as Europe/Berlin";
const OFFSET_ALONE =
  "must name its zone, as in 2026-12-01T09:00:00[Europe/Berlin]: an offset alone does not tell it";
const DISAGREES = "must have an offset that its zone has at that time";
const DATE_WITH_TIME = "must have either a date, or a local time and perhaps its zone";

function broken(rule: string): never {
  throw new Broken(rule);
}

/** A day, a time on the clock or a time in a zone, in its long form. */
export function readWhen(value: unknown): When {
  if (typeof value === "string") return readShort(value);
  if (typeof value !== "object" || value === null || Array.isArray(value)) broken(FORMS);
  const part = (name: string, rule: string) => {
    const text = (value as Record<string, unknown>)[name] ?? undefined;
    return text === undefined || typeof text === "string" ? text : broken(rule);
  };
  const [date, local, zone] = [part("date", DATE), part("local", LOCAL), part("zone", ZONE)];
  if (date !== undefined) return local === undefined && zone === undefined ? { date: readDate(date) } : broken(DATE_WITH_TIME);
  if (local === undefined) broken(FORMS);
  return zone === undefined ? { local: readLocal(local) } : { local: readLocal(local), zone: readZone(zone) };
}

/** `2026-12-01`, `2026-12-01T09:00`, and behind that `Z` or an offset, and a zone in brackets (RFC 9557). */
function readShort(text: string): When {
  if (text.length === 10) return { date: readDate(text) };
  const bracket = text.indexOf("[");
  const before = bracket < 0 ? text : text.slice(0, bracket);
  if (bracket >= 0 && !text.endsWith("]")) broken(FORMS);
  const zone = bracket < 0 ? undefined : text.slice(bracket + 1, -1).replace(/^!/, "");
  const clock = before.indexOf("T");
  if (clock < 0) broken(FORMS);
  const end = before.slice(clock).search(/[Z+-]/);
  const written = end < 0 ? before : before.slice(0, clock + end);
  const offset = before.slice(written.length);
  const local = readLocal(written);
  if (zone === undefined) {
    if (offset === "") return { local };
    if (offset === "Z" || offset === "+00:00") return { local, zone: "Etc/UTC" };
    broken(readOffset(offset) === undefined ? FORMS : OFFSET_ALONE);
  }
  if (offset === "") return { local, zone: readZone(zone) };
  const minutes = readOffset(offset) ?? broken(FORMS);
  const known = readZone(zone);
  // Before there were zones, offsets had seconds, which nobody writes.
  const agrees = offsetsOf(local, known).some((offset) => Math.floor((offset / 1000 + 30) / 60) === minutes);
  return agrees ? { local, zone: known } : broken(DISAGREES);
}

/** Whether there is such a day. */
export function isDate(text: string): boolean {
  const isThere = /^\d{4}-\d\d-\d\d$/.test(text) && text >= "0001" && !Number.isNaN(Date.parse(text));
  return isThere && new Date(text).toISOString().startsWith(text);
}

function readDate(text: string): string {
  return isDate(text) ? text : broken(DATE);
}

/** Seconds may be missing, and a fraction may be zero. */
function readLocal(text: string): string {
  const at = text.indexOf("T");
  if (at < 0) broken(LOCAL);
  const date = readDate(text.slice(0, at));
  const [, hours, minutes, seconds, fraction] = /^(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?$/.exec(text.slice(at + 1)) ?? broken(LOCAL);
  if (/[1-9]/.test(fraction ?? "")) broken(WHOLE);
  if (hours! > "23" || minutes! > "59" || (seconds ?? "") > "59") broken(CLOCK);
  return `${date}T${hours}:${minutes}:${seconds ?? "00"}`;
}

/** In minutes. */
function readOffset(text: string): number | undefined {
  if (text === "Z") return 0;
  const [, sign, hours, minutes] = /^([+-])([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  const all = Number(hours) * 60 + Number(minutes);
  return sign === undefined ? undefined : sign === "-" ? -all : all;
}

/** As the database spells it, as far as this engine tells. */
function readZone(name: string): string {
  // What this engine takes for a zone besides: offsets, and names of the database that name none.
  if (/^([+-]|$)|^(Factory|Etc\/Unknown)$/i.test(name) || !isZone(name)) broken(ZONE);
  const same = (other: string) => other.toLowerCase() === name.toLowerCase();
  return Intl.supportedValuesOf("timeZone").find(same) ?? name;
}

/** Whether both are days, or times in the same zone, or in none. */
export function isAlike(one: When, other: When): boolean {
  const zone = (it: When) => ("local" in it ? it.zone : undefined);
  return "date" in one === "date" in other && zone(one) === zone(other);
}

/** Of two that are alike. */
export function isAfter(one: When, other: When): boolean {
  if ("date" in one || "date" in other) return "date" in one && "date" in other && one.date > other.date;
  if (one.zone === undefined || other.zone === undefined) return one.local > other.local;
  return instantIn(one.local, one.zone) > instantIn(other.local, other.zone);
}
