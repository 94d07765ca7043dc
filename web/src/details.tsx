// All of a task: what is written of it, where it stands, what it consists of, what it was.

import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { AddLine } from "./add-line.js";
import { ago } from "./dates.js";
import * as deeds from "./deeds.js";
import { TextField } from "./field.js";
import { History } from "./history.js";
import { Icon } from "./icons.js";
import { WindowIcon } from "./window-icons.js";
import { RepeatField } from "./repeat-field.js";
import { closeTask, openTask } from "./route.js";
import { TagsField } from "./tags-field.js";
import { priorityClass } from "./task-row.js";
import { useLists, useQuery, useTask, useTasks, type Store, type Task } from "./tasks.js";
import { WhenField, together } from "./when-field.js";

/** Closes the panel, and gives the focus back to the row it came from. */
export function leaveTask(id: string): void {
  closeTask();
  requestAnimationFrame(() => document.getElementById(`row-${id}`)?.focus());
}

export function Details({ id, addPart }: { id: string; addPart: number }) {
  const task = useTask(id);
  if (!task) {
    return (
      <aside class="details" aria-label="Task">
        <header>
          <button type="button" class="icon-button" aria-label="Close" onClick={closeTask}>
            <Icon name="close" />
          </button>
        </header>
        <p class="empty">This task is not here any more.</p>
      </aside>
    );
  }
  return (
    <aside
      class="details"
      aria-label={`Task: ${task.title}`}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        leaveTask(id);
      }}
    >
      <Panel key={id} task={task} addPart={addPart} />
    </aside>
  );
}

function Panel({ task, addPart }: { task: Task; addPart: number }) {
  const { store } = useTasks();
  const write = (patch: Parameters<Store["change"]>[1]) =>
    deeds.attempt(() => store.change(task.id, patch)) !== undefined;
  const rule = task.recurrence;
  const close = useRef<HTMLButtonElement>(null);
  // Where a keyboard comes up with a field that has the focus, nobody asked for one.
  const isTouched = matchMedia("(pointer: coarse)").matches;
  useLayoutEffect(() => {
    if (isTouched && addPart === 0) close.current?.focus();
  }, []);
  return (
    <>
      <header>
        <Place task={task} />
        <button
          ref={close}
          type="button"
          class="icon-button"
          aria-label="Close"
          title="Close (Esc)"
          onClick={() => leaveTask(task.id)}
        >
          <Icon name="close" />
        </button>
      </header>
      <div class="details-body">
        <div class="details-title">
          <button
            type="button"
            role="checkbox"
            aria-checked={task.completed}
            class={`box ${priorityClass(task.priority)}`}
            aria-label="Done"
            onClick={() => deeds.toggle(store, task)}
          >
            <Icon name="check" />
          </button>
          <TextField
            class={task.completed ? "title-field done" : "title-field"}
            label="Title"
            value={task.title}
            most={200}
            isOneLine
            isFirst={addPart === 0 && !isTouched}
            onWrite={(title) => title.trim() !== "" && write({ title })}
          />
        </div>
        <TextField
          class="notes-field"
          label="Notes"
          placeholder="Notes"
          value={task.description ?? ""}
          most={2000}
          onWrite={(text) => write({ description: text === "" ? null : text })}
        />
        <Parts task={task} addPart={addPart} />
        <WhenField
          id="due"
          label="Due"
          value={task.due}
          hasTime
          hasShortcuts
          onWrite={(due) => write(together("due", due, task.start))}
        />
        <RepeatField
          key={rule?.rule ?? ""}
          task={task}
          onWrite={write}
          onSkip={() => deeds.skip(store, task)}
        />
        <WhenField
          id="start"
          label="Start"
          value={task.start}
          hasTime={!task.due || "local" in task.due}
          onWrite={(start) => write(together("start", start, task.due))}
        />
        <Priority task={task} onWrite={write} />
        <ListField task={task} />
        <TagsField
          tags={task.tags ?? []}
          onWrite={(tags) => write({ tags: tags.length > 0 ? tags : null })}
        />
        <References task={task} />
        <Steps task={task} />
        <History id={task.id} version={task.version} />
        <footer>
          <p class="hint">{`Created ${ago(task.created_at)}, changed ${ago(task.updated_at)}`}</p>
          <button
            type="button"
            class="quiet danger"
            onClick={() => {
              deeds.remove(store, task);
              leaveTask(task.id);
            }}
          >
            <Icon name="trash" />
            Move to the trash
          </button>
        </footer>
      </div>
    </>
  );
}

/** Where it belongs, as a way back up. */
function Place({ task }: { task: Task }) {
  const { store } = useTasks();
  const parent = task.parent_id === undefined ? undefined : store.get(task.parent_id);
  const name =
    task.list_id === undefined ? "Inbox" : (store.getList(task.list_id)?.name ?? "A list");
  if (!parent) return <span class="hint place">{name}</span>;
  return (
    <span class="place">
      <span class="hint">Part of</span>{" "}
      <button type="button" class="link" onClick={() => openTask(parent.id)}>
        {parent.title}
      </button>
    </span>
  );
}

type Write = (patch: Parameters<Store["change"]>[1]) => boolean;

const PRIORITIES = ["", "1, highest", "2", "3", "4", "5, middle", "6", "7", "8", "9, lowest"];

function Priority({ task, onWrite }: { task: Task; onWrite: Write }) {
  return (
    <div class="field">
      <label class="field-label" for="priority">
        Priority
      </label>
      <div class="field-body">
        <select
          id="priority"
          value={String(task.priority ?? "")}
          onChange={({ currentTarget: { value } }) =>
            onWrite({ priority: value === "" ? null : Number(value) })
          }
        >
          {PRIORITIES.map((name, number) => (
            <option key={name} value={number === 0 ? "" : String(number)}>
              {name || "None"}
            </option>
          ))}
        </select>
      </div>
    </div>
  );
}

function ListField({ task }: { task: Task }) {
  const { store } = useTasks();
  const lists = useLists().filter((list) => !list.archived || list.id === task.list_id);
  return (
    <div class="field">
      <label class="field-label" for="list">
        List
      </label>
      <div class="field-body">
        <select
          id="list"
          value={task.list_id ?? ""}
          onChange={({ currentTarget: { value } }) =>
            deeds.moveToList(store, task, value === "" ? null : value)
          }
        >
          <option value="">Inbox</option>
          {lists.map((list) => (
            <option key={list.id} value={list.id}>
              {list.name}
            </option>
          ))}
        </select>
      </div>
    </div>
  );
}

function Parts({ task, addPart }: { task: Task; addPart: number }) {
  const { store } = useTasks();
  const parts = useQuery(`parent_id = ${task.id}`, "order");
  return (
    <section class="parts" aria-label="Parts">
      {parts.length > 0 && (
        <ul>
          {parts.map((part) => (
            <li key={part.id} class={part.completed ? "done" : ""}>
              <button
                type="button"
                role="checkbox"
                aria-checked={part.completed}
                class={`box ${priorityClass(part.priority)}`}
                aria-label={`Done: ${part.title}`}
                onClick={() => deeds.toggle(store, part)}
              >
                <Icon name="check" />
              </button>
              <button type="button" class="part-title" onClick={() => openTask(part.id)}>
                {part.title}
              </button>
            </li>
          ))}
        </ul>
      )}
      <AddLine home={{ parent_id: task.id }} label="Add a part" call={addPart} />
    </section>
  );
}

/** The ways that dragging goes, for who does not drag. */
function Steps({ task }: { task: Task }) {
  const { store } = useTasks();
  const same = (name: string, id: string | undefined) =>
    id === undefined ? `NOT ${name}:*` : `${name} = ${id}`;
  const filter = [
    same("parent_id", task.parent_id),
    same("list_id", task.list_id),
    `completed = ${task.completed}`,
  ].join(" AND ");
  const siblings = useQuery(filter, "order");
  const at = useMemo(() => siblings.findIndex(({ id }) => id === task.id), [siblings, task.id]);
  const ways = [
    ["up", "up", "Move up", at > 0],
    ["down", "down", "Move down", at >= 0 && at < siblings.length - 1],
    ["in", "indent", "Make it a part of the task above", at > 0],
    ["out", "outdent", "Move it out one level", task.parent_id !== undefined],
  ] as const;
  return (
    <div class="field" role="group" aria-label="Place">
      <span class="field-label">Place</span>
      <div class="field-body steps">
        {ways.map(([way, icon, name, can]) => (
          <button
            key={way}
            type="button"
            class="icon-button"
            aria-label={name}
            title={name}
            aria-disabled={!can}
            onClick={() => can && deeds.step(store, task, siblings, way)}
          >
            <WindowIcon name={icon} />
          </button>
        ))}
      </div>
    </div>
  );
}

function References({ task }: { task: Task }) {
  const safe = (task.references ?? []).map(({ source, external_id: id, title, url }) => ({
    name: title ?? `${source} ${id}`,
    url: url && /^(https?|mailto):/i.test(url) ? url : undefined,
  }));
  if (safe.length === 0) return null;
  return (
    <div class="field">
      <span class="field-label">Links</span>
      <ul class="field-body links">
        {safe.map(({ name, url }) => (
          <li key={name}>
            {url ? (
              <a href={url} target="_blank" rel="noopener noreferrer">
                {name}
              </a>
            ) : (
              name
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
