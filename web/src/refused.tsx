// Work that the server will never take, with its reason: to be mended, tried again or given up.

import { Dialog } from "./dialog.js";
import { useSnapshot, useTasks } from "./tasks.js";

export function Refused({ onClose }: { onClose: () => void }) {
  const { store } = useTasks();
  const refused = useSnapshot(store.subscribe, store.refused);
  const name = ({ operation }: (typeof refused)[number]) => {
    const words = { ...operation.base, ...operation.fields } as { title?: string; name?: string };
    return words.title ?? words.name ?? "A task";
  };
  return (
    <Dialog title="What was refused" onClose={onClose}>
      {refused.length === 0 && <p>Nothing is left.</p>}
      <ul class="refusals">
        {refused.map((it) => (
          <li key={it.operation.key}>
            <strong>{name(it)}</strong>
            <p>{it.error.message}</p>
            <div class="buttons">
              <button type="button" class="quiet" onClick={() => store.retry(it.operation.key)}>
                Try again
              </button>
              <button
                type="button"
                class="quiet danger"
                onClick={() => store.dismiss(it.operation.key)}
              >
                Give it up
              </button>
            </div>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
