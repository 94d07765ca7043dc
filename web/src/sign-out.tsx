// The question before somebody signs out whose work is not sent.

import { Dialog } from "./dialog.js";

export function SignOut({
  waiting,
  onSignOut,
  onClose,
}: {
  waiting: number;
  onSignOut: () => void;
  onClose: () => void;
}) {
  const changes = waiting === 1 ? "1 change is" : `${waiting} changes are`;
  return (
    <Dialog title="Not everything is sent" onClose={onClose}>
      <p>{`${changes} only on this device, and would be lost.`}</p>
      <div class="buttons end">
        <button type="button" class="quiet danger" onClick={onSignOut}>
          Sign out and lose them
        </button>
        <button type="button" class="primary" autofocus onClick={onClose}>
          Stay
        </button>
      </div>
    </Dialog>
  );
}
