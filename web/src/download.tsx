// All of one's tasks as a file.

import { useState } from "preact/hooks";
import { WindowIcon } from "./window-icons.js";
import { count, words } from "./importing.js";
import { useSnapshot, useTasks, type Tasks } from "./tasks.js";

export function Download() {
  const tasks = useTasks();
  const waiting = useSnapshot(tasks.store.subscribe, () => tasks.store.pending().length);
  const [text, setText] = useState("");
  const [isBusy, setBusy] = useState(false);
  const download = async () => {
    setBusy(true);
    setText("");
    try {
      setText(`Saved as ${await save(tasks)}`);
    } catch (error) {
      setText(words(error));
    }
    setBusy(false);
  };
  return (
    <section>
      <h3>Take them along</h3>
      <div class="buttons">
        <button
          type="button"
          class="quiet framed"
          disabled={isBusy}
          onClick={() => void download()}
        >
          <WindowIcon name="down" /> Download my tasks
        </button>
        <span class="hint">All lists and tasks, those in the trash too.</span>
      </div>
      {waiting > 0 && (
        <p class="hint">{`${count(waiting, "change")} on this device will not be in it yet.`}</p>
      )}
      <p class="hint" role="status">
        {text}
      </p>
    </section>
  );
}

/** Everything as a file of the browser's; gives its name. */
async function save({ client, person }: Tasks): Promise<string> {
  const data = await client.export({ retry: { attempts: 2 } });
  const day = new Date().toISOString().slice(0, 10);
  const name = `tickbox-${person.name.replace(/[^\p{L}\p{N}._-]+/gu, "-")}-${day}.ndjson`;
  const address = URL.createObjectURL(new Blob([data], { type: "application/x-ndjson" }));
  const link = Object.assign(document.createElement("a"), { href: address, download: name });
  link.click();
  // The browser has to begin with it first.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
  return name;
}
