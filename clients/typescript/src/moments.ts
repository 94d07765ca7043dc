// Days and moments, in microseconds: when a wall clock of a zone is, and which day it is there. `Intl` knows the zones.

const DAY = 86_400_000_000n;

/** The microseconds since 1970 of an RFC 3339 text, which a `Date` would cut to milliseconds. */
export function micros(text: string): bigint {
  const [, seconds = "", fraction = "", offset = "Z"] =
    /^(.{19})(?:\.(\d{1,6})\d*)?(Z|[+-]\d\d:\d\d)?$/.exec(text) ?? [];
  return BigInt(Date.parse(seconds + offset)) * 1000n + BigInt(fraction.padEnd(6, "0"));
}

/** The next one that the server can tell apart. */
export function afterMoment(text: string): string {
  const next = micros(text) + 1n;
  const millis = new Date(Number(next / 1000n)).toISOString().slice(0, -1);
  return `${millis}${String(next % 1000n).padStart(3, "0")}Z`;
}

const formats = new Map<string, Intl.DateTimeFormat>();
const offsets = new Map<string, number>();

/** By how many milliseconds the clocks of a zone are ahead of UTC. Remembered for each quarter of an hour. */
function offsetAt(millis: number, zone: string): number {
  const quarter = Math.floor(millis / 900_000) * 900_000;
  const key = `${quarter} ${zone}`;
  let offset = offsets.get(key);
  if (offset === undefined) {
    let format = formats.get(zone);
    if (format === undefined) {
      const numeric = "numeric";
      format = new Intl.DateTimeFormat("en-US", {
        ...{ timeZone: zone, calendar: "iso8601", numberingSystem: "latn", hourCycle: "h23", era: "short" },
        ...{ year: numeric, month: numeric, day: numeric, hour: numeric, minute: numeric, second: numeric },
      });
      formats.set(zone, format);
    }
    const found = Object.fromEntries(format.formatToParts(quarter).map(({ type, value }) => [type, value]));
    const part = (name: string) => Number(found[name]);
    const year = found["era"]?.startsWith("B") ? 1 - part("year") : part("year");
    const wall = new Date(0);
    wall.setUTCFullYear(year, part("month") - 1, part("day"));
    wall.setUTCHours(part("hour"), part("minute"), part("second"));
    offset = wall.getTime() - quarter;
    if (offsets.size >= 10_000) offsets.clear();
    offsets.set(key, offset);
  }
  return offset;
}

/**
 * The instant of a wall clock in a zone: a time that the zone leaves out moves forward by what was left out, and of one
 * that occurs twice the first is meant. A zone that is not known is UTC.
 */
export function instantIn(local: string, zone: string): bigint {
  const wall = micros(local);
  const millis = Number(wall / 1000n);
  const known = isZone(zone) ? zone : "UTC";
  const [before, after] = [offsetAt(millis - 86_400_000, known), offsetAt(millis + 86_400_000, known)];
  const fits = (offset: number) => offsetAt(millis - offset, known) === offset;
  const offset = before === after || fits(before) || !fits(after) ? before : after;
  return wall - BigInt(offset) * 1000n;
}

/** By how much a clock of a zone that shows this may be ahead of UTC, in milliseconds: where it is put back, there are two. */
export function offsetsOf(local: string, zone: string): number[] {
  const millis = Number(micros(local) / 1000n);
  const [before, after] = [offsetAt(millis - 86_400_000, zone), offsetAt(millis + 86_400_000, zone)];
  const fit = [before, after].filter((offset) => offsetAt(millis - offset, zone) === offset);
  return fit.length > 0 ? fit : [before];
}

export function isZone(zone: string): boolean {
  try {
    return formats.has(zone) || new Intl.DateTimeFormat("en-US", { timeZone: zone }) !== undefined;
  } catch {
    return false;
  }
}

/** The day that it is in a zone. */
export function dayIn(instant: bigint, zone: string): string {
  const millis = Number(instant / 1000n);
  return new Date(millis + offsetAt(millis, zone)).toISOString().slice(0, 10);
}

/** A day so many days later, in the years from 1 to 9999. */
export function plusDays(date: string, days: number): string {
  const later = new Date(Date.parse(date) + days * 86_400_000);
  const year = later.getUTCFullYear();
  return year < 1 ? "0001-01-01" : year > 9999 ? "9999-12-31" : later.toISOString().slice(0, 10);
}

/** What a filter compares dates with: a day, when it begins and when it is over, or an instant. */
export type Point = { date: string; start: bigint; end: bigint } | { instant: bigint };

export function dayPoint(date: string, zone: string): Point {
  return { date, start: instantIn(`${date}T00:00:00`, zone), end: endOf(date, zone) + 1n };
}

export function instantPoint(instant: bigint, days: number): Point {
  return { instant: instant + BigInt(days) * DAY };
}

/** The last microsecond of a day. */
export function endOf(date: string, zone: string): bigint {
  return instantIn(`${plusDays(date, 1)}T00:00:00`, zone) - 1n;
}

const sign = <T extends bigint | string>(a: T, b: T) => (a < b ? -1 : a > b ? 1 : 0);

/** How an instant lies to a point: against a day only the day counts. */
export function orderOfInstant(instant: bigint, point: Point): number {
  if ("instant" in point) return sign(instant, point.instant);
  return instant < point.start ? -1 : instant >= point.end ? 1 : 0;
}

/** A date of a task: a day, a wall clock wherever one is, or one in a zone. */
export type When = { date: string } | { local: string; zone?: string | undefined };

/** How a date of a task lies to a point: against a moment a date stands for the end of its day. */
export function orderOfWhen(when: When, point: Point, zone: string): number {
  if ("local" in when && when.zone !== undefined) return orderOfInstant(instantIn(when.local, when.zone), point);
  if ("date" in point) return sign("date" in when ? when.date : when.local.slice(0, 10), point.date);
  return sign("date" in when ? endOf(when.date, zone) : instantIn(when.local, zone), point.instant);
}
