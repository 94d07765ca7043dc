// The way into the storage: what changes in one go is written in one go, in order.

import type { Storage } from "./storage.js";
import { within } from "./timing.js";

export class Journal {
  readonly #storage: Storage;
  readonly #onError: (error: unknown) => void;
  /** The most milliseconds that the storage may take to write. */
  readonly #limit: number;
  #records = new Map<string, unknown>();
  #writing: Promise<void> | undefined;
  #state: "waiting" | "open" | "none" = "waiting";

  constructor(storage: Storage, onError: (error: unknown) => void, limit = 5000) {
    this.#storage = storage;
    this.#onError = onError;
    this.#limit = limit;
  }

  /** Nothing is written before this: what is there must be read first. */
  open(): void {
    this.#state = "open";
    if (this.#records.size > 0) this.#begin();
  }

  /** What is there could not be read, or is to be removed: nothing is written over it. */
  giveUp(): void {
    this.#state = "none";
    this.#records.clear();
  }

  set(name: string, value: unknown): void {
    if (this.#state === "none") return;
    this.#records.set(name, value);
    if (this.#state === "open") this.#begin();
  }

  /** Comes back when all that was set is in the storage, or the storage has failed. */
  async saved(): Promise<void> {
    // What has failed may not fail now, and perhaps nothing comes any more with which it would be tried again.
    if (this.#state === "open" && this.#records.size > 0) this.#begin();
    while (this.#writing) await this.#writing;
  }

  #begin(): void {
    // Whatever else is set before this function goes on belongs to it.
    this.#writing ??= Promise.resolve().then(() => this.#write());
  }

  async #write(): Promise<void> {
    while (this.#records.size > 0) {
      const records = this.#records;
      this.#records = new Map();
      try {
        await this.#store(records);
      } catch (error) {
        // Where all of it does not fit, the work that is nowhere else may.
        const work = new Map([...records].filter(([name]) => !isCopied(name)));
        const isApart = work.size > 0 && work.size < records.size;
        const isStored = isApart && (await this.#store(work).then(() => true, () => false));
        // Tried again with what comes next: a full disk may have been emptied.
        for (const [name, value] of records) {
          if (!this.#records.has(name) && !(isStored && work.has(name))) this.#records.set(name, value);
        }
        this.#writing = undefined;
        this.#onError(error);
        return;
      }
    }
    this.#writing = undefined;
  }

  #store(records: Map<string, unknown>): Promise<void> {
    return within(this.#limit, this.#storage.write(records), "The storage");
  }
}

/** What the server has, too. */
const isCopied = (name: string) => name === "copy" || name.startsWith("told/");
