// A list to be made, or to be changed.

import { useState } from "preact/hooks";
import * as deeds from "./deeds.js";
import { Dialog } from "./dialog.js";
import { WindowIcon } from "./window-icons.js";
import { go } from "./route.js";
import { say } from "./toast.js";
import { useLists, useTasks, type List } from "./tasks.js";

export const COLORS = [
  ["#d5443b", "Red"],
  ["#d9822b", "Orange"],
  ["#c9a227", "Yellow"],
  ["#3d9a50", "Green"],
  ["#1f8a8a", "Teal"],
  ["#2f6fdb", "Blue"],
  ["#7c58d6", "Violet"],
  ["#c2478f", "Pink"],
] as const;

export function ListDialog({ list, onClose }: { list: List | undefined; onClose: () => void }) {
  const { store } = useTasks();
  const lists = useLists();
  const [name, setName] = useState(list?.name ?? "");
  const [color, setColor] = useState(list?.color);
  const save = (event: Event) => {
    event.preventDefault();
    const made = deeds.attempt(() =>
      list
        ? store.changeList(list.id, { name, color: color ?? null })
        : store.createList({ name, ...(color && { color }) }),
    );
    if (!made) return;
    onClose();
    if (!list) go({ place: { kind: "list", name: made.id } });
  };
  const archive = (list: List) => {
    store.changeList(list.id, { archived: !list.archived });
    say(list.archived ? `Back among the lists: ${list.name}` : `Archived: ${list.name}`, () =>
      deeds.undo(store),
    );
    onClose();
  };
  const remove = (list: List) => {
    store.removeList(list.id);
    say(`In the trash, with all tasks in it: ${list.name}`, () => deeds.undo(store));
    onClose();
    go({ place: { kind: "inbox" } }, true);
  };
  const at = list ? lists.findIndex(({ id }) => id === list.id) : -1;
  const move = (by: number) => {
    const other = lists[at + by];
    if (list && other) store.moveList(list.id, by < 0 ? { before: other.id } : { after: other.id });
  };
  return (
    <Dialog title={list ? "Edit the list" : "A new list"} onClose={onClose}>
      <form onSubmit={save}>
        <label class="stacked">
          Name
          <input
            value={name}
            maxLength={200}
            required
            autofocus
            onInput={({ currentTarget }) => setName(currentTarget.value)}
          />
        </label>
        <fieldset class="colors">
          <legend>Colour</legend>
          {[undefined, ...COLORS].map((pair) => (
            <label key={pair?.[0] ?? "none"} title={pair?.[1] ?? "None"}>
              <input
                type="radio"
                name="color"
                checked={color === pair?.[0]}
                onChange={() => setColor(pair?.[0])}
              />
              <i class="swatch" style={{ background: pair?.[0] ?? "" }} />
              <span class="hidden">{pair?.[1] ?? "None"}</span>
            </label>
          ))}
        </fieldset>
        {list && (
          <div class="buttons">
            <button
              type="button"
              class="icon-button"
              aria-label="Move up"
              title="Move up"
              aria-disabled={at <= 0}
              onClick={() => move(-1)}
            >
              <WindowIcon name="up" />
            </button>
            <button
              type="button"
              class="icon-button"
              aria-label="Move down"
              title="Move down"
              aria-disabled={at >= lists.length - 1}
              onClick={() => move(1)}
            >
              <WindowIcon name="down" />
            </button>
            <button type="button" class="quiet" onClick={() => archive(list)}>
              {list.archived ? "Take out of the archive" : "Archive"}
            </button>
            <button type="button" class="quiet danger" onClick={() => remove(list)}>
              Move to the trash
            </button>
          </div>
        )}
        <div class="buttons end">
          <button type="submit" class="primary">
            {list ? "Save" : "Make the list"}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
