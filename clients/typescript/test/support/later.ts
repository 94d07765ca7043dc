// A server of a later version, as far as it can be played: the present one, with members of a task beside it that it does
// not keep and this client does not know. They begin with `later_`.

import { createClient, type Client } from "tickbox-client";
import { tokenOf } from "./server.js";

type Members = Record<string, unknown>;

export class Later {
  /** The bodies of the writes that came. */
  readonly bodies: Members[] = [];
  readonly #members = new Map<string, Members>();

  client(user: string, baseUrl: string): Client {
    return createClient({ baseUrl, token: tokenOf(user), fetch: this.#fetch, retry: { base: 20, cap: 100 } });
  }

  /** Its data are gone. */
  forget(): void {
    this.#members.clear();
  }

  readonly #fetch: typeof fetch = async (input, init) => {
    if (typeof init?.body === "string") this.#take(new URL(String(input)).pathname, JSON.parse(init.body) as Members);
    const response = await fetch(input, init);
    if (!response.headers.get("content-type")?.startsWith("application/json")) return response;
    const told = (_: string, part: Members | null) =>
      part?.["user_id"] === undefined ? part : { ...part, ...this.#members.get(String(part["id"])) };
    return new Response(JSON.stringify(JSON.parse(await response.text(), told)), response);
  };

  #take(path: string, body: Members): void {
    this.bodies.push(body);
    for (const write of (body["operations"] as Members[] | undefined) ?? [body]) {
      const id = String(write["id"] ?? path.split("/").at(-1));
      const members = Object.entries(write).filter(([name]) => name.startsWith("later_"));
      this.#members.set(id, { ...this.#members.get(id), ...Object.fromEntries(members) });
    }
  }
}
