// The question before somebody signs out whose work is not sent.

import { Dialog } from "./dialog.js";

interface Parts {
  waiting: number;
  onAnswer: (agrees: boolean) => void;
}

export function SignOut({ waiting, onAnswer }: Parts) {
  const changes = waiting === 1 ? "1 change is" : `${waiting} changes are`;
  const stay = () => onAnswer(false);
  return (
    <Dialog title="Not everything is sent" onClose={stay}>
      <p>{`${changes} only on this device, and would be lost.`}</p>
      <div class="buttons end">
        <button type="button" class="quiet danger" onClick={() => onAnswer(true)}>
          Sign out and lose them
        </button>
        <button type="button" class="primary" autofocus onClick={stay}>
          Stay
        </button>
      </div>
    </Dialog>
  );
}
