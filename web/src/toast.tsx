// What was just done, and the way back: one message at a time, read aloud by who reads aloud.

import { useEffect, useState } from "preact/hooks";
import { Icon } from "./icons.js";

interface Message {
  text: string;
  undo?: () => void;
}

const STAYS = 8_000;

let show: (message: Message | undefined) => void = () => undefined;

export const say = (text: string, undo?: () => void): void => show({ text, ...(undo && { undo }) });

export function Toast() {
  const [message, set] = useState<Message>();
  const [isHeld, hold] = useState(false);
  show = set;
  useEffect(() => {
    if (!message || isHeld) return;
    const timer = setTimeout(() => set(undefined), STAYS);
    return () => clearTimeout(timer);
  }, [message, isHeld]);
  const undo = () => {
    message?.undo?.();
    set(undefined);
  };
  const holds = {
    onMouseEnter: () => hold(true),
    onMouseLeave: () => hold(false),
    onFocusIn: () => hold(true),
    onFocusOut: () => hold(false),
  };
  return (
    <div class="toasts" {...holds}>
      <div role="status">{message && <span class="toast-text">{message.text}</span>}</div>
      {message?.undo && (
        <button type="button" class="toast-undo" onClick={undo}>
          Undo
        </button>
      )}
      {message && (
        <button
          type="button"
          class="icon-button"
          aria-label="Dismiss"
          onClick={() => set(undefined)}
        >
          <Icon name="close" />
        </button>
      )}
    </div>
  );
}
