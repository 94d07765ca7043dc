// The page of somebody who is signed in: places at the side, one of them in the middle, a task
// beside it.

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import * as deeds from "./deeds.js";
import { Dialog } from "./dialog.js";
import { Icon } from "./icons.js";
import { useKeys } from "./keys.js";
import { Bring, Details, Help, SignOut } from "./later.js";
import { PlaceView, nameOf } from "./place-view.js";
import { go, openTask, useRoute, type Place } from "./route.js";
import { Sidebar } from "./sidebar.js";
import { SignIn } from "./sign-in.js";
import type { Person } from "./session.js";
import { Refusals, useStatus } from "./status.js";
import { useLists, useTasks, type AskUnsent } from "./tasks.js";

interface Parts {
  onPerson: (person: Person) => void;
  onSignOut: (ask: AskUnsent) => Promise<void>;
  /** The server that people sign in at says that it is somebody else. */
  onOther: () => void;
}

/** Whether what is not sent may be lost. */
interface Question {
  waiting: number;
  answer: (agrees: boolean) => void;
}

export function Shell({ onPerson, onSignOut, onOther }: Parts) {
  const { person, store } = useTasks();
  const { place, task } = useRoute();
  const lists = useLists();
  const { kind } = useStatus();
  const [isMenuOpen, setMenuOpen] = useState(false);
  const [window_, setWindow] = useState<"help" | "sign-in">();
  const [question, ask] = useState<Question>();
  const [call, setCall] = useState(0);
  const [bring, setBring] = useState(0);
  const [addPart, setAddPart] = useState({ id: "", count: 0 });
  const search = useRef<HTMLInputElement>(null);

  useKeys({
    add: () => {
      if (place.kind === "search" || place.kind === "done" || place.kind === "trash")
        go({ place: { kind: "inbox" } });
      setCall((count) => count + 1);
    },
    search: () => search.current?.focus(),
    help: () => setWindow("help"),
    undo: () => deeds.undo(store),
    go: (to: Place) => go({ place: to }),
  });
  useEffect(() => {
    document.title = `${nameOf(
      place,
      lists.find(({ id }) => place.kind === "list" && id === place.name),
    )} · tickbox`;
  }, [place, lists]);
  useEffect(() => {
    if (kind === "other") onOther();
    if (kind !== "signed-out") setWindow((now) => (now === "sign-in" ? undefined : now));
  }, [kind]);

  const leave = () =>
    void onSignOut(({ length }) => new Promise((answer) => ask({ waiting: length, answer })));
  const openBring = () => setBring((count) => count + 1);
  const part = (id: string) => {
    setAddPart(({ count }) => ({ id, count: count + 1 }));
    openTask(id);
  };
  return (
    <div class={task === undefined ? "shell" : "shell has-details"}>
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          document.querySelector<HTMLElement>("main h1")?.focus();
        }}
      >
        Skip to the tasks
      </a>
      <Sidebar
        place={place}
        isOpen={isMenuOpen}
        onClose={() => setMenuOpen(false)}
        onBring={openBring}
        onHelp={() => setWindow("help")}
        onSignOut={leave}
      />
      {isMenuOpen && <div class="veil" onClick={() => setMenuOpen(false)} />}
      <main id="main">
        <div class="bar">
          <button
            type="button"
            class="icon-button only-narrow"
            aria-label="Menu"
            aria-expanded={isMenuOpen}
            onClick={() => setMenuOpen(true)}
          >
            <Icon name="menu" />
          </button>
          <Search place={place} field={search} />
          <button
            type="button"
            class="icon-button"
            aria-label="Undo"
            title="Undo (Ctrl+Z)"
            onClick={() => deeds.undo(store)}
          >
            <Icon name="undo" />
          </button>
        </div>
        {kind === "signed-out" && (
          <div class="banner" role="alert">
            <span>You are signed out. Your tasks are here, and nothing is sent.</span>
            <button type="button" class="quiet" onClick={() => setWindow("sign-in")}>
              Sign in
            </button>
          </div>
        )}
        <Refusals />
        <PlaceView place={place} opened={task} call={call} onAddPart={part} onBring={openBring} />
      </main>
      {task !== undefined && (
        <Details id={task} addPart={addPart.id === task ? addPart.count : 0} />
      )}
      <Bring call={bring} />
      {window_ === "help" && <Help onClose={() => setWindow(undefined)} />}
      {window_ === "sign-in" && (
        <Dialog title="Sign in" onClose={() => setWindow(undefined)}>
          <SignIn again={person} onPerson={onPerson} />
        </Dialog>
      )}
      {question && (
        <SignOut
          waiting={question.waiting}
          onAnswer={(agrees) => {
            ask(undefined);
            question.answer(agrees);
          }}
        />
      )}
    </div>
  );
}

function Search({ place, field }: { place: Place; field: { current: HTMLInputElement | null } }) {
  const [text, setText] = useState(place.kind === "search" ? place.name : "");
  const before = useRef<Place>({ kind: "today" });
  // Before the next key, which an effect after painting may come behind of.
  useLayoutEffect(() => {
    if (place.kind !== "search") before.current = place;
    // Whoever is writing is ahead of the address.
    if (document.activeElement !== field.current || place.kind !== "search")
      setText(place.kind === "search" ? place.name : "");
  }, [place]);
  const look = (next: string) => {
    setText(next);
    go(
      { place: next === "" ? before.current : { kind: "search", name: next } },
      place.kind === "search",
    );
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      if (text === "") field.current?.blur();
      else look("");
    } else if (event.key === "ArrowDown" || event.key === "Enter") {
      event.preventDefault();
      document.querySelector<HTMLElement>('[role="row"][tabindex="0"]')?.focus();
    }
  };
  return (
    <div class="search" role="search">
      <Icon name="search" />
      <input
        ref={field}
        type="search"
        value={text}
        maxLength={400}
        aria-label="Search"
        placeholder="Search"
        enterkeyhint="search"
        onInput={({ currentTarget }) => look(currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <kbd aria-hidden="true">/</kbd>
    </div>
  );
}
