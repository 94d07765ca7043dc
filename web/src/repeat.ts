// When a task comes back: the usual choices, and what a rule says in words.

import type { Task } from "./tasks.js";

export const repeatOf = (task: Task) => task.recurrence;

const WEEKDAYS: Record<string, string> = { MO: "Monday", TU: "Tuesday", WE: "Wednesday", TH: "Thursday", FR: "Friday", SA: "Saturday", SU: "Sunday" };
const UNITS: Record<string, string> = { DAILY: "day", WEEKLY: "week", MONTHLY: "month", YEARLY: "year" };

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

/** `Every 2 weeks on Monday, Thursday`; a rule that is not as plain as that is shown as it is written. */
export function sayRule(rule: string): string {
  const known = CHOICES.find(([it]) => it === rule);
  if (known) return known[1];
  const parts = new Map(rule.split(";").map((part) => part.split("=") as [string, string]));
  const unit = UNITS[parts.get("FREQ") ?? ""];
  const days = parts.get("BYDAY")?.split(",").map((day) => WEEKDAYS[day]);
  const plain = [...parts.keys()].every((name) => ["FREQ", "INTERVAL", "BYDAY", "COUNT", "UNTIL"].includes(name));
  if (!unit || !plain || days?.includes(undefined)) return rule;
  const every = parts.has("INTERVAL") ? `Every ${parts.get("INTERVAL")} ${unit}s` : `Every ${unit}`;
  const count = parts.has("COUNT") ? `, ${parts.get("COUNT")} times` : "";
  const until = parts.get("UNTIL")?.replace(/^(\d{4})(\d\d)(\d\d).*/, ", until $1-$2-$3") ?? "";
  return every + (days ? ` on ${days.join(", ")}` : "") + count + until;
}
