// Whose tasks were kept in this browser last, so that a reload without a network knows whose to show. Only the
// identity: no token, and nothing that could be a sign-in.

const KEY = "tickbox-client/user";

/** Whose tasks `indexedDb` keeps in this browser, as far as it knows: those of whoever came last and was not wiped. */
export function lastUser(): string | undefined {
  return on((kept) => kept.getItem(KEY)) ?? undefined;
}

/** For an app whose people sign out and leave their tasks on the device. `Store.wipe` does it by itself. */
export function forgetLastUser(): void {
  on((kept) => kept.removeItem(KEY));
}

export function rememberUser(user: string): void {
  on((kept) => kept.getItem(KEY) === user || kept.setItem(KEY, user));
}

/** A browser may have no such storage, or forbid it. */
function on<V>(work: (kept: globalThis.Storage) => V): V | undefined {
  try {
    return work(localStorage);
  } catch {
    return undefined;
  }
}
