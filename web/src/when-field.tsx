// A day, and perhaps a time on the clock: typed, picked, or with one press.

import { Icon } from "./icons.js";
import { alike, nextWeekday, plus, sayWhen, today, type When } from "./dates.js";

interface Parts {
  label: string;
  id: string;
  value: When | undefined;
  /** Without one the time is left out. */
  hasTime: boolean;
  /** Days that are one press away. */
  hasShortcuts?: boolean;
  onWrite: (when: When | null) => void;
}

export function WhenField({ label, id, value, hasTime, hasShortcuts, onWrite }: Parts) {
  const local = value && "local" in value ? value : undefined;
  const day = value ? ("date" in value ? value.date : value.local.slice(0, 10)) : "";
  const time = local?.local.slice(11, 16) ?? "";
  const zone = local && "zone" in local ? local.zone : undefined;
  const write = (nextDay: string, nextTime: string) => {
    if (nextDay === "") return onWrite(null);
    if (nextTime === "") return onWrite({ date: nextDay });
    const next = `${nextDay}T${nextTime}:00`;
    return onWrite(zone === undefined ? { local: next } : { local: next, zone });
  };
  const shortcuts = [
    ["Today", today()],
    ["Tomorrow", plus(today(), 1)],
    ["Next week", nextWeekday(today(), 1)],
  ] as const;
  return (
    <div class="field" role="group" aria-labelledby={`${id}-label`}>
      <span class="field-label" id={`${id}-label`}>
        {label}
      </span>
      <div class="field-body">
        <div class="when">
          <input
            type="date"
            id={id}
            aria-label={`${label}: day`}
            value={day}
            max="9999-12-31"
            onChange={(event) => write(event.currentTarget.value, time)}
          />
          {hasTime && day !== "" && (
            <input
              type="time"
              aria-label={`${label}: time`}
              value={time}
              onChange={(event) => write(day, event.currentTarget.value)}
            />
          )}
          {value && (
            <button
              type="button"
              class="icon-button"
              aria-label={`Clear ${label}`}
              title="Clear"
              onClick={() => onWrite(null)}
            >
              <Icon name="close" />
            </button>
          )}
        </div>
        {zone !== undefined && (
          <p class="hint">{`Time in ${zone.replace(/_/g, " ")}; here: ${sayWhen(value!)}`}</p>
        )}
        {hasShortcuts && (
          <div class="shortcuts">
            {shortcuts.map(([name, to]) => (
              <button
                key={name}
                type="button"
                class="chip"
                aria-pressed={day === to}
                onClick={() => write(to, time)}
              >
                {name}
              </button>
            ))}
          </div>
        )}
      </div>
    </div>
  );
}

/** What is written along, so that start and due stay of one kind: the other one follows. */
export function together(
  changed: "due" | "start",
  to: When | null,
  other: When | undefined,
): { due?: When | null; start?: When | null } {
  const second = changed === "due" ? "start" : "due";
  if (to === null || other === undefined) return { [changed]: to };
  // Without a due date's time there is none of a start.
  return changed === "due" ? { due: to, [second]: alike(other, to) } : { start: alike(to, other) };
}
