// One row of a list: a task with what matters of it at a glance.

import { memo } from "./memo.js";
import { here, sayTime, sayWhen, type When } from "./dates.js";
import { Icon } from "./icons.js";
import type { TaskRow } from "./rows.js";

interface Parts {
  row: TaskRow;
  index: number;
  top: number;
  isActive: boolean;
  isOpen: boolean;
  isDragged: boolean;
  today: string;
  /** Whether the day stands above the row already. */
  isBelowDay: boolean;
  /** The name of the list, where tasks of several stand together. */
  list: { name: string; color?: string | undefined } | undefined;
  on: {
    open: (row: TaskRow) => void;
    toggle: (row: TaskRow) => void;
    unfold: (row: TaskRow) => void;
    focus: (row: TaskRow) => void;
    grab: (event: PointerEvent, row: TaskRow) => void;
  };
}

export const TaskLine = memo(function TaskLine({
  row,
  index,
  top,
  isActive,
  isOpen,
  isDragged,
  isBelowDay,
  list,
  today,
  on,
}: Parts) {
  const { task, depth } = row;
  const tab = isActive ? 0 : -1;
  const due = task.due ? sayDue(task.due, today, isBelowDay) : "";
  const classes = ["row", task.completed && "done", isOpen && "opened", isDragged && "dragged"]
    .filter(Boolean)
    .join(" ");
  return (
    <div
      role="row"
      id={`row-${task.id}`}
      class={classes}
      style={{ transform: `translateY(${top}px)`, "--depth": String(depth) }}
      tabIndex={tab}
      aria-rowindex={index + 1}
      aria-level={depth + 1}
      aria-posinset={row.place}
      aria-setsize={row.of}
      aria-expanded={row.isOpen}
      aria-selected={isOpen}
      aria-label={spoken(row, list?.name, today)}
      onFocus={() => on.focus(row)}
      onClick={() => on.open(row)}
    >
      <div role="gridcell" class="row-lead">
        {row.isOpen !== undefined && (
          <button
            type="button"
            class={row.isOpen ? "unfold is-open" : "unfold"}
            tabIndex={tab}
            aria-label={row.isOpen ? "Hide its parts" : "Show its parts"}
            onClick={quiet(() => on.unfold(row))}
          >
            <Icon name="open" />
          </button>
        )}
        <button
          type="button"
          role="checkbox"
          aria-checked={task.completed}
          class={`box ${priorityClass(task.priority)}`}
          tabIndex={tab}
          aria-label={`Done: ${task.title}`}
          onClick={quiet(() => on.toggle(row))}
        >
          <Icon name="check" />
        </button>
      </div>
      <div role="gridcell" class="row-main">
        <span class="row-title">{task.title}</span>
        <span class="row-meta">
          {row.parts > 0 && <span class="chip">{`${row.done}/${row.parts}`}</span>}
          {task.description ? (
            <span class="chip" title="Has notes">
              <Icon name="notes" />
            </span>
          ) : null}
          {task.recurrence && (
            <span class="chip" title="Repeats">
              <Icon name="repeat" />
            </span>
          )}
          {task.priority !== undefined && (
            <span class={`chip ${priorityClass(task.priority)}`}>{`!${task.priority}`}</span>
          )}
          {due !== "" && <span class={dueClass(row, today)}>{due}</span>}
          {task.tags?.slice(0, 3).map((tag) => (
            <span key={tag} class="chip tag">{`#${tag}`}</span>
          ))}
          {task.tags && task.tags.length > 3 && (
            <span class="chip">{`+${task.tags.length - 3}`}</span>
          )}
          {list && (
            <span class="chip in-list">
              <i class="dot" style={{ background: list.color ?? "" }} />
              {list.name}
            </span>
          )}
        </span>
      </div>
      <div role="gridcell" class="row-tail">
        <span
          class="grip"
          aria-hidden="true"
          onPointerDown={(event) => on.grab(event, row)}
          onClick={quiet(() => undefined)}
        >
          <Icon name="grip" />
        </span>
      </div>
    </div>
  );
});

const quiet = (work: () => void) => (event: Event) => {
  event.stopPropagation();
  work();
};

export function priorityClass(priority: number | undefined): string {
  return priority === undefined
    ? ""
    : priority === 1
      ? "first"
      : priority <= 4
        ? "high"
        : priority === 5
          ? "middle"
          : "low";
}

function sayDue(due: When, today: string, isBelowDay: boolean): string {
  const { day, time } = here(due);
  if (!isBelowDay || day < today) return sayWhen(due, today);
  return time === undefined ? "" : sayTime(time);
}

function dueClass({ task }: TaskRow, today: string): string {
  if (task.completed || !task.due) return "chip";
  const { day } = here(task.due);
  return day < today ? "chip late" : day === today ? "chip now" : "chip";
}

/** What is read aloud when the row gets the focus. */
function spoken({ task, done, parts }: TaskRow, list: string | undefined, today: string): string {
  const said = [
    task.title,
    task.completed && "done",
    task.priority !== undefined && `priority ${task.priority}`,
    task.due && `due ${sayWhen(task.due, today)}`,
    task.tags && `tags ${task.tags.join(", ")}`,
    parts > 0 && `${done} of ${parts} parts done`,
    task.recurrence && "repeats",
    list && `in ${list}`,
  ];
  return said.filter(Boolean).join(", ");
}
