// Keeps up with the server's log of changes: to its end once, then event by event, and again after each loss.

import type { Client } from "./client.js";
import { TickboxError, asTickboxError } from "./errors.js";
import type { Replica } from "./replica.js";
import { backOff, isOffline, untilOffline, type Alarm, type RetryPolicy } from "./retry.js";

/** How changes arrive: as a stream of events, or by questions that wait for an answer (for proxies that hold streams back). */
export type Live = "events" | "poll";

/**
 * `offline`: nothing comes in, and another attempt will be made. `syncing`: what was missed is being read.
 * `live`: what others do shows at once.
 */
export type Status = "offline" | "syncing" | "live";

/** What is followed. A server that has no lists yet passes over it. */
const KINDS = "task,list";
const PAGE = 1000;
const WAIT = 25;

export interface FollowParts {
  client: Client;
  replica: Replica;
  live: Live;
  retry: RetryPolicy;
  silence: number | undefined;
  /** Rings when it is worth trying at once. */
  alarm: Alarm;
  onStatus: (status: Status, error?: TickboxError) => void;
  /** More of the log was read. */
  onProgress: () => void;
}

export class Follow {
  readonly #parts: FollowParts;

  constructor(parts: FollowParts) {
    this.#parts = parts;
  }

  /** Comes back when the signal is aborted, and not before. */
  async run(signal: AbortSignal): Promise<void> {
    const { replica, onStatus, alarm } = this.#parts;
    let anew = false;
    let failures = 0;
    let rings = 0;
    const live = () => {
      anew = false;
      failures = 0;
      onStatus("live");
      // Ours is one of them: a connection that breaks as soon as it stands is not made anew at once.
      rings = alarm.rings;
    };
    while (!signal.aborted) {
      rings = alarm.rings;
      let error: TickboxError;
      // A connection that stands hears nothing of a network that is gone, for as long as half a minute.
      const line = untilOffline(signal);
      try {
        // It is tried all the same: a server on this machine needs no network.
        if (!isOffline()) onStatus("syncing");
        await this.catchUp(line.signal);
        await (this.#parts.live === "poll" ? this.#poll(line.signal, live) : this.#listen(line.signal, live));
        line.signal.throwIfAborted();
        return;
      } catch (thrown) {
        if (signal.aborted) return;
        error = asTickboxError(thrown);
      } finally {
        line.end();
      }
      // Too old, or of a log that is not this one: a backup was restored, or the server is another.
      const lost = error.status === 410 || error.status === 422;
      if (lost && replica.cursor !== undefined) {
        replica.startOver();
        if (!anew) {
          anew = true;
          continue;
        }
      }
      onStatus("offline", error);
      await alarm.wait(Math.max(error.retryAfter ?? 0, backOff(failures, this.#parts.retry)), signal, rings);
      failures += 1;
    }
  }

  /** Reads the log to its end as it is now. */
  async catchUp(signal: AbortSignal): Promise<void> {
    const { replica } = this.#parts;
    const reading = replica.begin();
    while (await this.#page(signal, 0));
    replica.caughtUp(reading);
    this.#parts.onProgress();
  }

  /** Whether there is more. */
  async #page(signal: AbortSignal, wait: number): Promise<boolean> {
    const { client, replica, onProgress } = this.#parts;
    const since = replica.cursor;
    const query = { since, limit: PAGE, kinds: KINDS, ...(wait > 0 && { wait }) };
    const { changes, next_cursor, has_more } = await client.changes(query, { signal, retry: { attempts: 1 } });
    const taken = replica.page(since, changes, next_cursor);
    onProgress();
    return has_more || !taken;
  }

  async #poll(signal: AbortSignal, live: () => void): Promise<void> {
    const { replica } = this.#parts;
    live();
    while (!signal.aborted) {
      const reading = replica.begin();
      if (!(await this.#page(signal, WAIT))) replica.caughtUp(reading);
    }
  }

  async #listen(signal: AbortSignal, live: () => void): Promise<void> {
    const { client, replica, silence, retry, onStatus, onProgress } = this.#parts;
    const onDisconnect = (error: TickboxError) => onStatus("offline", error);
    const onSkipped = (cursor: string) => {
      replica.skip(cursor);
      onProgress();
    };
    const options = { lastEventId: replica.cursor, kinds: KINDS, signal, silence, retry, onDisconnect, onSkipped };
    for await (const event of client.events(options)) {
      if (event.type === "ready") live();
      else replica.follow(event, event.cursor);
      onProgress();
    }
  }
}
