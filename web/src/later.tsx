// Parts of the page that come a moment after the first of it.

import { h, type ComponentProps, type ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";

type More = typeof import("./more.js");

let more: More | undefined;
let loading: Promise<More> | undefined;

/** Fetches the rest of the page; once more if that failed. */
export function loadMore(): Promise<More> {
  loading ??= import("./more.js").then(
    (loaded) => (more = loaded),
    (error: unknown) => {
      loading = undefined;
      throw error;
    },
  );
  return loading;
}

/** The rest of the page, as soon as it is there: where the network was away, when that is back. */
export function useMore(): More | undefined {
  const [now, set] = useState(more);
  useEffect(() => {
    const load = () => {
      loadMore().then(set, () => addEventListener("online", load, { once: true }));
    };
    if (!now) load();
  }, []);
  return now;
}

type Parts = { [N in keyof More as N extends Capitalize<N> ? N : never]: More[N] };

function later<N extends keyof Parts>(name: N) {
  type Props = ComponentProps<Parts[N]>;
  return function Later(props: Props) {
    const more = useMore();
    return more ? h(more[name] as ComponentType<Props>, props as Props & { key?: string }) : null;
  };
}

export const Bring = later("Bring");
export const Details = later("Details");
export const Help = later("Help");
export const ListDialog = later("ListDialog");
export const Refused = later("Refused");
export const SignOut = later("SignOut");
export const TrashView = later("TrashView");
