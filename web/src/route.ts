// Where somebody is on the page, as the part of the address behind `#`: so Back, bookmarks and
// reloads work.

import { useEffect, useState } from "preact/hooks";

export type Place =
  | { kind: "inbox" | "today" | "upcoming" | "done" | "trash" }
  | { kind: "list" | "tag" | "search"; name: string };

export interface Route {
  place: Place;
  /** The task whose details are open. */
  task?: string;
}

const PLAIN = ["inbox", "today", "upcoming", "done", "trash"] as const;

export function parseRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?");
  const [kind = "", name = ""] = path.split("/");
  const task = new URLSearchParams(query).get("task");
  const more = task ? { task } : {};
  const plain = PLAIN.find((it) => it === kind);
  if (plain) return { place: { kind: plain }, ...more };
  if (kind === "list" || kind === "tag" || kind === "search")
    return { place: { kind, name: decoded(name) }, ...more };
  return { place: { kind: "today" }, ...more };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function hashOf({ place, task }: Route): string {
  const name = "name" in place ? `/${encodeURIComponent(place.name)}` : "";
  return `#/${place.kind}${name}${task === undefined ? "" : `?task=${task}`}`;
}

export const samePlace = (one: Place, other: Place): boolean =>
  hashOf({ place: one }) === hashOf({ place: other });

export const route = (): Route => parseRoute(location.hash);

/** Goes there; `replace` leaves no trace for Back. */
export function go(to: Route, replace = false): void {
  if (hashOf(to) === location.hash) return;
  if (replace) history.replaceState(null, "", hashOf(to));
  else history.pushState(null, "", hashOf(to));
  // At once, so that the next key meets what this one has opened.
  dispatchEvent(new HashChangeEvent("hashchange"));
}

export const openTask = (task: string): void =>
  go({ ...route(), task }, route().task !== undefined);
export const closeTask = (): void => go({ place: route().place }, true);

export function useRoute(): Route {
  const [now, set] = useState(route);
  useEffect(() => {
    const look = () => set((now) => (hashOf(now) === hashOf(route()) ? now : route()));
    addEventListener("hashchange", look);
    // It may have changed before anybody listened.
    look();
    return () => removeEventListener("hashchange", look);
  }, []);
  return now;
}
