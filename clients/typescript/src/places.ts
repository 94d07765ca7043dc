// Where rows stand among their siblings, as far as it is known here: the keys that are made are provisional, and the
// server's answer wins.

import { orderBetween, orderOf } from "./order.js";
import { compareText } from "./text.js";
import type { Beside, Target } from "./types.js";

interface Placed {
  id: string;
  created_at: string;
  order?: string | undefined;
}

/** By their keys; those that are equal by id. */
export function bySiblings(one: Placed, other: Placed): number {
  return compareText(orderOf(one), orderOf(other)) || compareText(one.id, other.id);
}

/** The most siblings that are moved on where there is no room: as many as the server moves at first. */
const SPREAD = 32;

export interface Found {
  order: string;
  /** Siblings behind the place that have the same key as the one before it, and so have to move on. */
  followers: { id: string; order: string }[];
}

/** How many of the siblings, which are in their order, stand before the place that is meant; the last one if it is none. */
function rankAmong(siblings: readonly Placed[], { after, before }: Beside): number {
  const rankOf = (id: string | null | undefined) => (id ? siblings.findIndex((sibling) => sibling.id === id) : -1);
  const [afterRank, beforeRank] = [rankOf(after), rankOf(before)];
  if (after === null) return 0;
  if (afterRank >= 0) return afterRank + 1;
  return beforeRank >= 0 ? beforeRank : siblings.length;
}

/** Whether a row stands there already, among siblings that are in their order. */
export function isThere(row: Placed, siblings: readonly Placed[], beside: Beside): boolean {
  const rank = rankAmong(siblings, beside);
  const [low, high] = [siblings[rank - 1], siblings[rank]];
  return (!low || bySiblings(low, row) < 0) && (!high || bySiblings(row, high) < 0);
}

/** The place that is meant, among siblings that are in their order. */
export function placeAmong(siblings: readonly Placed[], beside: Beside): Found {
  const place = rankAmong(siblings, beside);
  const keyOf = (at: number) => (siblings[at] ? orderOf(siblings[at]) : null);
  const [low, high] = [keyOf(place - 1), keyOf(place)];
  const order = orderBetween(low, high);
  if (order !== undefined) return { order, followers: [] };
  // What is made in one go has one key, and the ids decide.
  let end = place;
  while (end < siblings.length && keyOf(end) === low) end += 1;
  const keys: string[] = [];
  for (let at = place, last = low; at <= end; at += 1) {
    const next = orderBetween(last, keyOf(end));
    // The server knows what to do; until then it stands beside its neighbour.
    if (next === undefined || end - place > SPREAD) return { order: low ?? high ?? "a0", followers: [] };
    keys.push((last = next));
  }
  const followers = siblings.slice(place, end).map(({ id }, nth) => ({ id, order: keys[nth + 1]! }));
  return { order: keys[0]!, followers };
}

/** The list and the parent that are meant: a parent implies its list, another list without a parent drops the parent. */
export function placed(
  from: { list_id?: string | undefined; parent_id?: string | undefined },
  { list_id, parent_id }: Target,
  /** The list of a task, `null` for the inbox; nothing of one that is not known here. */
  listOf: (task: string) => string | null | undefined,
): { list_id: string | null; parent_id: string | null } {
  const list = list_id === undefined ? (from.list_id ?? null) : list_id;
  if (parent_id) {
    const implied = listOf(parent_id);
    return { list_id: implied === undefined ? list : implied, parent_id };
  }
  const stays = parent_id === undefined && list === (from.list_id ?? null);
  return { list_id: list, parent_id: stays ? (from.parent_id ?? null) : null };
}
