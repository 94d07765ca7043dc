// What is known of the server: its log of changes as far as it was read, and on top of that what the answers to our own
// writes have told, until the log tells it too.
//
// Only the log decides. It arrives in order, so that an old state never replaces a newer one; an answer may be late,
// and alone could bring back a task that was deleted since.

import { rowChange } from "./log.js";
import { isListKey, keyOf, type Row } from "./rows.js";
import type { Change, List, Task } from "./types.js";

/** The version of a task that is gone as nobody knows which. */
export const UNKNOWN = Number.MAX_SAFE_INTEGER;

/** What an answer told. */
export interface Told {
  /** The row as it is, or null if it is gone. */
  task: Row | null;
  /** Of one that is gone, the last version that it had, or `UNKNOWN`: whatever is newer came back. */
  version: number;
}

/** The part of the log that is worth keeping: whole in itself. */
export interface Copy {
  cursor: string;
  seq: number;
  user: string;
  tasks: Task[];
  lists?: List[];
}

export class Replica {
  #rows = new Map<string, Row>();
  #told = new Map<string, Told & { since: number }>();
  #seq = 0;
  /** Where the log was read to; undefined before the first time, and after the server has forgotten the place. */
  #cursor: string | undefined;
  /** A full copy that is being read, beside the tasks that it will replace. */
  #fresh: Map<string, Row> | undefined = new Map();
  #reading = 0;
  /** The rows that the log has told are gone, since {@link asking}. */
  #deletions = new Set<string>();
  /** Called with the key of each row about which more is known now. */
  readonly #onNews: (id: string) => void;
  /** Called when what was told of a task and the log disagree: the whole log has to be read to know. */
  readonly #onDoubt: () => void;

  constructor(onNews: (id: string) => void, onDoubt: () => void) {
    this.#onNews = onNews;
    this.#onDoubt = onDoubt;
  }

  /** The row as far as the server's word goes. */
  row(key: string): Row | undefined {
    const row = this.#rows.get(key);
    const told = this.#told.get(key);
    if (!told) return row;
    if (row && row.version > told.version) return row;
    return told.task ?? undefined;
  }

  task(id: string): Task | undefined {
    return this.row(id) as Task | undefined;
  }

  get keys(): Iterable<string> {
    return new Set([...this.#rows.keys(), ...this.#told.keys()]).values();
  }

  /** Whether answers have told something that the log has not told yet. */
  get waits(): boolean {
    return this.#told.size > 0;
  }

  /** Whether there is a whole copy: of last time, or read to the end of the log. */
  get isWhole(): boolean {
    return this.#fresh === undefined;
  }

  /** Where to go on reading the log. */
  get cursor(): string | undefined {
    return this.#cursor;
  }

  copy(user: string): Copy | undefined {
    if (this.#cursor === undefined || this.#fresh) return undefined;
    const rows = [...this.#rows];
    const tasks = rows.filter(([key]) => !isListKey(key)).map(([, row]) => row as Task);
    const lists = rows.filter(([key]) => isListKey(key)).map(([, row]) => row as List);
    return { cursor: this.#cursor, seq: this.#seq, user, tasks, ...(lists.length > 0 && { lists }) };
  }

  load(copy: Copy | undefined, told: Iterable<[string, Told]>): void {
    if (copy) {
      const lists = (copy.lists ?? []).map((list): [string, Row] => [keyOf(list.id, "list"), list]);
      this.#rows = new Map([...copy.tasks.map((task): [string, Row] => [task.id, task]), ...lists]);
      this.#cursor = copy.cursor;
      this.#seq = copy.seq;
      this.#fresh = undefined;
    }
    for (const [id, it] of told) this.#told.set(id, { ...it, since: 0 });
    for (const id of this.keys) this.#onNews(id);
  }

  /** A question is about to be sent for the first time; whatever comes of it goes to {@link tell}. */
  asking(): void {
    this.#deletions.clear();
  }

  /**
   * An answer told how a task is, or that it is gone. If the log has told since {@link asking} of the task's deletion,
   * the answer may be from before that, or from after its return.
   */
  tell(id: string, told: Told): void {
    if (told.task && this.#deletions.has(id)) this.#onDoubt();
    const before = this.#told.get(id);
    // A repeated answer is the first one's words, and may be older than what we know.
    if (before?.task && told.task && before.version > told.version) return;
    this.#told.set(id, { ...told, since: this.#reading });
    this.#onNews(id);
  }

  /** Something happened that is about no task: only the place in the log is new. */
  skip(cursor: string): void {
    if (this.#cursor !== undefined) this.#cursor = cursor;
  }

  /** Takes a change of the log as it happens, and the cursor behind it. */
  follow(change: Change, cursor: string): void {
    if (change.seq <= this.#seq) return;
    this.#take(change);
    this.#cursor = cursor;
  }

  /** Takes what was found in the log after a cursor: `false` if events were faster, or all is being read anew. */
  page(since: string | undefined, changes: Change[], next: string): boolean {
    if (this.#cursor !== since) return false;
    for (const change of changes) {
      if (change.seq > this.#seq) this.#take(change);
    }
    this.#cursor = next;
    return true;
  }

  #take(entry: Change): void {
    this.#seq = entry.seq;
    const change = rowChange(entry);
    if (!change) return;
    const { key, row } = change;
    const rows = this.#fresh ?? this.#rows;
    const told = this.#told.get(key);
    if (!row) {
      const last = rows.get(key);
      rows.delete(key);
      this.#deletions.add(key);
      // What is older than the log itself cannot be from after the deletion.
      if (told?.task && !(last && last.version >= told.version)) this.#onDoubt();
      else if (!this.#fresh) this.#told.delete(key);
    } else {
      rows.set(key, row);
      // In a full copy the rows that people see are still the old ones: what was told has to stay on top of them.
      if (!this.#fresh && told && confirms(row, told)) this.#told.delete(key);
    }
    this.#onNews(key);
  }

  /**
   * The log begins to be read to its end. The number goes to {@link caughtUp}: what was told before this moment is in
   * the log by then.
   */
  begin(): number {
    return ++this.#reading;
  }

  /** The log was read to its end. */
  caughtUp(reading: number): void {
    // Since the last page all is read anew.
    if (this.#cursor === undefined) return;
    if (this.#fresh) {
      const before = [...this.keys];
      this.#rows = this.#fresh;
      this.#fresh = undefined;
      for (const id of new Set([...before, ...this.keys])) this.#onNews(id);
    }
    for (const [id, told] of this.#told) {
      if (told.since >= reading) continue;
      this.#told.delete(id);
      this.#onNews(id);
    }
  }

  /** The server has forgotten where we were: all is read anew. What is seen stays until then. */
  startOver(): void {
    this.#cursor = undefined;
    this.#fresh = new Map();
    this.#seq = 0;
  }

  /** Forgets everything. */
  clear(): void {
    const before = [...this.keys];
    this.startOver();
    this.#rows.clear();
    this.#told.clear();
    for (const id of before) this.#onNews(id);
  }

  /** What an answer has told and the log has not: for the storage. */
  told(id: string): Told | undefined {
    const told = this.#told.get(id);
    return told && { task: told.task, version: told.version };
  }
}

function confirms(row: Row, told: Told): boolean {
  return told.task ? row.version >= told.version : row.version > told.version;
}
