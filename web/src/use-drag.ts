// A drag of a row, from the press to the drop; what happens between comes with the rest of the
// page.

import { useEffect, useRef, useState } from "preact/hooks";
import type { Drag, Parts } from "./drag.js";
import { loadMore } from "./later.js";
import type { TaskRow } from "./rows.js";

export function useDrag(parts: Parts): {
  drag: Drag | undefined;
  begin: (event: PointerEvent, row: TaskRow) => void;
} {
  const [drag, set] = useState<Drag>();
  const now = useRef(parts);
  now.current = parts;
  const stop = useRef<() => void>(() => undefined);
  useEffect(() => () => stop.current(), []);

  function begin(event: PointerEvent, row: TaskRow): void {
    if (event.button !== 0) return;
    event.preventDefault();
    loadMore().then(
      ({ follow }) => void (stop.current = follow(event, row, now, set)),
      () => undefined,
    );
  }

  return { drag, begin };
}
