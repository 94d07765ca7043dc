// When to ask again: exponential back-off with full jitter, and what the server says about it.

import { TickboxError } from "./errors.js";

export interface RetryPolicy {
  /** How often a request is sent in all; 1 means that nothing is repeated. */
  attempts: number;
  /** The first wait is up to so many milliseconds, each later one up to twice as many. */
  base: number;
  /** No wait of our own choice is longer. */
  cap: number;
  /** If the server wants to be left alone for longer than this, the caller is told instead. */
  patience: number;
}

export const RETRY: RetryPolicy = { attempts: 5, base: 250, cap: 8_000, patience: 30_000 };

/**
 * How long to wait after so many failures (0 is the first). Full jitter: anything between nothing and the
 * bound, so that many clients that failed together do not come back together.
 */
export function backOff(
  failures: number,
  policy: Pick<RetryPolicy, "base" | "cap">,
  random: () => number = Math.random,
): number {
  return random() * Math.min(policy.cap, policy.base * 2 ** Math.min(failures, 30));
}

/** `Retry-After` in milliseconds: seconds or a date (RFC 9110 §10.2.3). */
export function retryAfter(value: string | null, now: number = Date.now()): number | undefined {
  if (value === null) return undefined;
  const text = value.trim();
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** The longest that a timer can run, nearly 25 days; more would be no time at all. */
const LONGEST = 2 ** 31 - 1;

/** Waiting that can be cut short for all at once: when the network is back, or somebody asks for it. */
export class Alarm {
  #waiting = new Set<() => void>();
  /** How often it has rung: for a {@link wait} that a ring during the work before it ends too. */
  rings = 0;

  ring(): void {
    this.rings += 1;
    for (const wake of [...this.#waiting]) wake();
  }

  /** Comes back after the time, or when the alarm rings or the signal is aborted. Without a time: only then. */
  wait(milliseconds?: number, signal?: AbortSignal, rings: number = this.rings): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted || this.rings !== rings) return resolve();
      const wake = () => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      const timer = milliseconds === undefined ? undefined : setTimeout(wake, Math.min(milliseconds, LONGEST));
      this.#waiting.add(wake);
      signal?.addEventListener("abort", wake);
    });
  }
}

/** Whether the browser says that there is no network; elsewhere nobody says so. */
export function isOffline(): boolean {
  return typeof navigator === "object" && (navigator as Partial<Navigator>).onLine === false;
}

/** A signal for one connection: aborted with the outer one, and when the browser loses the network. `end` it. */
export function untilOffline(outer: AbortSignal): { signal: AbortSignal; end: () => void } {
  const control = new AbortController();
  const abort = () => control.abort(outer.reason);
  const lose = () => control.abort(TickboxError.local("NETWORK", "The browser says that it is offline"));
  const has = typeof addEventListener === "function";
  outer.addEventListener("abort", abort);
  if (has) addEventListener("offline", lose);
  if (outer.aborted) abort();
  const end = () => {
    outer.removeEventListener("abort", abort);
    if (has) removeEventListener("offline", lose);
  };
  return { signal: control.signal, end };
}

/** Browsers say when the network is back; elsewhere nobody does. */
export function whenOnline(listener: () => void, signal: AbortSignal): void {
  if (typeof addEventListener === "function") addEventListener("online", listener, { signal });
}
