// Days, and how they are said. A day is a text such as `2026-12-01`, in the zone of the device.

import { instantIn, type When } from "../../clients/typescript/src/moments.js";

export type { When };

const pad = (number: number) => String(number).padStart(2, "0");
const WEEK = 7;

export function dayOf(date: Date): string {
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
}

export const today = (): string => dayOf(new Date());

/** At noon, where no change of the clocks is near. */
const dateOf = (day: string): Date => new Date(`${day}T12:00:00`);

export function plus(day: string, days: number): string {
  const date = dateOf(day);
  date.setDate(date.getDate() + days);
  return dayOf(date);
}

/** The same day of a later month, or its last one. */
export function plusMonths(day: string, months: number): string {
  const [year, month, date] = day.split("-").map(Number) as [number, number, number];
  const last = new Date(year, month + months, 0).getDate();
  return dayOf(new Date(year, month - 1 + months, Math.min(date, last)));
}

/** The next such weekday behind a day; 0 is Sunday. */
export function nextWeekday(day: string, weekday: number): string {
  return plus(day, (weekday - dateOf(day).getDay() + WEEK) % WEEK || WEEK);
}

export const isDay = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d$/.test(text) && dayOf(dateOf(text)) === text;

/** The day on which it is here, and the time on the clock here if it has one. */
export function here(when: When): { day: string; time?: string } {
  if ("date" in when) return { day: when.date };
  if (when.zone === undefined)
    return { day: when.local.slice(0, 10), time: when.local.slice(11, 16) };
  const date = new Date(Number(instantIn(when.local, when.zone) / 1000n));
  return { day: dayOf(date), time: `${pad(date.getHours())}:${pad(date.getMinutes())}` };
}

/** Of the same kind and in the same zone as another, as a start and a due date must be. */
export function alike(when: When, other: When | undefined): When {
  const day = "date" in when ? when.date : when.local.slice(0, 10);
  if (!other) return when;
  if ("date" in other) return { date: day };
  const local = "date" in when ? `${day}T00:00:00` : when.local;
  return other.zone === undefined ? { local } : { local, zone: other.zone };
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(day: Date, options: Intl.DateTimeFormatOptions): string {
  const key = JSON.stringify(options);
  let made = formats.get(key);
  if (!made) formats.set(key, (made = new Intl.DateTimeFormat(undefined, options)));
  return made.format(day);
}

/** Today, Tomorrow, Friday, 12 Mar, 12 Mar 2028. */
export function sayDay(day: string, now = today()): string {
  if (day === now) return "Today";
  if (day === plus(now, 1)) return "Tomorrow";
  if (day === plus(now, -1)) return "Yesterday";
  if (day > now && day < plus(now, WEEK)) return format(dateOf(day), { weekday: "long" });
  const year = day.slice(0, 4) === now.slice(0, 4) ? {} : { year: "numeric" as const };
  return format(dateOf(day), { day: "numeric", month: "short", ...year });
}

export const sayTime = (time: string): string =>
  format(new Date(`2026-01-01T${time}`), { hour: "numeric", minute: "2-digit" });

export function sayWhen(when: When, now = today()): string {
  const { day, time } = here(when);
  return time === undefined ? sayDay(day, now) : `${sayDay(day, now)}, ${sayTime(time)}`;
}

/** The weekday and the date. */
export const sayDate = (day: string): string =>
  format(dateOf(day), { weekday: "long", day: "numeric", month: "long" });

/** For a heading: the name of the day, and its date. */
export function sayWholeDay(day: string, now = today()): string {
  const whole = sayDate(day);
  const word = sayDay(day, now);
  return ["Today", "Tomorrow", "Yesterday"].includes(word) ? `${word} · ${whole}` : whole;
}

/** `2 h ago`, and after a week the date. */
export function ago(time: string, now = Date.now()): string {
  const minutes = Math.round((now - Date.parse(time)) / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 60 * 24) return `${Math.round(minutes / 60)} h ago`;
  const days = Math.round(minutes / 60 / 24);
  return days <= WEEK
    ? `${days} ${days === 1 ? "day" : "days"} ago`
    : sayDay(dayOf(new Date(time)));
}
