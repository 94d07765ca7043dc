// One file on its way to the server: looked at first, then brought, then perhaps taken back. It
// goes on while nobody looks.

import {
  TickboxError,
  timeId,
  type ImportQuery,
  type ImportReport,
  type ImportReversal,
} from "../../clients/typescript/src/index.js";
import { attempt } from "./deeds.js";
import { KINDS, Unfit, recognize, type Kind } from "./import-kinds.js";
import { SignedOut } from "./session.js";
import { keep, kept } from "./setting.js";
import type { Tasks } from "./tasks.js";
import { uploading } from "./upload.js";

/** An import of this browser, so that one that was cut off can be taken back. */
export interface Past {
  id: string;
  user: string;
  name: string;
  at: string;
  /** How many tasks and lists have come; nothing if that is not known. */
  made?: number;
  /** The list that was made for it. */
  list?: string;
}

export interface Progress {
  /** Of the file, in bytes. */
  sent: number;
  all: number;
  /** Tasks that have come, once all is sent. */
  come: number;
}

/** What is being brought. */
export interface Cargo {
  file: File;
  kind: Kind | undefined;
  /** A list that all of it comes into; else "". */
  target: string;
}

export type Stage =
  | { at: "choose"; error?: string }
  | { at: "look"; cargo: Cargo; progress?: Progress; report?: ImportReport; error?: string }
  | { at: "work"; cargo: Cargo; report: ImportReport; progress: Progress }
  | { at: "done"; cargo: Cargo; report: ImportReport; past: Past }
  | { at: "broken"; cargo: Cargo; before: ImportReport; error: string; came: string; past: Past }
  | { at: "undone"; name: string; text: string; reversal?: ImportReversal };

const PAST = "import";
/** Often enough for the eye. */
const GLANCE = 200;
/** A person who waits would rather hear of it. */
const retry = { attempts: 3 };
/** A second request would count what the first has brought as here already. */
const once = { attempts: 1 };

export class Importing {
  #stage: Stage = { at: "choose" };
  #control = new AbortController();
  #isOver = false;
  readonly #tasks: Tasks;
  readonly #listeners = new Set<() => void>();
  /** A list that was made for the file, and goes with it. */
  #made: { list: string; undo: () => boolean } | undefined;

  constructor(tasks: Tasks) {
    this.#tasks = tasks;
  }

  readonly stage = (): Stage => this.#stage;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  get isBusy(): boolean {
    return this.#stage.at === "work";
  }

  /** The last import here, of this user. */
  past(): Past | undefined {
    const past = kept<Past>(PAST);
    return past?.user === this.#tasks.person.id ? past : undefined;
  }

  reset(): void {
    // What has come stays, and its list with it.
    if (this.#stage.at === "done" || this.#stage.at === "broken") this.#made = undefined;
    this.#go({ at: "choose" });
  }

  /** A file was chosen or dropped. */
  async take(file: File): Promise<void> {
    const begun = this.#go({ at: "look", cargo: { file, kind: undefined, target: "" } });
    try {
      const kind = await recognize(file);
      if (this.#isAt(begun)) await this.look({ file, kind, target: "" });
    } catch (error) {
      if (this.#isAt(begun)) this.#go({ at: "choose", error: `${file.name}: ${words(error)}` });
    }
  }

  /** Asks what would come, and writes nothing. */
  async look(cargo: Cargo): Promise<void> {
    this.#go({ at: "look", cargo });
    if (cargo.kind === undefined) return;
    const { signal } = this.#control;
    const show = (progress: Progress) => this.#show({ at: "look", cargo, progress }, signal);
    try {
      const report = await this.#send(cargo, { dry_run: true }, show);
      this.#show({ at: "look", cargo, report }, signal);
    } catch (error) {
      const name = KINDS[cargo.kind][0];
      const isRead = error instanceof TickboxError && [400, 422].includes(error.status);
      const text = isRead ? `It cannot be read as ${name}: ${words(error)}` : words(error);
      this.#show({ at: "look", cargo, error: text }, signal);
    }
  }

  /** A list called as the file is made, and all is to come into it. */
  async lookIntoNew(cargo: Cargo): Promise<void> {
    const { store } = this.#tasks;
    const name = nameOf(cargo.file);
    const made = attempt(() => store.deed(() => store.createList({ name })));
    if (!made) return;
    this.#forgetList();
    this.#made = { list: made.result.id, undo: made.undo };
    await this.look({ ...cargo, target: made.result.id });
  }

  /** Brings it. What is there already is skipped, so it may be tried again, as the same import. */
  async bring(cargo: Cargo, report: ImportReport, again?: Past): Promise<void> {
    const { file } = cargo;
    const before = again ? undefined : this.past();
    const user = this.#tasks.person.id;
    const list = this.#made?.list === cargo.target ? { list: cargo.target } : {};
    const at = new Date().toISOString();
    const past = again ?? { id: timeId(), user, name: file.name, at, ...list };
    keep(PAST, past);
    const progress = { sent: 0, all: file.size, come: 0 };
    this.#go({ at: "work", cargo, report, progress });
    const { signal } = this.#control;
    const show = (progress: Progress) =>
      this.#show({ at: "work", cargo, report, progress }, signal);
    try {
      const done = await this.#send(cargo, { id: past.id }, show);
      const ended = withMade(past, done, again);
      keep(PAST, ended.made === 0 ? before : ended);
      this.#go({ at: "done", cargo, report: done, past: ended });
    } catch (error) {
      if (this.#isOver) return;
      const came = cameWith(error);
      const { made: _, ...unknown } = past;
      const broken: Past = came ? withMade(past, came, again) : unknown;
      keep(PAST, broken.made === 0 ? before : broken);
      const text = came ? `${both(came.created, came.lists.created)} had come before.` : UNKNOWN;
      const stage = { cargo, before: report, error: words(error), past: broken };
      this.#go({ at: "broken", came: broken.made === 0 ? "Nothing has come." : text, ...stage });
    }
  }

  /** Nobody is here any more: nothing is sent or kept. */
  end(): void {
    this.#isOver = true;
    this.#control.abort();
  }

  /** What has come stays until it is taken back. */
  stop(): void {
    this.#control.abort(new Unfit("You have stopped it."));
  }

  /** Takes an import back; gives what to say. */
  async undo({ id, name, list }: Past): Promise<string> {
    const { client } = this.#tasks;
    let reversal: ImportReversal | undefined;
    try {
      reversal = await client.undoImport(id, { retry });
    } catch (error) {
      // Nothing of it has come, or it is too long ago.
      if (!(error instanceof TickboxError && error.status === 404)) {
        return `${name} could not be taken back: ${words(error)}`;
      }
    }
    if (kept<Past>(PAST)?.id === id) keep(PAST, undefined);
    if (list !== undefined) await this.#removeEmpty(list);
    const text = sayReversal(reversal);
    this.#go({ at: "undone", name, text, ...(reversal && { reversal }) });
    return text;
  }

  async #removeEmpty(list: string): Promise<void> {
    const { client, store } = this.#tasks;
    const asked = await client
      .list({ filter: `list_id = ${list}`, limit: 1 })
      .catch(() => undefined);
    if (asked?.count === 0 && store.getList(list)) store.removeList(list);
  }

  async #send(cargo: Cargo, query: ImportQuery, show: (progress: Progress) => void) {
    const { store, connect } = this.#tasks;
    const { signal } = this.#control;
    const { file, kind, target } = cargo;
    const before = store.tasks().length;
    const progress = { sent: 0, all: file.size, come: 0 };
    let timer: ReturnType<typeof setTimeout> | undefined;
    const later = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        progress.come = Math.max(0, store.tasks().length - before);
        show({ ...progress });
      }, GLANCE);
    };
    const client = connect(
      uploading((sent, all) => {
        Object.assign(progress, { sent, all });
        later();
      }),
    );
    const end = store.subscribe(later);
    try {
      await this.#settled(target, signal);
      return await client.import(
        file,
        {
          ...query,
          ...(kind !== "tickbox" && { from: kind }),
          ...(target !== "" && { list_id: target }),
        },
        { signal, retry: query.dry_run ? retry : once },
      );
    } finally {
      clearTimeout(timer);
      end();
    }
  }

  /** Comes back when the server knows of a list. */
  async #settled(list: string, signal: AbortSignal): Promise<void> {
    const { store } = this.#tasks;
    while (store.pending().some(({ id }) => id === list)) {
      if (store.status === "offline") throw new Unfit(UNREACHABLE);
      let end = () => {};
      await new Promise<void>((resolve) => {
        end = store.subscribe(resolve);
        signal.addEventListener("abort", () => resolve());
      });
      end();
      signal.throwIfAborted();
    }
  }

  #forgetList(): void {
    this.#made?.undo();
    this.#made = undefined;
  }

  /** The next stage; whatever the one before was waiting for is given up. */
  #go(stage: Stage): Stage {
    this.#control.abort();
    this.#control = new AbortController();
    const isElsewhere = stage.at === "look" && stage.cargo.target !== this.#made?.list;
    if (stage.at === "choose" || isElsewhere) this.#forgetList();
    this.#stage = stage;
    this.#listeners.forEach((listener) => listener());
    return stage;
  }

  /** The same stage, further on, unless it is over. */
  #show(stage: Stage, signal: AbortSignal): void {
    if (signal.aborted) return;
    this.#stage = stage;
    this.#listeners.forEach((listener) => listener());
  }

  #isAt(stage: Stage): boolean {
    return this.#stage === stage;
  }
}

const UNREACHABLE = "The server cannot be reached. Are you online?";
const UNKNOWN = "How much has come is not known.";

type Came = { created: number; lists: { created: number } };

/** With how much has come of an import by now, if that is known of the times before, too. */
function withMade(past: Past, { created, lists }: Came, again: Past | undefined): Past {
  if (again && again.made === undefined) return past;
  return { ...past, made: created + lists.created + (again?.made ?? 0) };
}

/** What had come before a failure, if that is known. */
function cameWith(error: unknown): Came | undefined {
  if (!(error instanceof TickboxError)) return undefined;
  const isRefused = error.status >= 400 && error.status < 500;
  return error.import ?? (isRefused ? { created: 0, lists: { created: 0 } } : undefined);
}

/** What a list is called that is made for a file. */
export function nameOf({ name }: File): string {
  const bare = name.replace(/\.[a-z]+$/i, "").trim();
  return [...(bare || name)].slice(0, 200).join("");
}

/** A failure as people hear of it. */
export function words(error: unknown): string {
  if (!(error instanceof TickboxError))
    return error instanceof Error ? error.message : String(error);
  const { status, code, message } = error;
  // A token is asked for over the same network.
  const cause = code === "NO_TOKEN" ? error.cause : undefined;
  if (code === "NETWORK" || code === "TIMEOUT" || cause instanceof TypeError) return UNREACHABLE;
  if (cause instanceof SignedOut || status === 401)
    return "You are signed out: sign in, then try again.";
  if (status === 413) return "The server, or a proxy before it, does not take files of this size.";
  if (status === 409) return "Another import of yours is running: try again when it has ended.";
  if (status === 503) return "The server is busy: try again in a moment.";
  return message;
}

export function count(number: number, one: string): string {
  return `${number.toLocaleString()} ${number === 1 ? one : `${one}s`}`;
}

/** `41 tasks and 3 lists` */
export function both(tasks: number, lists: number): string {
  if (lists === 0) return count(tasks, "task");
  return tasks === 0 ? count(lists, "list") : `${count(tasks, "task")} and ${count(lists, "list")}`;
}

function sayReversal(reversal: ImportReversal | undefined): string {
  if (!reversal) return "There was nothing to take back.";
  const { removed, lists_removed, gone_before, kept } = reversal;
  const gone = gone_before > 0 ? ` ${gone_before.toLocaleString()} were gone before.` : "";
  const stays = kept > 0 ? ` ${kept.toLocaleString()} stay, since they have changed.` : "";
  const moved = removed + lists_removed;
  const text =
    moved === 0
      ? "Nothing was taken back."
      : `Taken back: ${both(removed, lists_removed)} ${moved === 1 ? "is" : "are"} in the trash.`;
  return text + gone + stays;
}
