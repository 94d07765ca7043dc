// When a task comes back: the usual choices, and what a rule says in words.

export interface Repeat {
  rule: string;
  from: "due" | "completion";
}

const WEEKDAYS: Record<string, string> = {
  MO: "Monday",
  TU: "Tuesday",
  WE: "Wednesday",
  TH: "Thursday",
  FR: "Friday",
  SA: "Saturday",
  SU: "Sunday",
};
const UNITS: Record<string, string> = {
  DAILY: "day",
  WEEKLY: "week",
  MONTHLY: "month",
  YEARLY: "year",
};

export const CHOICES: readonly (readonly [rule: string, name: string])[] = [
  ["FREQ=DAILY", "Every day"],
  ["FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "Every working day"],
  ["FREQ=WEEKLY", "Every week"],
  ["FREQ=WEEKLY;INTERVAL=2", "Every 2 weeks"],
  ["FREQ=MONTHLY", "Every month"],
  ["FREQ=MONTHLY;BYMONTHDAY=-1", "On the last day of each month"],
  ["FREQ=MONTHLY;INTERVAL=3", "Every 3 months"],
  ["FREQ=YEARLY", "Every year"],
];

const MONTHS = [
  ...["January", "February", "March", "April", "May", "June"],
  ...["July", "August", "September", "October", "November", "December"],
];
const PLACES: Record<string, string> = {
  1: "first",
  2: "second",
  3: "third",
  4: "fourth",
  5: "fifth",
  "-1": "last",
};
const WORKING = "MO,TU,WE,TH,FR";

/**
 * `Every 2 weeks on Monday, Thursday`; a rule that is not as plain as that is shown as it is
 * written.
 */
export function sayRule(rule: string): string {
  const known = CHOICES.find(([it]) => it === rule);
  if (known) return known[1];
  const parts = new Map(rule.split(";").map((part) => part.split("=") as [string, string]));
  const take = (name: string) => {
    const value = parts.get(name);
    parts.delete(name);
    return value;
  };
  const unit = UNITS[take("FREQ") ?? ""];
  const interval = take("INTERVAL");
  const [count, until] = [take("COUNT"), take("UNTIL")];
  const on = unit && sayDays(unit, parts);
  if (on === undefined) return rule;
  const every = interval === undefined ? `Every ${unit}` : `Every ${interval} ${unit}s`;
  const times = count === undefined ? "" : `, ${count} times`;
  return every + on + times + (until?.replace(/^(\d{4})(\d\d)(\d\d).*/, ", until $1-$2-$3") ?? "");
}

/** On which days of a period, by what is left of a rule; nothing for what is not plain. */
function sayDays(unit: string, parts: ReadonlyMap<string, string>): string | undefined {
  const names = [...parts.keys()].sort().join();
  const [days, dates] = [parts.get("BYDAY"), parts.get("BYMONTHDAY")];
  if (names === "") return "";
  if (unit === "year" && names === "BYMONTH,BYMONTHDAY") {
    const month = MONTHS[Number(parts.get("BYMONTH")) - 1];
    return month && /^\d+$/.test(dates!) ? ` on ${dates} ${month}` : undefined;
  }
  if (unit === "month" && names === "BYMONTHDAY") return onAll(dates!, sayDate, "the ");
  if (unit === "month" && names === "BYDAY,BYSETPOS" && days === WORKING)
    return onAll(
      parts.get("BYSETPOS")!,
      (place) => PLACES[place] && `${PLACES[place]} working day`,
      "the ",
    );
  if (unit === "month" && names === "BYDAY") return onAll(days!, sayNth, "the ");
  return unit !== "year" && names === "BYDAY" ? onAll(days!, (day) => WEEKDAYS[day]) : undefined;
}

function onAll(
  items: string,
  say: (item: string) => string | undefined,
  article = "",
): string | undefined {
  const said = items.split(",").map(say);
  return said.includes(undefined) ? undefined : ` on ${article}${said.join(", ")}`;
}

function sayDate(text: string): string | undefined {
  const day = Number(text);
  if (day < 1) return day === -1 ? "last day" : undefined;
  const ends = ["th", "st", "nd", "rd"];
  return `${day}${(day % 100 > 10 && day % 100 < 14 ? undefined : ends[day % 10]) ?? "th"}`;
}

function sayNth(text: string): string | undefined {
  const [place, day] = [PLACES[text.slice(0, -2)], WEEKDAYS[text.slice(-2)]];
  return place && day && `${place} ${day}`;
}

/** The rule, and from when its days are counted. */
export const sayRepeat = ({ rule, from }: Repeat): string =>
  sayRule(rule) + (from === "completion" ? ", from when it is done" : "");
