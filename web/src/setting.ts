// What the server says to the page, and what the browser keeps for it besides the tasks.

/** Where the page is, and with it the API: the page works under any prefix. */
export const ROOT = new URL("./", location.href.replace(/[?#].*$/, "")).href;

/**
 * How people sign in: with a name, with a token, or at the Better Auth server whose endpoints begin
 * with this URL.
 */
export const SIGN_IN =
  document.querySelector<HTMLMetaElement>('meta[name="tickbox-sign-in"]')?.content ?? "token";

/** Several servers may share an origin. */
export const APP = new URL(ROOT).pathname;
const PREFIX = `tickbox ${APP} `;

/** The storage of this user's tasks. */
export const storageOf = (user: string): string => `${PREFIX}${user}`;

/** A browser may refuse to keep anything; then nothing is. */
export function kept<V>(name: string): V | undefined {
  try {
    const text = localStorage.getItem(PREFIX + name);
    return text === null ? undefined : (JSON.parse(text) as V);
  } catch {
    return undefined;
  }
}

export function keep(name: string, value: unknown): void {
  try {
    if (value === undefined) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // It is only for the next visit.
  }
}
