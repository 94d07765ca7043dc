// The list of a place: only the rows in sight are drawn, one of them has the focus, and each key
// does to that one what it says in the help.

import { useCallback, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Drag } from "./drag.js";
import { plus, today } from "./dates.js";
import * as deeds from "./deeds.js";
import { TaskLine } from "./task-row.js";
import { reveal, useWindow } from "./window.js";
import { isTree, type Row, type TaskRow } from "./rows.js";
import { openTask, route, type Place } from "./route.js";
import { useDrag } from "./use-drag.js";
import { useTasks, type List } from "./tasks.js";

interface Parts {
  label: string;
  place: Place;
  rows: readonly Row[];
  lists: readonly List[];
  today: string;
  opened: string | undefined;
  onUnfold: (id: string) => void;
  /** Somebody wants to add a part to a task. */
  onAddPart: (id: string) => void;
}

const isTask = (row: Row | undefined): row is TaskRow => row?.kind === "task";

export function TaskList({
  label,
  place,
  rows,
  lists,
  today: day,
  opened,
  onUnfold,
  onAddPart,
}: Parts) {
  const { store } = useTasks();
  const scroller = useRef<HTMLDivElement>(null);
  const { from, to, height } = useWindow(scroller, rows.length);
  const { active, activeIndex, focusAt, setActive } = useActive(scroller, rows, height);
  const isOrdered = isTree(place);
  const listOf = useMemo(() => new Map(lists.map((list) => [list.id, list])), [lists]);

  const drop = ({ row, spot, onto }: Drag) => {
    const { task } = row;
    if (onto === "inbox") deeds.moveToList(store, task, null);
    else if (onto === "today") deeds.schedule(store, task, today());
    else if (onto !== undefined) deeds.moveToList(store, task, onto);
    else if (spot) deeds.moveTo(store, task, spot);
  };
  const { drag, begin } = useDrag({ scroller, rows, height, isOrdered, onDrop: drop });
  const latest = useRef({ begin, onUnfold, setActive });
  latest.current = { begin, onUnfold, setActive };
  // The same ones for ever, so that rows that say the same are not drawn again.
  const on = useMemo(
    () => ({
      open: ({ task }: TaskRow) => openTask(task.id),
      toggle: ({ task }: TaskRow) => deeds.toggle(store, task),
      unfold: ({ task }: TaskRow) => latest.current.onUnfold(task.id),
      focus: ({ key }: TaskRow) => latest.current.setActive(key),
      grab: (event: PointerEvent, row: TaskRow) => latest.current.begin(event, row),
    }),
    [store],
  );

  const onKeyDown = useCallback(
    (event: KeyboardEvent) => {
      const row = rows[activeIndex];
      if (!isTask(row) || event.ctrlKey || event.metaKey) return;
      if (press(event, row)) {
        event.preventDefault();
        event.stopPropagation();
      }
    },
    [rows, activeIndex, height],
  );

  /** Whether the key meant something. */
  function press(event: KeyboardEvent, row: TaskRow): boolean {
    const { task } = row;
    const { key, altKey, target } = event;
    const isOnButton = target instanceof HTMLButtonElement;
    if (altKey) return isOrdered && move(key, row);
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 400) / height) - 1);
    const steps: Record<string, number> = {
      ArrowDown: 1,
      j: 1,
      ArrowUp: -1,
      k: -1,
      PageDown: page,
      PageUp: -page,
      Home: -rows.length,
      End: rows.length,
    };
    const by = steps[key];
    if (by !== undefined) return focusAt(activeIndex, by);
    if (key === "ArrowRight")
      return row.isOpen === false
        ? (onUnfold(task.id), true)
        : row.isOpen === true && focusAt(activeIndex, 1);
    if (key === "ArrowLeft")
      return row.isOpen === true ? (onUnfold(task.id), true) : focusParent(row);
    if (isOnButton && (key === " " || key === "Enter")) return false;
    if (/^[0-9]$/.test(key))
      return (deeds.prioritize(store, task, key === "0" ? null : Number(key)), true);
    const works: Record<string, () => void> = {
      " ": () => deeds.toggle(store, task),
      x: () => deeds.toggle(store, task),
      Enter: () => openTask(task.id),
      e: () => openTask(task.id),
      F2: () => openTask(task.id),
      Delete: () => deeds.remove(store, task),
      Backspace: () => deeds.remove(store, task),
      t: () => deeds.schedule(store, task, today()),
      m: () => deeds.schedule(store, task, plus(today(), 1)),
      s: () => onAddPart(task.id),
    };
    const work = works[key];
    work?.();
    return work !== undefined;
  }

  function move(key: string, { task, depth }: TaskRow): boolean {
    const ways = { ArrowUp: "up", ArrowDown: "down", ArrowRight: "in", ArrowLeft: "out" } as const;
    const way = ways[key as keyof typeof ways];
    if (!way) return false;
    const siblings = rows.filter(
      (row): row is TaskRow =>
        isTask(row) &&
        row.depth === depth &&
        row.task.parent_id === task.parent_id &&
        row.task.completed === task.completed,
    );
    deeds.step(
      store,
      task,
      siblings.map(({ task }) => task),
      way,
    );
    return true;
  }

  function focusParent({ task, depth }: TaskRow): boolean {
    const at = depth === 0 ? -1 : rows.findIndex(({ key }) => key === task.parent_id);
    return at >= 0 && focusAt(at, 0);
  }

  const shown = rows.map((row, index) => ({ row, index })).slice(from, to);
  // What has the focus stays, wherever it was scrolled to.
  if (activeIndex >= 0 && (activeIndex < from || activeIndex >= to))
    shown.push({ row: rows[activeIndex]!, index: activeIndex });
  return (
    <div class="scroller" ref={scroller} onKeyDown={onKeyDown} data-scroller>
      <div
        role="treegrid"
        aria-label={label}
        aria-rowcount={rows.length}
        class="rows"
        style={{ height: `${rows.length * height}px` }}
      >
        {shown.map(({ row, index }) =>
          isTask(row) ? (
            <TaskLine
              key={row.key}
              row={row}
              index={index}
              top={index * height}
              isActive={row.key === active}
              isOpen={row.key === opened}
              isDragged={row.key === drag?.row.key}
              today={day}
              isBelowDay={place.kind === "today" || place.kind === "upcoming"}
              list={isOrdered ? undefined : listOf.get(row.task.list_id ?? "")}
              on={on}
            />
          ) : (
            <div
              key={row.key}
              role="row"
              class={row.isLate ? "row heading late" : "row heading"}
              aria-rowindex={index + 1}
              style={{ transform: `translateY(${index * height}px)` }}
            >
              <div role="gridcell">
                <h2>{row.text}</h2>
                <span class="count">{row.count}</span>
              </div>
            </div>
          ),
        )}
        {drag?.spot && drag.gap !== undefined && (
          <div
            class="drop-line"
            role="presentation"
            style={{
              transform: `translateY(${drag.gap * height}px)`,
              "--depth": String(drag.spot.depth),
            }}
          />
        )}
      </div>
      {drag && (
        <div
          class="drag-ghost"
          aria-hidden="true"
          style={{ transform: `translate(${drag.x}px, ${drag.y}px)` }}
        >
          {drag.row.task.title}
        </div>
      )}
    </div>
  );
}

/**
 * The row that the Tab key leads to: it stays with its task, and where that is gone with its place.
 */
function useActive(
  scroller: { current: HTMLElement | null },
  rows: readonly Row[],
  height: number,
) {
  const [active, setActive] = useState<string>();
  const last = useRef(0);
  const wants = useRef<string | undefined>(undefined);
  const known = active === undefined ? -1 : rows.findIndex(({ key }) => key === active);
  const activeIndex = known >= 0 ? known : nearest(rows, last.current);
  const key = rows[activeIndex]?.key;

  useLayoutEffect(() => {
    last.current = Math.max(0, activeIndex);
    if (key === active) return;
    // What had the focus is gone: whoever uses the keyboard goes on at the same place.
    const isLost =
      active !== undefined &&
      (document.activeElement === document.body ||
        scroller.current?.contains(document.activeElement));
    setActive(key);
    if (isLost && !route().task) wants.current = key;
  }, [key, activeIndex]);

  // At once, so that the next key meets it.
  useLayoutEffect(() => {
    const wanted = wants.current;
    if (wanted === undefined) return;
    wants.current = undefined;
    document.getElementById(`row-${wanted}`)?.focus({ preventScroll: true });
  });

  function focusAt(index: number, by: number): boolean {
    const to = nearest(rows, Math.max(0, Math.min(rows.length - 1, index + by)), by);
    const row = rows[to];
    if (!row || !scroller.current) return false;
    reveal(scroller.current, to, height);
    wants.current = row.key;
    setActive(row.key);
    // It may be the active one already.
    document.getElementById(`row-${row.key}`)?.focus({ preventScroll: true });
    return true;
  }

  return { active: key, activeIndex, focusAt, setActive };
}

/** The task there, or the next one in a direction, or in the other. */
function nearest(rows: readonly Row[], at: number, by = 1): number {
  const step = by < 0 ? -1 : 1;
  for (const way of [step, -step]) {
    for (let index = Math.min(at, rows.length - 1); index >= 0 && index < rows.length; index += way)
      if (isTask(rows[index])) return index;
  }
  return -1;
}
