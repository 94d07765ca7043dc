// Who is here: nobody yet, somebody, or somebody who was signed out by time or by another tab.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { Shell } from "./shell.js";
import { SignIn } from "./sign-in.js";
import { hasServer, lastPerson, signOut, whoIs, type Person } from "./session.js";
import { CHANNEL } from "./setting.js";
import { openTasks, TasksContext, type Tasks } from "./tasks.js";
import { Toast, say } from "./toast.js";

/** What tabs tell one another: who has signed out, so that no tab brings back what was removed. */
interface Note {
  left: string;
}

export function App() {
  const [tasks, setTasks] = useState<Tasks>();
  const [isReady, setReady] = useState(false);
  const current = useRef<Tasks | undefined>(undefined);
  const channel = useRef<BroadcastChannel | undefined>(undefined);

  const enter = useCallback(async (person: Person) => {
    const before = current.current;
    if (before?.person.id === person.id) {
      await before.renew();
      return;
    }
    // What somebody else has not sent waits for them.
    await before?.end(false);
    const opened = await openTasks(person);
    current.current = opened;
    setTasks(opened);
  }, []);

  const leave = useCallback(async () => {
    const leaving = current.current;
    if (!leaving) return;
    current.current = undefined;
    // Nobody signs in while the data and the session of somebody else are still there.
    setReady(false);
    setTasks(undefined);
    channel.current?.postMessage({ left: leaving.person.id } satisfies Note);
    try {
      await leaving.end(true);
      await signOut();
    } finally {
      setReady(true);
    }
    say("Signed out; nothing of yours is left on this device");
  }, []);

  useEffect(() => {
    const notes = new BroadcastChannel(CHANNEL);
    channel.current = notes;
    notes.onmessage = ({ data }: MessageEvent<Note>) => {
      const here = current.current;
      if (here?.person.id !== data.left) return;
      current.current = undefined;
      setTasks(undefined);
      void here.end(true);
    };
    const begin = async () => {
      const person = lastPerson() ?? (await whoIs());
      if (person) await enter(person);
      setReady(true);
      // Somebody else may have signed in at the server meanwhile.
      const now = person && hasServer() ? await whoIs({ name: "" }) : undefined;
      if (now && now.id !== person?.id) await enter(now);
    };
    void begin();
    return () => notes.close();
  }, []);

  return (
    <>
      {tasks && (
        <TasksContext.Provider value={tasks}>
          <Shell
            key={tasks.person.id}
            onPerson={(person) => void enter(person)}
            onSignOut={leave}
            onOther={() => void whoIs().then((now) => now && enter(now))}
          />
        </TasksContext.Provider>
      )}
      {isReady && !tasks && <SignIn onPerson={(person) => void enter(person)} />}
      <Toast />
    </>
  );
}
