// Who is here: nobody yet, somebody, or somebody who was signed out by time or by another tab.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { Shell } from "./shell.js";
import { SignIn } from "./sign-in.js";
import { hasServer, lastPerson, signOut, whoIs, type Person } from "./session.js";
import { openTasks, TasksContext, type AskUnsent, type Tasks } from "./tasks.js";
import { Toast, say } from "./toast.js";

export function App() {
  const [tasks, setTasks] = useState<Tasks>();
  const [isReady, setReady] = useState(false);
  const current = useRef<Tasks | undefined>(undefined);

  const show = (next: Tasks | undefined) => {
    current.current = next;
    setTasks(next);
  };
  const enter = useCallback(async (person: Person) => {
    const before = current.current;
    if (before?.person.id === person.id) {
      await before.renew();
      return;
    }
    // What somebody else has not sent waits for them.
    await before?.end();
    const opened = await openTasks(person, () => {
      if (current.current?.person.id !== person.id) return;
      show(undefined);
      say("Signed out in another tab");
    });
    show(opened);
  }, []);

  const leave = useCallback(async (ask: AskUnsent) => {
    let text = "Signed out; nothing of yours is left on this device";
    try {
      if (!(await current.current?.wipe(ask))) return;
    } catch {
      text = "Signed out, but the browser did not remove your tasks: clear the data of this site";
    }
    // Nobody signs in while somebody else's session is still there.
    setReady(false);
    show(undefined);
    await signOut();
    setReady(true);
    say(text);
  }, []);

  useEffect(() => {
    const begin = async () => {
      const person = lastPerson() ?? (await whoIs());
      if (person) await enter(person);
      setReady(true);
      // Somebody else may have signed in at the server meanwhile.
      const now = person && hasServer() ? await whoIs({ name: "" }) : undefined;
      if (now && now.id !== person?.id) await enter(now);
    };
    void begin();
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
