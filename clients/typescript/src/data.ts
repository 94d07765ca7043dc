// All of a user's data at once: taking it along, and bringing it.

import type { CallOptions } from "./client.js";
import type { Http } from "./http.js";
import { timeId } from "./ids.js";
import type * as T from "./types.js";

/** What is long may take long. */
const TIMEOUT = 600_000;

/** How the exports of other programs are written. */
const TYPES: Record<NonNullable<T.ImportQuery["from"]>, string> = {
  todoist: "text/csv",
  google: "application/json",
  icalendar: "text/calendar",
  microsoft: "application/json",
};

export function dataMethods(http: Http) {
  return {
    /** `GET /export`: all lists and tasks, as JSON lines. Keep them as a file, or give them to `import`. */
    async export(call: CallOptions = {}): Promise<string> {
      const reply = await http.send({ timeout: TIMEOUT, ...call, method: "GET", path: "/export", repeatable: true });
      return reply.text;
    },

    /**
     * `POST /import`: what `export` gave, or what the program `from` has exported, as a text or a file. What is there
     * already is skipped, so it may be repeated. Give it an `id` to take it back even if no answer comes.
     */
    async import(data: string | Blob, query: T.ImportQuery = {}, call: CallOptions = {}): Promise<T.ImportReport> {
      const type = query.from ? TYPES[query.from] : "application/x-ndjson";
      const named = { ...query, id: query.id ?? timeId() };
      const ask = { method: "POST", path: "/import", query: named, body: data, type, repeatable: true } as const;
      const reply = await http.send({ timeout: TIMEOUT, ...call, ...ask });
      return JSON.parse(reply.text) as T.ImportReport;
    },

    /** `POST /imports/{import_id}/undo`: what an import has made goes into the trash, but for what has changed since. */
    async undoImport(id: string, call: CallOptions = {}): Promise<T.ImportReversal> {
      const path = `/imports/${encodeURIComponent(id)}/undo`;
      const reply = await http.send({ timeout: TIMEOUT, ...call, method: "POST", path, repeatable: true });
      return JSON.parse(reply.text) as T.ImportReversal;
    },
  };
}
