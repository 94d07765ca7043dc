// The tags of a task: typed one after the other, with those that there are at hand.

import { useState } from "preact/hooks";
import { Icon } from "./icons.js";
import { useCounts } from "./tasks.js";

export function TagsField({
  tags,
  onWrite,
}: {
  tags: readonly string[];
  onWrite: (tags: string[]) => void;
}) {
  const [draft, setDraft] = useState("");
  const known = [...useCounts().tags.keys()].filter((tag) => !tags.includes(tag)).sort();
  const add = (text: string) => {
    const more = text
      .split(/[,#]/)
      .map((tag) => tag.trim())
      .filter(Boolean);
    if (more.length > 0) onWrite([...new Set([...tags, ...more])]);
    setDraft("");
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter" || event.key === ",") {
      event.preventDefault();
      add(draft);
    } else if (event.key === "Backspace" && draft === "" && tags.length > 0) {
      onWrite(tags.slice(0, -1));
    }
  };
  return (
    <div class="field">
      <label class="field-label" for="tags">
        Tags
      </label>
      <div class="field-body tags">
        {tags.map((tag) => (
          <span key={tag} class="chip tag">
            {`#${tag}`}
            <button
              type="button"
              aria-label={`Remove the tag ${tag}`}
              onClick={() => onWrite(tags.filter((it) => it !== tag))}
            >
              <Icon name="close" />
            </button>
          </span>
        ))}
        <input
          id="tags"
          list="known-tags"
          value={draft}
          maxLength={64}
          placeholder="Add a tag"
          enterkeyhint="done"
          autocomplete="off"
          onInput={(event) => setDraft(event.currentTarget.value)}
          onKeyDown={onKeyDown}
          onBlur={() => add(draft)}
        />
        <datalist id="known-tags">
          {known.map((tag) => (
            <option key={tag} value={tag} />
          ))}
        </datalist>
      </div>
    </div>
  );
}
