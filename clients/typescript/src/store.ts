// Tasks that are always at hand: read from memory, changed at once, sent when the server can be reached.

import type { Client } from "./client.js";
import { Deeds } from "./deeds.js";
import { TickboxError, asTickboxError } from "./errors.js";
import { Flush, type OnConflict } from "./flush.js";
import { Follow, type Live, type Status } from "./follow.js";
import { Journal } from "./journal.js";
import { dayOfDoing } from "./occurrences.js";
import { again, type Operation } from "./operations.js";
import { LiveQuery, type Query } from "./query.js";
import { Queue, type Parcel, type Refused } from "./queue.js";
import { Replica, type Copy, type Told } from "./replica.js";
import { Alarm, RETRY, backOff, whenOnline, type RetryPolicy } from "./retry.js";
import { keyOf } from "./rows.js";
import { memory, type Storage } from "./storage.js";
import { Later, within } from "./timing.js";
import type { Patch, Task } from "./types.js";
import { View } from "./view.js";
import { unsentOfOthers, wipe, type AskUnsent } from "./wiping.js";
import { written, writes } from "./writes.js";

export interface StoreOptions {
  client: Client;
  /** Where tasks and unsent work survive a reload; by default they do not. One for each user. */
  storage?: Storage | undefined;
  /** Decides where two sides want different things; by default what was done here wins. */
  onConflict?: OnConflict | undefined;
  /** Told of an operation that the server will never take. It is also kept in `refused()`. */
  onRefused?: ((refused: Refused) => void) | undefined;
  /** Told of what the store goes on without: a storage that fails, a callback that throws. */
  onError?: ((error: unknown) => void) | undefined;
  /** Told when another tab has wiped everything: this store is closed, and shows nothing any more. */
  onWiped?: (() => void) | undefined;
  /** A storage that has not answered after so many milliseconds has failed; by default 5 s. */
  storageTimeout?: number | undefined;
  /** How changes of others arrive. */
  live?: Live | undefined;
  /** When to try again, for ever. */
  retry?: Partial<Pick<RetryPolicy, "base" | "cap">> | undefined;
  /** A stream of events that says nothing for so many milliseconds is given up. */
  silence?: number | undefined;
}

/** The copy of the tasks is only a copy: it need not be written with each event. */
const SAVE_AFTER = 1000;
/** What an answer told is in the log within milliseconds; if it does not arrive, the log is asked. */
const CONFIRM_AFTER = 3000;
const STORAGE_TIMEOUT = 5000;

export type Store = ReturnType<typeof createStore>;

export function createStore(options: StoreOptions) {
  const { client } = options;
  const storage = options.storage ?? memory();
  const retry = { ...RETRY, cap: 30_000, ...options.retry };
  const onError = options.onError ?? ((error: unknown) => console.error("tickbox-client:", error));
  /** Rings when there is something to send, and when it is worth trying again. */
  const work = new Alarm();
  const network = new Alarm();
  const storageTimeout = options.storageTimeout ?? STORAGE_TIMEOUT;
  const journal = new Journal(storage, onError, storageTimeout);
  /** What answers told, as far as it is in the storage. */
  const kept = new Set<string>();
  const replica = new Replica(
    (id) => {
      const told = replica.told(id);
      if (told) {
        kept.add(id);
        journal.set(`told/${id}`, told);
      }
      view.touch(id);
    },
    () => doubt.later(),
  );
  const queue = new Queue(journal, (id) => view.touch(id));
  const view = new View(replica, queue, () => client.userId ?? "", onError);
  const deeds = new Deeds(queue, view, () => work.ring(), demandOpen);
  const follow = new Follow({
    client,
    replica,
    live: options.live ?? "events",
    retry,
    silence: options.silence,
    alarm: network,
    onStatus(next, failure) {
      view.status(next, failure);
      if (next !== "live") return;
      network.ring();
      inherits(true);
    },
    onProgress() {
      save.later();
      work.ring();
    },
  });
  const flush = new Flush({
    client,
    queue,
    replica,
    journal,
    onConflict: options.onConflict,
    onError,
    catchUp: (signal) => follow.catchUp(signal),
    wake: () => work.ring(),
  });
  const save = new Later(SAVE_AFTER, () => {
    const copy = replica.copy(client.userId ?? "");
    if (!copy) return;
    journal.set("copy", copy);
    // Not before: after a crash what was told would be in neither.
    for (const id of kept) {
      if (replica.told(id)) continue;
      kept.delete(id);
      journal.set(`told/${id}`, undefined);
    }
  });
  let loading: Promise<void> | undefined;
  let wanted = false;
  let closed = false;
  let running: { control: AbortController; done: Promise<unknown> } | undefined;
  let known = queue.refused;
  let isReady = false;

  /** What is done from now on, another store cannot take over: nobody would ever send it. */
  function demandOpen(): void {
    if (closed) throw TickboxError.local("CLOSED", "This store is closed: create another one");
  }

  async function load(): Promise<void> {
    let isOurs = true;
    const take = (records: Map<string, unknown>) => {
      if (!isOurs) return;
      const of = <V>(kind: string): [string, V][] =>
        [...records].filter(([name]) => name.startsWith(kind)).map(([name, value]) => [name.slice(kind.length), value as V]);
      const values = <V>(kind: string): V[] => of<V>(kind).map(([, value]) => value);
      const told = of<Told>("told/");
      told.forEach(([id]) => kept.add(id));
      replica.load(records.get("copy") as Copy | undefined, told);
      queue.load(values<Operation>("operation/"), values<Parcel>("parcel/"), values<Refused>("refused/"));
      known = queue.refused;
      work.ring();
      // What a store that is gone was told of may have been told to all long since.
      if (running) confirm.later();
    };
    let records: Map<string, unknown>;
    try {
      records = await within(storageTimeout, storage.load(take, gone), "The storage");
    } catch (error) {
      // A browser may refuse to store anything, or never answer. Then nothing is stored, and the rest works.
      isOurs = false;
      journal.giveUp();
      void storage.close?.();
      onError(error);
      return;
    }
    const user = (records.get("copy") as Copy | undefined)?.user;
    // What waits here is sent in nobody else's name.
    if (user) client.claim(user);
    take(records);
    journal.open();
  }

  /** Sends what there is, waits for more, and after a failure for better times. */
  async function send(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted; ) {
      // What is done while the queue is looked through must not be slept over, nor that the network came back
      // before the request that it had broken has failed.
      const { rings } = work;
      const before = network.rings;
      try {
        if (await flush.one(signal)) {
          confirm.later();
          failures = 0;
          if (view.state !== "offline") view.failed(undefined);
        } else {
          await work.wait(undefined, signal, rings);
        }
        tellRefused();
      } catch (thrown) {
        if (signal.aborted) return;
        const error = asTickboxError(thrown);
        view.failed(error);
        tellRefused();
        await network.wait(Math.max(error.retryAfter ?? 0, backOff(failures, retry)), signal, before);
        failures += 1;
      }
    }
  }

  /** Looks whether the log knows of what was told. It need not say so by itself: the task may be long gone. */
  function compare(): void {
    if (!running || !replica.waits) return;
    const again = () => confirm.later();
    follow.catchUp(running.control.signal).then(again, again);
  }
  const confirm = new Later(CONFIRM_AFTER, compare);
  const doubt = new Later(0, compare);

  function tellRefused(): void {
    const before = known;
    known = queue.refused;
    for (const refused of known) {
      if (before.includes(refused)) continue;
      try {
        options.onRefused?.(refused);
      } catch (error) {
        onError(error);
      }
    }
  }

  /** What other stores with the same storage have left is for one that sends it. */
  const inherits = (whether: boolean) => void storage.inherits?.(whether).catch(onError);

  async function start(): Promise<void> {
    demandOpen();
    wanted = true;
    await (loading ??= load());
    // Somebody may have changed their mind, or have been faster.
    if (running || !wanted) return;
    const control = new AbortController();
    const { signal } = control;
    whenOnline(() => network.ring(), signal);
    running = { control, done: Promise.all([follow.run(signal), send(signal)]) };
    inherits(true);
  }

  async function stop(): Promise<void> {
    const was = running;
    wanted = false;
    running = undefined;
    inherits(false);
    was?.control.abort();
    await was?.done;
    confirm.cancel();
    doubt.cancel();
    save.now();
    if (was && !running) view.status("offline");
    await journal.saved();
  }

  /** Ends without a trace: nothing is shown, sent or stored any more. */
  async function vanish(): Promise<void> {
    closed = true;
    journal.giveUp();
    await stop();
    replica.clear();
    queue.clear();
    deeds.clear();
  }

  /** Another tab has wiped everything. */
  function gone(): void {
    if (closed) return;
    const end = async () => {
      await vanish();
      await within(storageTimeout, Promise.resolve(storage.close?.()), "The storage").catch(onError);
      options.onWiped?.();
    };
    end().catch(onError);
  }

  return {
    /** All tasks, newest first. The same array until something changes. */
    tasks: (): readonly Task[] => view.tasks(),

    get: (id: string): Task | undefined => view.get(id),

    /**
     * The tasks that a filter means, in an order (docs/filter.md), kept ready while they change. Days begin where the
     * zone says, by default that of this device. Throws a `FilterError`.
     */
    query(filter = "", order = "", zone = Intl.DateTimeFormat().resolvedOptions().timeZone): Query {
      return new LiveQuery(view, filter, order, zone, onError);
    },

    ...writes(view, deeds),

    /** What the function does is one deed, which {@link undo} takes back as a whole. */
    together: <R>(work: () => R): R => deeds.together(work),

    /**
     * The same, with the way back of exactly that: `undo` takes back this deed and no other, whatever was done since.
     * `false` if there is nothing of it to take back.
     */
    deed: <R>(work: () => R): { result: R; undo: () => boolean } => deeds.deed(work),

    /**
     * Takes back what was done last here, be it sent or not; once more: what was done before that. What others have
     * made of it since stays. `false` if there is nothing to take back.
     */
    undo: (): boolean => deeds.undo(),

    /** What was done here, to all tasks or one, and is not confirmed by the server. */
    pending: (id?: string): readonly Operation[] => (id === undefined ? queue.operations : queue.of(id)),

    /** What the server will never take, until it is tried again or dismissed. */
    refused: (): readonly Refused[] => queue.refused,

    /** Puts a refused operation back into the queue, perhaps with better fields. */
    retry(key: string, fields: Patch = {}): void {
      demandOpen();
      const refused = queue.refused.find(({ operation }) => operation.key === key);
      if (!refused) return;
      const deed = again(refused.operation);
      const better = { ...deed.fields, ...written(fields, { ...deed.base, ...deed.fields }) };
      queue.dismiss(key);
      known = queue.refused;
      // The day that a wrong clock said would be refused again.
      const passing = deed.passing && { ...deed.passing, on: dayOfDoing(deed.base as Task, new Date().toISOString()) };
      deeds.together(() => {
        deeds.perform({ ...deed, ...(passing && { passing }), fields: better });
        for (const next of refused.behind ?? []) deeds.perform({ ...again(next), base: view.row(keyOf(next.id, next.of)) ?? null });
      });
    },

    dismiss(key: string): void {
      demandOpen();
      queue.dismiss(key);
      known = queue.refused;
      view.changed();
    },

    /** Calls the listener after each change of what the store shows; gives the function that ends it. */
    subscribe: (listener: () => void): (() => void) => view.subscribe(listener),

    /** Whether the tasks are there: those of last time, or those of the server. Once they are, they stay. */
    get isReady(): boolean {
      return (isReady ||= replica.isWhole);
    },

    get status(): Status {
      return view.state;
    },

    /** Why nothing comes in or goes out, if that is so. */
    get error(): TickboxError | undefined {
      return view.error;
    },

    /** Reads the storage, then connects. Comes back when the tasks of last time are there, not when new ones are. */
    start,

    /** Ends all requests. What is not sent stays, for `start` or the next store with the same storage. */
    stop,

    /** `stop` for good: another store may take over what this one leaves. What would change something then throws. */
    async close(): Promise<void> {
      closed = true;
      await stop();
      storage.close?.();
    },

    /**
     * Removes all that is kept of this user on the device, in all tabs, and closes the store: for a sign-out. Other
     * tabs write nothing any more and are told by `onWiped`. If there is work that the server does not have, in
     * whichever tab, `ask` is asked whether it may go; without it, or if it may not, nothing happens, and it is `false`.
     * Throws if the storage fails; the store is closed then too.
     */
    async wipe(ask?: AskUnsent): Promise<boolean> {
      await (loading ??= load());
      // What is done while the question stands is asked about, too.
      for (let asked: readonly string[] = []; ; ) {
        const others = await within(storageTimeout, unsentOfOthers(storage), "The storage").catch((error: unknown) => {
          onError(error);
          return [];
        });
        const unsent = [...queue.operations, ...queue.refused.map(({ operation }) => operation), ...others];
        if (unsent.every(({ key }) => asked.includes(key))) break;
        if (!(await ask?.(unsent))) return false;
        asked = unsent.map(({ key }) => key);
      }
      await vanish();
      await within(storageTimeout, wipe(storage), "The storage");
      storage.close?.();
      return true;
    },

    /** Comes back when all that was done is in the storage. */
    async saved(): Promise<void> {
      await loading;
      await journal.saved();
    },

    /** Comes back when the server has confirmed all that was done here, or refused it. */
    async synced(): Promise<void> {
      await loading;
      await new Promise<void>((resolve) => {
        const look = () => {
          if (queue.operations.length > 0) return;
          end();
          resolve();
        };
        const end = view.subscribe(look);
        look();
      });
    },
  };
}
