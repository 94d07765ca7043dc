// Keys that mean something wherever the focus is, but for fields in which somebody writes.

import { useEffect, useRef } from "preact/hooks";
import type { Place } from "./route.js";
import { keep, kept } from "./setting.js";

export interface Works {
  add: () => void;
  search: () => void;
  help: () => void;
  undo: () => void;
  go: (to: Place) => void;
}

const PLACES: Record<string, Place> = {
  t: { kind: "today" },
  u: { kind: "upcoming" },
  i: { kind: "inbox" },
  c: { kind: "done" },
  d: { kind: "trash" },
};

/** Letters alone can be switched off: who speaks to the computer would set them off by words. */
export const hasLetters = (): boolean => kept<boolean>("letters") ?? true;
export const setLetters = (on: boolean): void => keep("letters", on);

function isWriting(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement)
    return !["checkbox", "radio", "button"].includes(target.type);
  return (
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement ||
    target.isContentEditable
  );
}

export function useKeys(works: Works): void {
  const latest = useRef(works);
  latest.current = works;
  useEffect(() => {
    let afterG = false;
    const press = (event: KeyboardEvent): boolean => {
      const { key, ctrlKey, metaKey, altKey, shiftKey, target } = event;
      if (isWriting(target) || document.querySelector("dialog[open]")) return false;
      const { add, search, help, undo, go } = latest.current;
      if ((ctrlKey || metaKey) && key.toLowerCase() === "z" && !shiftKey) return (undo(), true);
      if (ctrlKey || metaKey || altKey || !hasLetters()) return false;
      const place = afterG ? PLACES[key] : undefined;
      afterG = key === "g";
      if (place) return (go(place), true);
      const single: Record<string, () => void> = {
        n: add,
        a: add,
        "/": search,
        "?": help,
        z: undo,
      };
      single[key]?.();
      return key in single;
    };
    const onKeyDown = (event: KeyboardEvent) => {
      if (!event.defaultPrevented && press(event)) event.preventDefault();
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, []);
}
