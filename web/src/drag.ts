// Dragging a row with a mouse, a pen or a finger: to a place among the rows, or onto something that
// takes tasks.

import { spotAt, type Spot } from "./spot.js";
import type { Row, TaskRow } from "./rows.js";

export interface Drag {
  row: TaskRow;
  /** The gap before this row, and how deep. */
  gap?: number;
  spot?: Spot | undefined;
  /** What lies below the pointer and takes tasks. */
  onto?: string | undefined;
  x: number;
  y: number;
}

/** Nearer to an edge than this the list scrolls by itself. */
const EDGE = 48;
/** A hand is never quite still. */
const SLACK = 5;

export interface Parts {
  scroller: { current: HTMLElement | null };
  rows: readonly Row[];
  height: number;
  /** Whether rows have places here that people give them. */
  isOrdered: boolean;
  onDrop: (drag: Drag) => void;
}

/** Follows the pointer from where it was pressed; gives the function that lets go. */
export function follow(
  event: PointerEvent,
  row: TaskRow,
  now: { current: Parts },
  show: (drag: Drag | undefined) => void,
): () => void {
  const start = { x: event.clientX, y: event.clientY };
  const control = new AbortController();
  const { signal } = control;
  let latest: Drag | undefined;
  let frame = 0;

  const look = (x: number, y: number) => {
    latest = lookAt(now.current, row, x, y, start.x);
    mark(latest.onto);
    show(latest);
  };
  const scroll = () => {
    const element = now.current.scroller.current;
    if (element && latest) {
      const { top, bottom } = element.getBoundingClientRect();
      const by =
        latest.y < top + EDGE
          ? latest.y - top - EDGE
          : latest.y > bottom - EDGE
            ? latest.y - bottom + EDGE
            : 0;
      if (by !== 0 && !latest.onto) {
        element.scrollTop += by / 4;
        look(latest.x, latest.y);
      }
    }
    frame = requestAnimationFrame(scroll);
  };
  const stop = () => {
    control.abort();
    cancelAnimationFrame(frame);
    mark(undefined);
    document.documentElement.classList.remove("dragging");
    show(undefined);
  };
  const move = ({ clientX: x, clientY: y, pointerId }: PointerEvent) => {
    if (pointerId !== event.pointerId) return;
    if (!latest) {
      if (Math.hypot(x - start.x, y - start.y) < SLACK) return;
      document.documentElement.classList.add("dragging");
      frame = requestAnimationFrame(scroll);
    }
    look(x, y);
  };
  const drop = () => {
    const dropped = latest;
    stop();
    if (dropped) now.current.onDrop(dropped);
  };
  const escape = (key: KeyboardEvent) => {
    if (key.key !== "Escape") return;
    key.stopPropagation();
    stop();
  };
  window.addEventListener("pointermove", move, { signal });
  window.addEventListener("pointerup", drop, { signal });
  window.addEventListener("pointercancel", stop, { signal });
  window.addEventListener("keydown", escape, { signal, capture: true });
  return stop;
}

function lookAt(
  { scroller, rows, height, isOrdered }: Parts,
  row: TaskRow,
  x: number,
  y: number,
  startX: number,
): Drag {
  const onto = document.elementFromPoint(x, y)?.closest<HTMLElement>("[data-takes]")?.dataset[
    "takes"
  ];
  const element = scroller.current;
  const box = element?.getBoundingClientRect();
  const isInside =
    box && x >= box.left && x <= box.right && y >= box.top - height && y <= box.bottom + height;
  if (!element || !isOrdered || onto !== undefined || !isInside) return { row, x, y, onto };
  const gap = Math.max(
    0,
    Math.min(rows.length, Math.round((y - box.top + element.scrollTop) / height)),
  );
  const indent = height / 1.6;
  const wanted = row.depth + Math.round((x - startX) / indent);
  return { row, x, y, gap, spot: spotAt(rows, gap, wanted, row.key) };
}

function mark(onto: string | undefined): void {
  for (const element of document.querySelectorAll<HTMLElement>("[data-takes]")) {
    element.classList.toggle("takes", element.dataset["takes"] === onto);
  }
}
