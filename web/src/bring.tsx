// Tasks from other programs, and one's own as a file: what is dropped on the page, or chosen in a
// window. What is done with it: importing.ts.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { ago } from "./dates.js";
import { Dialog } from "./dialog.js";
import { Icon } from "./icons.js";
import { Download } from "./download.js";
import { KINDS, SUFFIXES } from "./import-kinds.js";
import { Broken, Done, Look, UndoButton, Undone, Work, type Parts } from "./import-steps.js";
import { Importing, both, count, type Past, type Stage } from "./importing.js";
import { say } from "./toast.js";
import { useSnapshot, useTasks } from "./tasks.js";

/** The window opens whenever `call` becomes another number. */
export function Bring({ call }: { call: number }) {
  const tasks = useTasks();
  const importing = useMemo(() => new Importing(tasks), [tasks]);
  const stage = useSnapshot(importing.subscribe, importing.stage);
  const [isOpen, setOpen] = useState(false);
  const take = (files: FileList | null) => {
    const file = files?.[0];
    if (!file) return;
    setOpen(true);
    if (importing.isBusy) say("One file at a time: another is on its way");
    else void importing.take(file);
    if (files.length > 1) say(`One file at a time: this is ${file.name}`);
  };
  const isOver = useDrop(take);
  useEffect(() => {
    if (call > 0) setOpen(true);
  }, [call]);
  useEffect(() => () => importing.end(), [importing]);
  // Whoever leaves the page would cut it off.
  useEffect(() => {
    if (stage.at !== "work") return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [stage.at]);
  useEffect(() => {
    if (!isOpen) tell(importing, stage);
  }, [isOpen, stage]);
  return (
    <>
      {isOver && (
        <div class="drop-veil" aria-hidden="true">
          <p>
            <Icon name="file" /> Drop it to see what is in it
          </p>
        </div>
      )}
      {isOpen && (
        <Dialog title="Import and export" onClose={() => setOpen(false)}>
          <Body importing={importing} stage={stage} onFiles={take} onClose={() => setOpen(false)} />
        </Dialog>
      )}
    </>
  );
}

/** What has ended while, or before, nobody looked is said beside the tasks. */
function tell(importing: Importing, stage: Stage): void {
  if (stage.at === "done") {
    const { created, lists } = stage.report;
    const text = `${both(created, lists.created)} from ${stage.past.name}`;
    if (created + lists.created === 0) say(`Nothing new in ${stage.past.name}`);
    else say(text, () => void importing.undo(stage.past).then((text) => say(text)));
  }
  if (stage.at === "broken") say(`${stage.past.name} could not be brought: ${stage.error}`);
  else if (stage.at !== "choose" && stage.at !== "work") importing.reset();
}

/** Whether files are being dragged over the page; they may be dropped anywhere. */
function useDrop(onFiles: (files: FileList) => void): boolean {
  const [isOver, setOver] = useState(false);
  const latest = useRef(onFiles);
  latest.current = onFiles;
  useEffect(() => {
    const over = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = "copy";
      setOver(true);
    };
    const leave = (event: DragEvent) => event.relatedTarget === null && setOver(false);
    const drop = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      setOver(false);
      latest.current(event.dataTransfer.files);
    };
    const control = new AbortController();
    const { signal } = control;
    addEventListener("dragenter", over, { signal });
    addEventListener("dragover", over, { signal });
    addEventListener("dragleave", leave, { signal });
    addEventListener("drop", drop, { signal });
    return () => control.abort();
  }, []);
  return isOver;
}

type OnFiles = (files: FileList | null) => void;

function Body(parts: Parts & { onFiles: OnFiles }) {
  const { stage } = parts;
  const head = useRef<HTMLDivElement>(null);
  const first = useRef(true);
  // What had the focus is gone with the stage before.
  useEffect(() => {
    if (!first.current) head.current?.focus();
    first.current = false;
  }, [stage.at]);
  return (
    <div class="bring" role="group" aria-labelledby="dialog-title" ref={head} tabIndex={-1}>
      {stage.at === "choose" && <Choose {...parts} stage={stage} />}
      {stage.at === "look" && <Look {...parts} stage={stage} />}
      {stage.at === "work" && <Work {...parts} stage={stage} />}
      {stage.at === "done" && <Done {...parts} stage={stage} />}
      {stage.at === "broken" && <Broken {...parts} stage={stage} />}
      {stage.at === "undone" && <Undone {...parts} stage={stage} />}
    </div>
  );
}

function Choose({ importing, stage, onFiles }: Parts<"choose"> & { onFiles: OnFiles }) {
  const field = useRef<HTMLInputElement>(null);
  const past = importing.past();
  return (
    <>
      <section>
        <h3>Bring tasks along</h3>
        <p class="error" role="alert">
          {stage.error}
        </p>
        <div class="drop-zone">
          <button type="button" class="primary" autofocus onClick={() => field.current?.click()}>
            Choose a file
          </button>
          <span class="hint">or drop it anywhere on the page. You see first what would come.</span>
          <input
            ref={field}
            type="file"
            hidden
            accept={SUFFIXES}
            onChange={({ currentTarget }) => {
              onFiles(currentTarget.files);
              // The same file again is another choice.
              currentTarget.value = "";
            }}
          />
        </div>
        <dl class="kinds">
          {Object.values(KINDS).map(([name, where]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{where}</dd>
            </div>
          ))}
        </dl>
      </section>
      {past && <LastTime importing={importing} past={past} />}
      <Download />
    </>
  );
}

function LastTime({ importing, past }: { importing: Importing; past: Past }) {
  const came = past.made === undefined ? "not known how much of it" : count(past.made, "item");
  return (
    <section>
      <h3>Last time</h3>
      <div class="past-import">
        <span>
          <strong>{past.name}</strong> <span class="hint">{`${came} came, ${ago(past.at)}`}</span>
        </span>
        <UndoButton importing={importing} past={past} />
      </div>
    </section>
  );
}
