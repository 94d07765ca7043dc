// All of a user's data at once: taking it along, and bringing it.

import type { CallOptions } from "./client.js";
import type { Http } from "./http.js";

/** What is long may take long. */
const TIMEOUT = 600_000;

export function dataMethods(http: Http) {
  return {
    /** `GET /export`: all lists and tasks, as JSON lines. Keep them as a file, or give them to `import`. */
    async export(call: CallOptions = {}): Promise<string> {
      const reply = await http.send({ timeout: TIMEOUT, ...call, method: "GET", path: "/export", repeatable: true });
      return reply.text;
    },
  };
}
