// The question before somebody signs out whose work is not sent.

import { Dialog } from "./dialog.js";

export function SignOut({ waiting, onSignOut, onClose }: { waiting: number; onSignOut: () => void; onClose: () => void }) {
  return (
    <Dialog title="Not everything is sent" onClose={onClose}>
      <p>{`${waiting} ${waiting === 1 ? "change is" : "changes are"} only on this device, and would be lost.`}</p>
      <div class="buttons end">
        <button type="button" class="quiet danger" onClick={onSignOut}>Sign out and lose them</button>
        <button type="button" class="primary" autofocus onClick={onClose}>Stay</button>
      </div>
    </Dialog>
  );
}
