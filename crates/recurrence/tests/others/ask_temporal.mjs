// Answers with the first days of rules, one JSON object a line, as the npm package `rrule-temporal` gives them.

import { createInterface } from "node:readline";
import { Temporal } from "temporal-polyfill";

globalThis.Temporal = Temporal;
const { RRuleTemporal } = await import("rrule-temporal");

function answer({ rule: text, start, until, most }) {
  const dtstart = `DTSTART:${start.replaceAll("-", "")}T000000Z`;
  const rrule = `RRULE:${text.replace(/UNTIL=(\d{8})/, "UNTIL=$1T000000Z")}`;
  const days = [];
  try {
    const rule = new RRuleTemporal({ rruleString: `${dtstart}\n${rrule}`, maxIterations: 3000 });
    rule.all((day, number) => {
      const date = day.toString().slice(0, 10);
      if (number >= most || Number(date.slice(0, 4)) > until) return false;
      days.push(date);
      return true;
    });
    return days;
  } catch (error) {
    return String(error);
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(answer(JSON.parse(line))));
}
