// What is seen of one file on its way: what is in it, how far it is, how it ended.

import { useState } from "preact/hooks";
import { Icon } from "./icons.js";
import { KINDS, sayBytes, type Kind } from "./import-kinds.js";
import { Report } from "./import-report.js";
import { Importing, both, count, nameOf, type Past, type Stage } from "./importing.js";
import { useLists } from "./tasks.js";

export interface Parts<S extends Stage["at"] = Stage["at"]> {
  importing: Importing;
  stage: Extract<Stage, { at: S }>;
  onClose: () => void;
}

export function UndoButton({ importing, past }: { importing: Importing; past: Past }) {
  const [isBusy, setBusy] = useState(false);
  const undo = async () => {
    setBusy(true);
    await importing.undo(past);
    setBusy(false);
  };
  return (
    <button type="button" class="quiet" disabled={isBusy} onClick={() => void undo()}>
      <Icon name="undo" /> {isBusy ? "Taking it back…" : "Undo"}
    </button>
  );
}

export function Look({ importing, stage, onClose }: Parts<"look">) {
  const { cargo, report, error, progress } = stage;
  const { file, kind } = cargo;
  const comes = report ? report.created + report.lists.created : 0;
  const isBusy = kind !== undefined && !report && error === undefined;
  return (
    <>
      <FileName file={file} />
      <div class="choices">
        <KindField importing={importing} stage={stage} />
        <TargetField importing={importing} stage={stage} />
      </div>
      <div role="status">
        {kind === undefined && (
          <p class="error">
            This is nothing that is known by its content or name. If you know what it is, say so.
          </p>
        )}
        {isBusy && <Bar words="Looking what is in it" sent={progress?.sent} all={file.size} />}
        {report && <Report report={report} isDry />}
      </div>
      <p class="error" role="alert">
        {error}
      </p>
      <div class="buttons end">
        <button type="button" class="quiet" onClick={() => importing.reset()}>
          Another file
        </button>
        {report && comes === 0 ? (
          <button type="button" class="primary" onClick={onClose}>
            Close
          </button>
        ) : (
          <button
            type="button"
            class="primary"
            disabled={!report}
            onClick={() => report && void importing.bring(cargo, report)}
          >
            {report ? `Import ${both(report.created, report.lists.created)}` : "Import"}
          </button>
        )}
      </div>
    </>
  );
}

function FileName({ file }: { file: File }) {
  return (
    <p class="file-name">
      <Icon name="file" />
      <strong>{file.name}</strong> <span class="hint">{sayBytes(file.size)}</span>
    </p>
  );
}

function KindField({ importing, stage }: Pick<Parts<"look">, "importing" | "stage">) {
  const { cargo } = stage;
  const choose = (text: string) => {
    if (text !== "") void importing.look({ ...cargo, kind: text as Kind });
  };
  return (
    <label class="stacked">
      What it is
      <select
        value={cargo.kind ?? ""}
        onChange={({ currentTarget }) => choose(currentTarget.value)}
      >
        {cargo.kind === undefined && <option value="">Not known</option>}
        {Object.entries(KINDS).map(([kind, [name]]) => (
          <option key={kind} value={kind}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

const NEW = "new";

function TargetField({ importing, stage }: Pick<Parts<"look">, "importing" | "stage">) {
  const lists = useLists();
  const { cargo } = stage;
  const choose = (target: string) =>
    target === NEW ? importing.lookIntoNew(cargo) : importing.look({ ...cargo, target });
  const own =
    cargo.kind === "todoist" ? "Inbox, and a list for each section" : "The lists of the file";
  return (
    <label class="stacked">
      Where to
      <select
        value={cargo.target}
        onChange={({ currentTarget }) => void choose(currentTarget.value)}
      >
        <option value="">{own}</option>
        {lists.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
        {!lists.some(({ name }) => name === nameOf(cargo.file)) && (
          <option value={NEW}>{`A new list: ${nameOf(cargo.file)}`}</option>
        )}
      </select>
    </label>
  );
}

function Bar({ words, sent, all }: { words: string; sent: number | undefined; all: number }) {
  return (
    <label class="stacked">
      {words}
      {sent === undefined ? <progress /> : <progress value={sent} max={all} />}
    </label>
  );
}

export function Work({ importing, stage, onClose }: Parts<"work">) {
  const { cargo, progress, report } = stage;
  const { sent, all, come } = progress;
  const isSent = sent >= all;
  return (
    <>
      <FileName file={cargo.file} />
      {isSent ? (
        <Bar
          words={`The server is at it: ${come.toLocaleString()} of ${count(report.created, "task")} here`}
          sent={Math.min(come, report.created)}
          all={report.created || 1}
        />
      ) : (
        <Bar words={`Sending: ${sayBytes(sent)} of ${sayBytes(all)}`} sent={sent} all={all} />
      )}
      <p class="hint">It goes on if you close this window. Leave the page open.</p>
      <div class="buttons end">
        <button type="button" class="quiet danger" onClick={() => importing.stop()}>
          Stop
        </button>
        <button type="button" class="primary" onClick={onClose}>
          Go on with something else
        </button>
      </div>
    </>
  );
}

export function Done({ importing, stage, onClose }: Parts<"done">) {
  const { cargo, report, past } = stage;
  return (
    <>
      <FileName file={cargo.file} />
      <Report report={report} />
      <div class="buttons end">
        {past.made !== 0 && <UndoButton importing={importing} past={past} />}
        <button type="button" class="primary" onClick={onClose}>
          Close
        </button>
      </div>
    </>
  );
}

export function Broken({ importing, stage }: Parts<"broken">) {
  const { cargo, before, error, came, past } = stage;
  return (
    <>
      <FileName file={cargo.file} />
      <p class="error" role="alert">
        {`${error} ${came}`}
      </p>
      <p class="hint">Whatever is here already is skipped if you try again.</p>
      <div class="buttons end">
        {past.made === 0 ? (
          <button type="button" class="quiet" onClick={() => importing.reset()}>
            Another file
          </button>
        ) : (
          <UndoButton importing={importing} past={past} />
        )}
        <button
          type="button"
          class="primary"
          onClick={() => void importing.bring(cargo, before, past)}
        >
          Try again
        </button>
      </div>
    </>
  );
}

export function Undone({ importing, stage, onClose }: Parts<"undone">) {
  const { name, text, reversal } = stage;
  return (
    <>
      <p>
        <strong>{name}</strong>
      </p>
      <p role="status">{text}</p>
      {reversal && reversal.kept_items.length > 0 && (
        <ul class="faults">
          {reversal.kept_items.map(({ id, reason }) => (
            <li key={id}>{reason}</li>
          ))}
        </ul>
      )}
      <div class="buttons end">
        <button type="button" class="quiet" onClick={() => importing.reset()}>
          Another file
        </button>
        <button type="button" class="primary" onClick={onClose}>
          Close
        </button>
      </div>
    </>
  );
}
