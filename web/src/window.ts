// Which rows of a long list are to be drawn: those in sight and some around them. All rows are
// equally high.

import { useLayoutEffect, useState, useRef } from "preact/hooks";

/** So many more above and below, for a quick turn of the wheel. */
const AROUND = 12;

export interface Sight {
  from: number;
  to: number;
  /** How high a row is, in pixels. */
  height: number;
}

export function useWindow(scroller: { current: HTMLElement | null }, count: number): Sight {
  const [sight, set] = useState<Sight>({ from: 0, to: 40, height: 44 });
  const latest = useRef(count);
  latest.current = count;
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const look = () => {
      // In rem, so that it grows with the letters of whoever reads.
      const height = parseFloat(getComputedStyle(element).getPropertyValue("--row")) * rem();
      const first = Math.floor(element.scrollTop / height);
      const from = Math.max(0, first - AROUND);
      const to = Math.min(
        latest.current,
        first + Math.ceil(element.clientHeight / height) + AROUND,
      );
      set((now) =>
        now.from === from && now.to === to && now.height === height ? now : { from, to, height },
      );
    };
    look();
    const sizes = new ResizeObserver(look);
    sizes.observe(element);
    element.addEventListener("scroll", look, { passive: true });
    return () => {
      sizes.disconnect();
      element.removeEventListener("scroll", look);
    };
  }, [count]);
  return sight;
}

const rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize);

/** Scrolls no further than it takes to see a row whole. */
export function reveal(element: HTMLElement, index: number, height: number): void {
  const [top, bottom] = [index * height, (index + 1) * height];
  if (top < element.scrollTop) element.scrollTop = top;
  else if (bottom > element.scrollTop + element.clientHeight)
    element.scrollTop = bottom - element.clientHeight;
}
