// Days as numbers, so that many of them can be passed over (`crates/recurrence/src/days.rs`). Day 0 is 1970-01-01.

/** 9999-12-31, where the calendar ends. */
export const LAST_DAY = 2_932_896;

export const remainder = (number: number, by: number) => ((number % by) + by) % by;

/** A month may be out of its year: 13 is the next January. */
export function numberOf(year: number, month: number, day: number): number {
  // Years begin in March here, so that the day that is sometimes missing is their last.
  const months = year * 12 + month - 3;
  const [years, inYear] = [Math.floor(months / 12), remainder(months, 12)];
  const leaps = Math.floor(years / 4) - Math.floor(years / 100) + Math.floor(years / 400);
  return years * 365 + leaps + Math.floor((153 * inYear + 2) / 5) + day - 719_469;
}

/** Year, month and day. */
export function civil(number: number): [year: number, month: number, day: number] {
  const [era, inEra] = [Math.floor((number + 719_468) / 146_097), remainder(number + 719_468, 146_097)];
  const leaps = Math.floor(inEra / 1460) - Math.floor(inEra / 36_524) + Math.floor(inEra / 146_096);
  const year = Math.floor((inEra - leaps) / 365);
  const inYear = inEra - (365 * year + Math.floor(year / 4) - Math.floor(year / 100));
  const month = Math.floor((5 * inYear + 2) / 153);
  const day = inYear - Math.floor((153 * month + 2) / 5) + 1;
  return month < 10 ? [era * 400 + year, month + 3, day] : [era * 400 + year + 1, month - 9, day];
}

/** From 0, Monday. */
export const weekdayOf = (number: number) => remainder(number + 3, 7);

export const isLeap = (year: number) => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

export const yearLength = (year: number) => (isLeap(year) ? 366 : 365);

export function monthLength(year: number, month: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** Of all months, from that of the year 0 on. */
export function monthOf(number: number): number {
  const [year, month] = civil(number);
  return year * 12 + month - 1;
}

/** The first day of the first week that has at least four days of the year. */
export function firstWeek(year: number, weekStart: number): number {
  const fourth = numberOf(year, 1, 4);
  return fourth - remainder(weekdayOf(fourth) - weekStart, 7);
}

/** The year that has the week of this day. */
export function weekYear(number: number, weekStart: number): number {
  const [year] = civil(number);
  if (number < firstWeek(year, weekStart)) return year - 1;
  return number >= firstWeek(year + 1, weekStart) ? year + 1 : year;
}

/** Of a text such as `2026-12-01`, which is a day of the calendar. */
export function numberOfDate(date: string): number {
  return numberOf(Number(date.slice(0, 4)), Number(date.slice(5, 7)), Number(date.slice(8, 10)));
}

export function dateOf(number: number): string {
  const [year, month, day] = civil(number);
  const digits = (part: number, length: number) => String(part).padStart(length, "0");
  return `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}`;
}
