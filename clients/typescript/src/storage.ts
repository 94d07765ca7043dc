// Where a store keeps what must survive a reload.

/**
 * Named records, whose values are plain data. The shortest one is `memory` below; `indexedDb` is for browsers; a
 * file, SQLite or React Native's storage take a few lines each.
 */
export interface Storage {
  /**
   * All records. One that is used by several stores at once (tabs) may later hand over records of a store that is
   * gone, through `inherit`; and say `wiped` once another one of them has removed everything.
   */
  load(inherit: (records: Map<string, unknown>) => void, wiped?: () => void): Promise<Map<string, unknown>>;
  /**
   * Whether the store sends what it has. One that does not inherits nothing: that is left to those who do. It is said
   * each time the server can be reached again, too, which is the time to look for what others have left.
   */
  inherits?(whether: boolean): Promise<void>;
  /** Writes all of these records or none; `undefined` removes one. */
  write(records: Map<string, unknown>): Promise<void>;
  /** The records of other stores that use the same at this time (tabs), without the shared ones. */
  others?(): Promise<Map<string, unknown>>;
  /** Removes everything, that of others too, who write nothing any more; without it what `load` gives is removed. */
  wipe?(): Promise<void>;
  /** Nothing will be written any more. After a wipe it may take a moment to remove the last of it. */
  close?(): void | Promise<void>;
}

/** Keeps everything as long as the program runs; a store that is made anew with the same one goes on where it was. */
export function memory(): Storage {
  const kept = new Map<string, unknown>();
  return {
    load: () => Promise.resolve(new Map(kept)),
    write(records) {
      for (const [name, value] of records) {
        if (value === undefined) kept.delete(name);
        else kept.set(name, value);
      }
      return Promise.resolve();
    },
    wipe() {
      kept.clear();
      return Promise.resolve();
    },
  };
}
