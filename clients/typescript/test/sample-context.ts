// What the samples of README.md take for granted: the app around them.

import { createClient, createStore, type Client, type Conflict, type Store, type Task } from "tickbox-client";
import { tokenOf } from "./support/server.js";

/** Who is signed in. */
export const user = { id: `reader-${process.pid}` };

/** As Better Auth's session. */
export const session = { userId: user.id } as { userId: string } | null;

/** As Better Auth's client with its `jwtClient` plugin. */
export const authClient = {
  token: () => Promise.resolve({ data: { token: tokenOf(user.id) } as { token: string } | null, error: null }),
};

export const tickbox: Client = createClient({ baseUrl: "https://tasks.example.com", token: () => tokenOf(user.id) });

export const store: Store = createStore({ client: tickbox });

/** What the samples have shown to people. */
export const shown: string[] = [];

export function render(tasks: readonly Task[], note = ""): void {
  shown.push(`${tasks.map(({ title }) => title).join()} ${note}`);
}

export function toast(text: string): void {
  shown.push(text);
}

export function askSomebody({ mine }: Conflict): Promise<"mine" | "theirs"> {
  return Promise.resolve(mine ? "mine" : "theirs");
}
