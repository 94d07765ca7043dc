// Dragging a row with a mouse, a pen or a finger: to a place among the rows, or onto something that takes tasks.

import { useEffect, useRef, useState } from "preact/hooks";
import { spotAt, type Row, type Spot, type TaskRow } from "./rows.js";

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

interface Parts {
  scroller: { current: HTMLElement | null };
  rows: readonly Row[];
  height: number;
  /** Whether rows have places here that people give them. */
  isOrdered: boolean;
  onDrop: (drag: Drag) => void;
}

export function useDrag(parts: Parts): { drag: Drag | undefined; begin: (event: PointerEvent, row: TaskRow) => void } {
  const [drag, set] = useState<Drag>();
  const now = useRef(parts);
  now.current = parts;
  const end = useRef<() => void>(() => undefined);
  useEffect(() => () => end.current(), []);

  function begin(event: PointerEvent, row: TaskRow): void {
    if (event.button !== 0) return;
    event.preventDefault();
    const start = { x: event.clientX, y: event.clientY };
    const control = new AbortController();
    const { signal } = control;
    let latest: Drag | undefined;
    let frame = 0;

    const look = (x: number, y: number) => {
      latest = lookAt(now.current, row, x, y, start.x);
      mark(latest.onto);
      set(latest);
    };
    const scroll = () => {
      const element = now.current.scroller.current;
      if (element && latest) {
        const { top, bottom } = element.getBoundingClientRect();
        const by = latest.y < top + EDGE ? latest.y - top - EDGE : latest.y > bottom - EDGE ? latest.y - bottom + EDGE : 0;
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
      set(undefined);
    };
    end.current = stop;
    window.addEventListener("pointermove", ({ clientX: x, clientY: y, pointerId }) => {
      if (pointerId !== event.pointerId) return;
      if (!latest) {
        if (Math.hypot(x - start.x, y - start.y) < SLACK) return;
        document.documentElement.classList.add("dragging");
        frame = requestAnimationFrame(scroll);
      }
      look(x, y);
    }, { signal });
    addEventListener("pointerup", () => {
      const drop = latest;
      stop();
      if (drop) now.current.onDrop(drop);
    }, { signal });
    addEventListener("pointercancel", stop, { signal });
    window.addEventListener("keydown", (key) => {
      if (key.key !== "Escape") return;
      key.stopPropagation();
      stop();
    }, { signal, capture: true });
  }

  return { drag, begin };
}

function lookAt({ scroller, rows, height, isOrdered }: Parts, row: TaskRow, x: number, y: number, startX: number): Drag {
  const onto = document.elementFromPoint(x, y)?.closest<HTMLElement>("[data-takes]")?.dataset["takes"];
  const element = scroller.current;
  const box = element?.getBoundingClientRect();
  const isInside = box && x >= box.left && x <= box.right && y >= box.top - height && y <= box.bottom + height;
  if (!element || !isOrdered || onto !== undefined || !isInside) return { row, x, y, onto };
  const gap = Math.max(0, Math.min(rows.length, Math.round((y - box.top + element.scrollTop) / height)));
  const indent = height / 1.6;
  const wanted = row.depth + Math.round((x - startX) / indent);
  return { row, x, y, gap, spot: spotAt(rows, gap, wanted, row.key) };
}

function mark(onto: string | undefined): void {
  for (const element of document.querySelectorAll<HTMLElement>("[data-takes]")) {
    element.classList.toggle("takes", element.dataset["takes"] === onto);
  }
}
