// One place: its name, the line that adds, its tasks.

import { useMemo, useState } from "preact/hooks";
import { AddLine, type Home } from "./add-line.js";
import { today, plus, sayDate } from "./dates.js";
import { Icon } from "./icons.js";
import { ListDialog, TrashView } from "./later.js";
import { questionOf, rowsOf } from "./rows.js";
import type { Place } from "./route.js";
import { keep, kept } from "./setting.js";
import { TaskList } from "./task-list.js";
import { useDay, useLists, useQuery, useSnapshot, useTasks, type List } from "./tasks.js";

interface Parts {
  place: Place;
  opened: string | undefined;
  /** Focuses the line that adds whenever it becomes another number. */
  call: number;
  onAddPart: (id: string) => void;
  /** Tasks as files, in and out. */
  onBring: () => void;
}

export function PlaceView(parts: Parts) {
  const lists = useLists();
  const { place } = parts;
  const list = place.kind === "list" ? lists.find(({ id }) => id === place.name) : undefined;
  const [isEditing, setEditing] = useState(false);
  const [showDone, setShowDone] = useState(() => kept<boolean>("done") ?? false);
  const change = () => {
    keep("done", !showDone);
    setShowDone(!showDone);
  };
  const mayShowDone = place.kind === "inbox" || place.kind === "list" || place.kind === "tag";
  return (
    <>
      <header class="place-head">
        <h1 tabIndex={-1}>
          {list && <i class="dot" style={{ background: list.color ?? "" }} />}
          {nameOf(place, list)}
          {place.kind === "today" && <small>{sayDate(today())}</small>}
        </h1>
        {list && (
          <button
            type="button"
            class="icon-button"
            aria-label="Edit the list"
            title="Edit the list"
            onClick={() => setEditing(true)}
          >
            <Icon name="edit" />
          </button>
        )}
        {mayShowDone && (
          <button type="button" class="quiet" aria-pressed={showDone} onClick={change}>
            {showDone ? "Hide completed" : "Show completed"}
          </button>
        )}
      </header>
      {isEditing && list && <ListDialog list={list} onClose={() => setEditing(false)} />}
      {place.kind === "trash" ? (
        <TrashView />
      ) : place.kind === "list" && !list ? (
        <p class="empty">This list is not here any more.</p>
      ) : (
        <Tasks {...parts} lists={lists} showDone={showDone} />
      )}
    </>
  );
}

export function nameOf(place: Place, list: List | undefined): string {
  if (place.kind === "list") return list?.name ?? "A list";
  if (place.kind === "tag") return `#${place.name}`;
  if (place.kind === "search") return "Search";
  return {
    inbox: "Inbox",
    today: "Today",
    upcoming: "Upcoming",
    done: "Completed",
    trash: "Trash",
  }[place.kind];
}

function homeOf(place: Place): Home {
  if (place.kind === "list") return { list_id: place.name };
  if (place.kind === "today") return { due: { date: today() } };
  if (place.kind === "upcoming") return { due: { date: plus(today(), 1) } };
  return place.kind === "tag" ? { tag: place.name } : {};
}

const EMPTY: Record<Place["kind"], string> = {
  inbox: "Nothing in the inbox. What you add without a list comes here.",
  list: "Nothing in this list yet.",
  today: "Nothing is due today.",
  upcoming: "Nothing is planned for the days to come.",
  tag: "Nothing open has this tag.",
  done: "Nothing is completed yet.",
  search: "Nothing is found.",
  trash: "",
};

/** Nothing is here; or nothing yet, since it is not known what there is. */
function Empty({ place, onBring }: { place: Place; onBring: () => void }) {
  const { store } = useTasks();
  const isReady = useSnapshot(store.subscribe, () => store.isReady);
  const isOffline = useSnapshot(store.subscribe, () => store.status === "offline");
  const isNew = useSnapshot(store.subscribe, () => store.tasks().length === 0);
  if (!isReady)
    return (
      <p class="empty" role="status">
        {isOffline
          ? "Your tasks are not on this device yet, and there is no connection."
          : "One moment…"}
      </p>
    );
  return (
    <div class="empty">
      <p>{EMPTY[place.kind]}</p>
      {isNew && place.kind !== "search" && (
        <button type="button" class="link" onClick={onBring}>
          Bring tasks along from elsewhere
        </button>
      )}
    </div>
  );
}

function Tasks({
  place,
  opened,
  call,
  onAddPart,
  onBring,
  lists,
  showDone,
}: Parts & { lists: readonly List[]; showDone: boolean }) {
  const { store } = useTasks();
  const day = useDay(today);
  const [closed, setClosed] = useState<ReadonlySet<string>>(
    () => new Set(kept<string[]>("closed") ?? []),
  );
  const { filter, order, fault } = useMemo(() => understood(place, store.query), [place, store]);
  const tasks = useQuery(filter, order);
  const rows = useMemo(
    () => rowsOf(tasks, { place, today: day, showDone, closed }),
    [tasks, place, day, showDone, closed],
  );
  const unfold = (id: string) => {
    const next = new Set(closed);
    if (!next.delete(id)) next.add(id);
    keep("closed", [...next].slice(-500));
    setClosed(next);
  };
  const name = nameOf(
    place,
    lists.find(({ id }) => place.kind === "list" && id === place.name),
  );
  return (
    <>
      {place.kind !== "search" && place.kind !== "done" && (
        <AddLine
          key={place.kind}
          home={homeOf(place)}
          label={`Add a task to ${name}`}
          call={call}
        />
      )}
      {fault && <p class="empty">{fault}</p>}
      {!fault && rows.length === 0 && <Empty place={place} onBring={onBring} />}
      {rows.length > 0 && (
        <TaskList
          label={name}
          place={place}
          rows={rows}
          lists={lists}
          today={day}
          opened={opened}
          onUnfold={unfold}
          onAddPart={onAddPart}
        />
      )}
      <p class="hidden" role="status">
        {place.kind === "search" ? `${tasks.length} found` : ""}
      </p>
    </>
  );
}

/** A search may be a filter that somebody is still writing. */
function understood(
  place: Place,
  query: (filter: string, order: string) => unknown,
): { filter: string; order: string; fault?: string } {
  const question = questionOf(place);
  try {
    query(question.filter, question.order);
    return question;
  } catch (error) {
    return { ...questionOf({ kind: "trash" }), fault: (error as Error).message };
  }
}
