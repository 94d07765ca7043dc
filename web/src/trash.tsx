// What was deleted: it lies on the server, and can be taken back for as long as that keeps it.

import { useEffect, useState } from "preact/hooks";
import { ago } from "./dates.js";
import * as deeds from "./deeds.js";
import { Icon } from "./icons.js";
import { WindowIcon } from "./window-icons.js";
import { say } from "./toast.js";
import { useSnapshot, useTasks, type List, type Task } from "./tasks.js";

const PAGE = 100;

interface Trash {
  lists: readonly List[];
  tasks: readonly Task[];
  next: string | undefined;
}

export function TrashView() {
  const { client, store } = useTasks();
  const [trash, setTrash] = useState<Trash>();
  const [error, setError] = useState<string>();
  // Whatever happens to tasks may happen to the trash.
  const tasks = useSnapshot(store.subscribe, store.tasks);
  const waiting = useSnapshot(store.subscribe, () => store.pending().length);
  useEffect(() => {
    const control = new AbortController();
    const call = { signal: control.signal, retry: { attempts: 1 } };
    Promise.all([
      client.listLists({ deleted: true }, call),
      client.list({ deleted: true, limit: PAGE }, call),
    ]).then(
      ([{ lists }, { tasks, next_cursor }]) => {
        setTrash({ lists, tasks, next: next_cursor ?? undefined });
        setError(undefined);
      },
      (error: Error) => control.signal.aborted || setError(error.message),
    );
    return () => control.abort();
  }, [tasks, waiting, client]);
  const more = async (cursor: string) => {
    const page = await client.list({ deleted: true, limit: PAGE, cursor });
    setTrash(
      (now) =>
        now && {
          ...now,
          tasks: [...now.tasks, ...page.tasks],
          next: page.next_cursor ?? undefined,
        },
    );
  };
  const restore = (name: string, work: () => unknown) => {
    if (deeds.attempt(() => (work(), true)))
      say(`Taken out of the trash: ${name}`, () => deeds.undo(store));
  };
  if (error)
    return <p class="empty">{`The trash is on the server, which cannot be asked now. ${error}`}</p>;
  if (!trash) return <p class="empty">…</p>;
  if (trash.tasks.length + trash.lists.length === 0)
    return <p class="empty">The trash is empty.</p>;
  return (
    <div class="scroller trash" tabIndex={0} role="region" aria-label="Trash">
      <ul>
        {trash.lists.map((list) => (
          <TrashLine
            key={list.id}
            name={list.name}
            at={list.deleted_at}
            icon="all"
            note="List"
            onRestore={() => restore(list.name, () => store.restoreList(list.id))}
          />
        ))}
        {trash.tasks.map((task) => (
          <TrashLine
            key={task.id}
            name={task.title}
            at={task.deleted_at}
            icon="check"
            onRestore={() => restore(task.title, () => store.restore(task.id))}
          />
        ))}
      </ul>
      {trash.next && (
        <button type="button" class="quiet" onClick={() => void more(trash.next!)}>
          More
        </button>
      )}
    </div>
  );
}

function TrashLine({
  name,
  at,
  icon,
  note,
  onRestore,
}: {
  name: string;
  at: string | undefined;
  icon: "all" | "check";
  note?: string;
  onRestore: () => void;
}) {
  return (
    <li class="trash-line">
      {icon === "all" ? <WindowIcon name="all" /> : <Icon name="check" />}
      <span class="trash-name">{name}</span>
      <span class="hint">{[note, at && ago(at)].filter(Boolean).join(" · ")}</span>
      <button type="button" class="quiet" onClick={onRestore}>
        <WindowIcon name="restore" />
        Restore<span class="hidden">{` ${name}`}</span>
      </button>
    </li>
  );
}
