// The caller's token: asked for when it is needed, kept while it is good, and whose it is. Nothing here verifies
// anything; that is the server's business.

import { TickboxError } from "./errors.js";

/** A token, or a function that gets one, such as Better Auth's `authClient.token()`. */
export type TokenSource = string | (() => string | null | undefined | Promise<string | null | undefined>);

/** A token that ends within this time is not used for a new request. */
const LEEWAY = 30_000;

interface Claims {
  sub?: unknown;
  user_id?: unknown;
  exp?: unknown;
}

/** What a JWT says of itself; nothing for tokens of other kinds. */
export function claims(token: string): Claims {
  try {
    const payload = token.split(".")[1]!.replace(/-/g, "+").replace(/_/g, "/");
    const bytes = Uint8Array.from(atob(payload), (character) => character.charCodeAt(0));
    const parsed: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof parsed === "object" && parsed !== null ? parsed : {};
  } catch {
    return {};
  }
}

function owner(token: string): string | undefined {
  const { sub, user_id } = claims(token);
  const id = sub ?? user_id;
  return typeof id === "string" ? id : undefined;
}

function stranger(): TickboxError {
  return TickboxError.local("WRONG_USER", "The token is another user's: make a client and a storage for each");
}

export class Tokens {
  #source: TokenSource;
  #user: string | undefined;
  #kept: string | undefined;
  #asking: Promise<string> | undefined;

  constructor(source: TokenSource, user: string | undefined) {
    this.#source = source;
    this.#user = user;
  }

  /** Whose tasks these are, once it is known. */
  get user(): string | undefined {
    return this.#user;
  }

  claim(user: string): void {
    if (this.#user !== undefined && this.#user !== user) throw stranger();
    this.#user = user;
  }

  /** A token that should be good, and its user. */
  async get(signal: AbortSignal): Promise<{ token: string; user: string }> {
    const { exp } = this.#kept === undefined ? {} : claims(this.#kept);
    if (typeof exp === "number" && exp * 1000 - Date.now() < LEEWAY) this.#kept = undefined;
    const token = this.#kept ?? (await this.#share(signal));
    const user = owner(token) ?? this.#user;
    if (user === undefined) {
      throw TickboxError.local("NO_TOKEN", "The token does not say whose it is: set userId");
    }
    // Another person has signed in. What is waiting to be sent is not theirs.
    if (this.#user !== undefined && user !== this.#user) {
      this.#kept = undefined;
      throw stranger();
    }
    this.#user = user;
    return { token, user };
  }

  /** The server refused this token: whether it is worth asking for another. */
  refused(token: string): boolean {
    if (typeof this.#source === "string") return false;
    if (this.#kept === token) this.#kept = undefined;
    return true;
  }

  /** The token that is in use has come to its end. */
  forget(): void {
    this.#kept = undefined;
  }

  /** Many who ask at once share one question. One that somebody has given up may never be answered: the next asks anew. */
  #share(signal: AbortSignal): Promise<string> {
    const asking = (this.#asking ??= this.#ask());
    return new Promise((resolve, reject) => {
      const end = () => {
        if (this.#asking === asking) this.#asking = undefined;
        signal.removeEventListener("abort", giveUp);
      };
      const giveUp = () => {
        end();
        reject(signal.reason as Error);
      };
      signal.addEventListener("abort", giveUp);
      if (signal.aborted) giveUp();
      asking.finally(end).then(resolve, reject);
    });
  }

  async #ask(): Promise<string> {
    try {
      const source = this.#source;
      const token = typeof source === "string" ? source : await source();
      if (typeof token !== "string" || token === "") {
        throw new Error("there is no token: is somebody signed in?");
      }
      this.#kept = token;
      return token;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw TickboxError.local("NO_TOKEN", `The token function failed: ${message}`, error);
    }
  }
}
