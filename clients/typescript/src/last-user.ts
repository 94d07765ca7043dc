// Whose tasks were kept in this browser last, so that a reload without a network knows whose to show. Only the
// identity: no token, and nothing that could be a sign-in.

const KEY = "tickbox-client/user";

/**
 * Whose tasks `indexedDb` keeps in this browser, as far as it knows: those of whoever came last and was not wiped. `app`
 * is what `indexedDb` was given, where several apps share an origin.
 */
export function lastUser(app = ""): string | undefined {
  return on((kept) => kept.getItem(KEY + app)) ?? undefined;
}

/** For an app whose people sign out and leave their tasks on the device. `Store.wipe` does it by itself. */
export function forgetLastUser(app = ""): void {
  on((kept) => kept.removeItem(KEY + app));
}

export function rememberUser(user: string, app = ""): void {
  on((kept) => kept.getItem(KEY + app) === user || kept.setItem(KEY + app, user));
}

/** A browser may have no such storage, or forbid it. */
function on<V>(work: (kept: globalThis.Storage) => V): V | undefined {
  try {
    return work(localStorage);
  } catch {
    return undefined;
  }
}
