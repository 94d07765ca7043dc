// What a task was: each change of it, with a way back. It is asked of the server when somebody
// wants to see it.

import { useEffect, useState } from "preact/hooks";
import { ago, sayWhen, type When } from "./dates.js";
import { WindowIcon } from "./window-icons.js";
import { say } from "./toast.js";
import { useTasks } from "./tasks.js";
import type { PastChange } from "../../clients/typescript/src/index.js";

const NAMES: Record<string, string> = {
  title: "Title",
  description: "Notes",
  completed: "Done",
  due: "Due",
  start: "Start",
  priority: "Priority",
  tags: "Tags",
  list_id: "List",
  parent_id: "Part of",
  order: "Place",
  references: "Links",
  metadata: "Data of apps",
  recurrence: "Repeat",
};
const KINDS: Record<string, string> = {
  created: "Created",
  changed: "Changed",
  deleted: "Moved to the trash",
  restored: "Restored",
  spread: "Made room for others",
};
/** Said by others already. */
const SILENT = ["completed_at", "occurrence", "done", "anchor"];

export function History({ id, version }: { id: string; version: number }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details class="history" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <WindowIcon name="history" />
        History
      </summary>
      {isOpen && <Past id={id} version={version} />}
    </details>
  );
}

function Past({ id, version }: { id: string; version: number }) {
  const { client, store } = useTasks();
  const [past, setPast] = useState<readonly PastChange[]>();
  const [error, setError] = useState<string>();
  useEffect(() => {
    const control = new AbortController();
    client.history(id, {}, { signal: control.signal, retry: { attempts: 1 } }).then(
      ({ history }) => {
        setPast(history);
        setError(undefined);
      },
      (error: Error) =>
        control.signal.aborted ||
        setError(
          version === 0
            ? "It is not on the server yet."
            : `The history is on the server: ${error.message}`,
        ),
    );
    return () => control.abort();
  }, [id, version]);
  const undo = (seq: number) =>
    client.undo(seq).then(
      () => say("Taken back"),
      (error: Error) => say(error.message),
    );
  const listName = (list: unknown) =>
    list ? (store.getList(String(list))?.name ?? "another list") : "Inbox";
  if (error) return <p class="hint">{error}</p>;
  if (!past) return <p class="hint">…</p>;
  return (
    <ol>
      {past.map((change) => (
        <li key={change.seq}>
          <div class="past-head">
            <strong>
              {change.undoes === undefined ? (KINDS[change.kind] ?? change.kind) : "Taken back"}
            </strong>
            <time dateTime={change.at}>{ago(change.at)}</time>
            {change.kind !== "created" && change.kind !== "spread" && (
              <button type="button" class="quiet" onClick={() => void undo(change.seq)}>
                Undo<span class="hidden">{` what was done ${ago(change.at)}`}</span>
              </button>
            )}
          </div>
          <Before before={change.before as Record<string, unknown> | null} listName={listName} />
        </li>
      ))}
    </ol>
  );
}

function Before({
  before,
  listName,
}: {
  before: Record<string, unknown> | null;
  listName: (list: unknown) => string;
}) {
  const names = Object.keys(before ?? {}).filter((name) => !SILENT.includes(name));
  if (!before || names.length === 0) return null;
  return (
    <dl>
      {names.map((name) => (
        <div key={name}>
          <dt>{`${NAMES[name] ?? name} was`}</dt>
          <dd>{name === "list_id" ? listName(before[name]) : said(name, before[name])}</dd>
        </div>
      ))}
    </dl>
  );
}

function said(name: string, value: unknown): string {
  if (value === null || value === undefined || value === "") return "empty";
  if (name === "due" || name === "start") return sayWhen(value as When);
  if (name === "completed") return value ? "done" : "open";
  if (name === "order") return "another";
  if (name === "parent_id") return "another task";
  if (Array.isArray(value) && value.every((it) => typeof it === "string")) return value.join(", ");
  return typeof value === "string" || typeof value === "number"
    ? String(value)
    : JSON.stringify(value);
}
