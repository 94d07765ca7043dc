// What each key does, and what a line may say.

import { useState } from "preact/hooks";
import { Dialog } from "./dialog.js";
import { hasLetters, setLetters } from "./keys.js";

const EVERYWHERE = [
  ["n", "Add a task"],
  ["/", "Search"],
  ["Ctrl Z", "Undo"],
  ["g t", "Today"],
  ["g u", "Upcoming"],
  ["g i", "Inbox"],
  ["g c", "Completed"],
  ["g d", "Trash"],
  ["?", "This help"],
] as const;
const ON_A_TASK = [
  ["↑ ↓", "The task above, below"],
  ["← →", "Hide, show its parts"],
  ["Space", "Done, or open again"],
  ["Enter", "Open it"],
  ["Delete", "Into the trash"],
  ["Alt ↑ ↓", "Move it up, down"],
  ["Alt → ←", "Make it a part, move it out"],
  ["1 – 9", "Its priority; 0 takes it away"],
  ["t, m", "Due today, tomorrow"],
  ["s", "Add a part"],
] as const;
const IN_A_LINE = [
  ["!1", "Priority, 1 is the highest"],
  ["#home", "A tag"],
  ["@Name", "A list that there is"],
  ["tomorrow, fri, 24 dec, in 3 days", "The day"],
  ["9:30, at 9, 5pm", "The time"],
  ["every monday, every 2 weeks, every 15th", "It comes back"],
  ["every! 3 days", "Counted from when it is done"],
] as const;

export function Help({ onClose }: { onClose: () => void }) {
  const [letters, set] = useState(hasLetters);
  const change = (on: boolean) => {
    setLetters(on);
    set(on);
  };
  return (
    <Dialog title="Keys and words" onClose={onClose}>
      <div class="help">
        <Keys title="Everywhere" keys={EVERYWHERE} />
        <Keys title="On a task" keys={ON_A_TASK} />
        <Keys title="In a line that adds" keys={IN_A_LINE} />
        <section>
          <h3>In the search</h3>
          <p>
            Words by their beginnings, or a filter: <code>due &lt;= today() AND tags:home</code>.{" "}
            <a href="docs">Documentation of the API</a>
          </p>
        </section>
      </div>
      <label class="check">
        <input
          type="checkbox"
          checked={letters}
          onChange={({ currentTarget }) => change(currentTarget.checked)}
        />
        Single letters are keys
      </label>
    </Dialog>
  );
}

function Keys({ title, keys }: { title: string; keys: readonly (readonly [string, string])[] }) {
  return (
    <section>
      <h3>{title}</h3>
      <dl>
        {keys.map(([key, meaning]) => (
          <div key={key}>
            <dt>
              {key.split(", ").map((one) => (
                <kbd key={one}>{one}</kbd>
              ))}
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
