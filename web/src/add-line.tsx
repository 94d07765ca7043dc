// Adds a task with one line, and shows what is understood of it while it is typed.

import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { sayWhen, type When } from "./dates.js";
import * as deeds from "./deeds.js";
import { Icon } from "./icons.js";
import { loadMore, useMore } from "./later.js";
import type { Piece, Quick } from "./quick.js";
import { useLists, useTasks, type Task } from "./tasks.js";

export interface Home {
  list_id?: string;
  parent_id?: string;
  due?: When;
  tag?: string;
}

interface Parts {
  home: Home;
  label: string;
  /** Focuses the field whenever it becomes another number. */
  call?: number;
  onAdded?: (task: Task) => void;
  onLeave?: () => void;
}

const NAMES: Record<Piece["kind"], string> = {
  priority: "Priority",
  tag: "Tag",
  list: "List",
  repeat: "Repeats",
  date: "Due",
  time: "At",
};

export function AddLine({ home, label, call = 0, onAdded, onLeave }: Parts) {
  const { store } = useTasks();
  const lists = useLists();
  const [line, setLine] = useState("");
  const [plain, setPlain] = useState<ReadonlySet<string>>(new Set());
  const field = useRef<HTMLInputElement>(null);
  const more = useMore();
  const quick = useMemo(
    () => more?.readLine(line, lists, plain) ?? asItIs(line),
    [line, lists, plain, more],
  );
  useLayoutEffect(() => {
    if (call > 0) field.current?.focus();
  }, [call]);

  const submit = (event: Event) => {
    event.preventDefault();
    if (line.trim() === "") return;
    if (more) add(quick);
    // Nobody is that fast, but a network may be slow.
    else
      void loadMore().then(
        ({ readLine }) => add(readLine(line, lists, plain)),
        () => add(quick),
      );
  };
  const add = (quick: Quick) => {
    const tags =
      home.tag !== undefined && !quick.tags.includes(home.tag)
        ? [...quick.tags, home.tag]
        : quick.tags;
    const task = deeds.add(store, { ...quick, tags, title: quick.title || line.trim() }, home);
    if (!task) return;
    setLine("");
    setPlain(new Set());
    onAdded?.(task);
  };
  const leave = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    if (line !== "") setLine("");
    else if (onLeave) onLeave();
    else field.current?.blur();
  };
  const keepPlain = (text: string) => {
    setPlain(new Set([...plain, text]));
    field.current?.focus();
  };
  const id = home.parent_id ? "add-part" : "add";
  return (
    <form class="add" onSubmit={submit} autocomplete="off">
      <div class="add-field">
        <Icon name="plus" />
        <input
          ref={field}
          id={id}
          value={line}
          maxLength={400}
          enterkeyhint="done"
          aria-label={label}
          aria-describedby={`${id}-read`}
          placeholder={home.parent_id ? "Add a part" : "Add a task: Pay rent !1 #home tomorrow"}
          onInput={(event) => setLine(event.currentTarget.value)}
          onKeyDown={leave}
        />
        {line.trim() !== "" && (
          <button type="submit" class="primary">
            Add
          </button>
        )}
      </div>
      <div class="read" id={`${id}-read`}>
        {quick.pieces.length > 0 && <ReadPieces quick={quick} lists={lists} onPlain={keepPlain} />}
      </div>
    </form>
  );
}

const asItIs = (line: string): Quick => ({ title: line.trim(), pieces: [], tags: [] });

function ReadPieces({
  quick,
  lists,
  onPlain,
}: {
  quick: Quick;
  lists: readonly { id: string; name: string }[];
  onPlain: (text: string) => void;
}) {
  const when = quick.due && sayWhen(quick.due);
  const isSaid = quick.pieces.some(({ kind }) => kind === "date" || kind === "time");
  const said = (piece: Piece) => {
    // A rule alone says when it begins.
    if (piece.said !== undefined) return isSaid ? piece.said : `${piece.said} · first ${when}`;
    if (piece.kind === "list") return lists.find(({ id }) => id === quick.list)?.name ?? piece.text;
    if (piece.kind === "date") return when ?? piece.text;
    if (piece.kind === "time")
      return quick.pieces.some(({ kind }) => kind === "date") ? "" : (when ?? piece.text);
    return piece.kind === "tag" ? piece.text : piece.text.slice(1);
  };
  return (
    <>
      <span class="read-title">{quick.title || "…"}</span>
      {quick.pieces
        .filter((piece) => said(piece) !== "")
        .map((piece) => (
          <button
            key={piece.from}
            type="button"
            class={`chip read-${piece.kind}`}
            title={`Leave “${piece.text}” in the title`}
            onClick={() => onPlain(piece.text)}
          >
            <span class="read-kind">{NAMES[piece.kind]}</span> {said(piece)} <Icon name="close" />
          </button>
        ))}
    </>
  );
}
