// How it stands with the server, who is here, and how the page looks.

import { useState } from "preact/hooks";
import { Icon } from "./icons.js";
import { Refused } from "./later.js";
import { useSnapshot, useTasks } from "./tasks.js";
import { theme, setTheme, type Theme } from "./theme.js";

interface Standing {
  kind: "live" | "syncing" | "offline" | "signed-out" | "other";
  text: string;
  /** How much of what was done is not on the server. */
  waiting: number;
  /** Why nothing comes in or goes out. */
  reason?: string | undefined;
}

export function useStatus(): Standing {
  const tasks = useTasks();
  const { store } = tasks;
  const status = useSnapshot(store.subscribe, () => store.status);
  const waiting = useSnapshot(store.subscribe, () => store.pending().length);
  const isSignedOut = useSnapshot(tasks.subscribe, () => tasks.isSignedOut);
  const error = useSnapshot(store.subscribe, () => store.error);
  const reason = error?.message;
  const more =
    waiting === 0 ? "" : `, ${waiting} ${waiting === 1 ? "change waits" : "changes wait"}`;
  if (error?.code === "WRONG_USER")
    return { kind: "other", text: "Somebody else has signed in", waiting, reason };
  if (isSignedOut || error?.status === 401)
    return { kind: "signed-out", text: `Signed out${more}`, waiting, reason };
  if (status === "live")
    return { kind: "live", text: waiting > 0 ? "Saving…" : "Up to date", waiting };
  if (status === "syncing") return { kind: "syncing", text: "Syncing…", waiting };
  return { kind: "offline", text: `Offline${more}`, waiting, reason };
}

export function Status({ onHelp, onSignOut }: { onHelp: () => void; onSignOut: () => void }) {
  const { person } = useTasks();
  const { kind, text, reason } = useStatus();
  const [look, setLook] = useState(theme);
  const next: Record<Theme, Theme> = { system: "light", light: "dark", dark: "system" };
  const change = () => {
    setTheme(next[look]);
    setLook(next[look]);
  };
  const icon = look === "system" ? "device" : look === "light" ? "sun" : "moon";
  return (
    <div class="account">
      <div class="who">
        <strong>{person.name}</strong>
        <span class={`status is-${kind}`} role="status" title={reason}>
          <i />
          {text}
        </span>
      </div>
      <button
        type="button"
        class="icon-button"
        aria-label={`Colours: ${look}`}
        title={`Colours: ${look}`}
        onClick={change}
      >
        <Icon name={icon} />
      </button>
      <button type="button" class="icon-button" aria-label="Keys" title="Keys (?)" onClick={onHelp}>
        <Icon name="keyboard" />
      </button>
      <button
        type="button"
        class="icon-button"
        aria-label="Sign out"
        title="Sign out"
        onClick={onSignOut}
      >
        <Icon name="leave" />
      </button>
    </div>
  );
}

/** Tells of work that the server will never take. */
export function Refusals() {
  const { store } = useTasks();
  const { length } = useSnapshot(store.subscribe, store.refused);
  const [isOpen, setOpen] = useState(false);
  if (length === 0 && !isOpen) return null;
  return (
    <div class="banner warning" role="alert">
      <span>
        {length === 1
          ? "The server has refused a change."
          : `The server has refused ${length} changes.`}
      </span>
      <button type="button" class="quiet" onClick={() => setOpen(true)}>
        Look
      </button>
      {isOpen && <Refused onClose={() => setOpen(false)} />}
    </div>
  );
}
