// Fields that write what somebody types when they pause or leave, and show what others write
// meanwhile.

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

/** So long a pause is the end of a thought. */
const PAUSE = 600;

interface Parts {
  value: string;
  label: string;
  id?: string;
  class?: string;
  placeholder?: string;
  most: number;
  /** Enter ends it, in place of beginning another line. */
  isOneLine?: boolean;
  /** Whether it has the focus when it comes. */
  isFirst?: boolean;
  /** Gives `false` for what cannot be: then it stays to be mended. */
  onWrite: (text: string) => boolean;
}

export function TextField({
  value,
  label,
  id,
  class: name,
  placeholder,
  most,
  isOneLine,
  isFirst,
  onWrite,
}: Parts) {
  const [draft, setDraft] = useState<string>();
  const field = useRef<HTMLTextAreaElement>(null);
  const latest = useRef({ draft, value, onWrite });
  latest.current = { draft, value, onWrite };
  const shown = draft ?? value;

  const write = (isOver: boolean) => {
    const { draft, value, onWrite } = latest.current;
    const isKept = draft === undefined || draft === value || onWrite(draft);
    if (isOver && isKept) setDraft(undefined);
  };
  useEffect(() => {
    if (draft === undefined) return;
    const timer = setTimeout(() => write(false), PAUSE);
    return () => clearTimeout(timer);
  }, [draft]);
  // Also when the panel is closed, or shows another task.
  useEffect(() => () => write(false), []);
  useLayoutEffect(() => {
    if (isFirst) field.current?.focus();
  }, []);
  // As high as its text.
  useLayoutEffect(() => {
    const element = field.current;
    if (!element) return;
    element.style.height = "auto";
    element.style.height = `${element.scrollHeight}px`;
  }, [shown]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (isOneLine && event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      write(true);
    }
  };
  return (
    <textarea
      ref={field}
      id={id}
      class={name}
      rows={1}
      value={shown}
      maxLength={most}
      placeholder={placeholder}
      aria-label={label}
      onInput={(event) =>
        setDraft(
          isOneLine ? event.currentTarget.value.replace(/\n/g, " ") : event.currentTarget.value,
        )
      }
      onKeyDown={onKeyDown}
      onBlur={() => write(true)}
    />
  );
}
