// The place among the rows at which something is to be dropped.

import type { Row, TaskRow } from "./rows.js";

/** Where a task would come to stand: behind a sibling, or as the first there. */
export interface Spot {
  parent: string | null;
  after: string | null;
  depth: number;
}

/**
 * The spot in the gap before a row, as deep as is wanted and possible; `moved` and what is below it
 * are passed over.
 */
export function spotAt(
  rows: readonly Row[],
  gap: number,
  wanted: number,
  moved: string,
): Spot | undefined {
  const rest = withoutBranch(rows, moved);
  const before = rest.filter(({ at }) => at < gap).at(-1)?.row;
  const next = rest.find(({ at }) => at >= gap)?.row;
  if (before && before.kind === "heading") return undefined;
  const most = before ? before.depth + 1 : 0;
  const least = next?.kind === "task" ? Math.min(next.depth, most) : 0;
  const depth = Math.max(least, Math.min(most, wanted));
  if (!before) return { parent: null, after: null, depth: 0 };
  if (depth === before.depth + 1) return { parent: before.task.id, after: null, depth };
  // The nearest one above that is as deep.
  const above = rest
    .filter(({ at, row }) => at < gap && row.kind === "task" && row.depth === depth)
    .at(-1)?.row as TaskRow | undefined;
  return (
    above && {
      parent: depth === 0 ? null : (above.task.parent_id ?? null),
      after: above.task.id,
      depth,
    }
  );
}

function withoutBranch(rows: readonly Row[], moved: string): { row: Row; at: number }[] {
  const all = rows.map((row, at) => ({ row, at }));
  const start = rows.findIndex(({ key }) => key === moved);
  const first = rows[start];
  if (first?.kind !== "task") return all;
  let end = start + 1;
  for (let it = rows[end]; it?.kind === "task" && it.depth > first.depth; it = rows[end]) end += 1;
  return all.filter(({ at }) => at < start || at >= end);
}
