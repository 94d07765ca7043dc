// How often a task comes back: one of the usual choices, or a rule in the words of calendars.

import { useState } from "preact/hooks";
import { CHOICES, sayRule } from "./repeat.js";
import { today } from "./dates.js";
import type { Store, Task } from "./tasks.js";

type Patch = Parameters<Store["change"]>[1];

export function RepeatField({
  task,
  onWrite,
  onSkip,
}: {
  task: Task;
  onWrite: (patch: Patch) => boolean;
  onSkip: () => void;
}) {
  const now = task.recurrence;
  const [isOwn, setOwn] = useState(false);
  const write = (rule: string | null, from = now?.from) => {
    const recurrence = rule === null ? null : { rule, from: from ?? "due" };
    // What repeats has a day from which it does.
    const due = rule !== null && !task.due ? { due: { date: today() } } : {};
    return onWrite({ recurrence, ...due });
  };
  const choose = (value: string) => {
    setOwn(value === "own");
    if (value !== "own") write(value === "" ? null : value);
  };
  const isUsual = CHOICES.some(([rule]) => rule === now?.rule);
  const value = isOwn ? "own" : (now?.rule ?? "");
  return (
    <div class="field">
      <label class="field-label" for="repeat">
        Repeat
      </label>
      <div class="field-body">
        <select
          id="repeat"
          value={value}
          onChange={({ currentTarget }) => choose(currentTarget.value)}
        >
          <option value="">Never</option>
          {CHOICES.map(([rule, name]) => (
            <option key={rule} value={rule}>
              {name}
            </option>
          ))}
          {now && !isUsual && <option value={now.rule}>{sayRule(now.rule)}</option>}
          <option value="own">Another rule…</option>
        </select>
        {isOwn && (
          <input
            type="text"
            aria-label="The rule, as calendars write it"
            placeholder="FREQ=MONTHLY;BYDAY=1MO"
            value={now?.rule ?? ""}
            onChange={({ currentTarget }) =>
              write(currentTarget.value.trim() || null) && setOwn(false)
            }
          />
        )}
        {now && (
          <label class="check">
            <input
              type="checkbox"
              checked={now.from === "completion"}
              onChange={({ currentTarget }) =>
                write(now.rule, currentTarget.checked ? "completion" : "due")
              }
            />
            counted from the day on which it is done
          </label>
        )}
        {now && !task.completed && (
          <button type="button" class="quiet" onClick={onSkip}>
            Skip this time
          </button>
        )}
      </div>
    </div>
  );
}
