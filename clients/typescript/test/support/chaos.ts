// Several devices of one user do random things over lines that break at random, until it is quiet: then all of them and
// the server must agree, and nothing that was done may be lost or done twice. Runs in Node and in browsers.

import { createClient, createStore, type Client, type Storage, type List, type Store, type Target, type Task } from "tickbox-client";
import { Random } from "./random.js";
import { until } from "./until.js";

const STEPS = 50;

/** Where the devices are. */
export interface World {
  /** The server, over a line that never breaks. */
  direct: Client;
  lines: { url: string; cut(): unknown; mend(): unknown }[];
  token(): string | Promise<string>;
  /** From now on lines are slow and lose answers; or no longer. */
  storm(begins: boolean): unknown;
  /** Whether there are lists and parts, and tasks are moved. */
  lists?: boolean;
  /** The storage of a device; asked for again after each reload. */
  storage(device: number): Storage;
}

export interface Counts {
  operations: number;
  doubled: number;
  overtaken: number;
  reloads: number;
  cuts: number;
}

type Content = Pick<Task, "title" | "description" | "completed" | "tags" | "metadata"> & { standing: unknown };

/** What one device alone writes into a task that all may change: tags that it has added and not removed, a member of its own. */
interface Part {
  tags: Set<string>;
  member?: string;
}

export async function converges(seed: number, world: World): Promise<Counts> {
  const random = new Random(seed);
  const counts: Counts = { operations: 0, doubled: 0, overtaken: 0, reloads: 0, cuts: 0 };
  const devices = world.lines.map((_, place) => new Device(world, place, random, counts));
  try {
    for (const device of devices) await device.start();
    await world.storm(true);
    for (let step = 0; step < STEPS; step++) {
      for (const device of devices) await device.step();
      if (random.chance(0.7)) await new Promise((resolve) => setTimeout(resolve, random.below(12)));
    }
    await world.storm(false);
    for (const line of world.lines) await line.mend();
    await Promise.all(devices.map((device) => device.synced()));
    await Promise.all(devices.flatMap(({ copies }) => copies));
    const { tasks } = await world.direct.list();
    const lists = world.lists ? (await world.direct.listLists()).lists.map(({ open_count: _, ...list }) => list) : [];
    // What has not changed is not sent again.
    demand(text((await world.direct.list()).tasks) === text(tasks), "the same list twice is not the same");
    await Promise.all(devices.map((device) => device.agrees(tasks, lists)));
    const trash = (await world.direct.list({ deleted: true })).tasks;
    for (const device of devices) device.check(tasks, new Set(trash.map(({ id }) => id)));
    const made = new Set(devices.flatMap((device) => [...device.made]));
    for (const task of tasks) demand(made.has(task.id), `task ${task.title} was made by nobody`);
  } finally {
    await Promise.all(devices.map(({ store }) => store.close()));
  }
  return counts;
}

class Device {
  store!: Store;
  /** Ids of all tasks made here. */
  readonly made = new Set<string>();
  /** Copies of requests that are still on their way. */
  readonly copies: Promise<unknown>[] = [];
  readonly #mistakes: string[] = [];
  /** Of the tasks that nobody else touches, how they are; undefined for those in the trash. */
  readonly #own = new Map<string, Content | undefined>();
  /** Undefined where it is not known. */
  readonly #parts = new Map<string, Part | undefined>();
  readonly #world: World;
  readonly #place: number;
  readonly #random: Random;
  readonly #counts: Counts;
  #up = true;
  #count = 0;

  constructor(world: World, place: number, random: Random, counts: Counts) {
    this.#world = world;
    this.#place = place;
    this.#random = random;
    this.#counts = counts;
  }

  get #line() {
    return this.#world.lines[this.#place]!;
  }

  async start(): Promise<void> {
    const client = createClient({
      baseUrl: this.#line.url,
      token: () => this.#world.token(),
      fetch: (input, init) => this.#fetch(input, init),
      timeout: 2_000,
      retry: { base: 5, cap: 50 },
    });
    const retry = { base: 5, cap: 50 };
    const onError = (error: unknown) => this.#mistakes.push(String(error));
    const store = createStore({ client, storage: this.#world.storage(this.#place), retry, onError });
    this.store = store;
    await store.start();
    this.#look(store);
    store.subscribe(() => this.#look(store));
  }

  /** Some requests are sent twice, as by a proxy that tries again: at once, or when others have overtaken the copy. */
  async #fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    if (init?.method === "GET" || !this.#random.chance(0.15)) return fetch(input, init);
    const again = (signal = init?.signal) =>
      fetch(input, { ...init, signal: signal ?? null }).then((response) => response.text()).catch(() => undefined);
    if (this.#random.chance(0.5)) {
      this.#counts.doubled += 1;
      await again();
    } else {
      this.#counts.overtaken += 1;
      const late = this.#random.below(60);
      this.copies.push(new Promise((resolve) => setTimeout(resolve, late)).then(() => again(AbortSignal.timeout(2_000))));
    }
    return fetch(input, init);
  }

  /** At no moment does a task that nobody else touches look other than it was made to look here. */
  #look(store: Store): void {
    if (store !== this.store) return;
    for (const [id, wanted] of this.#own) {
      const task = store.get(id);
      const seen = task && content(task);
      if (text(seen) !== text(wanted)) {
        this.#mistakes.push(`${id} looks like ${text(seen)} and is ${text(wanted)}`);
        this.#own.delete(id);
      }
    }
  }

  async step(): Promise<void> {
    const random = this.#random;
    const dice = random.next();
    if (!this.#up && random.chance(0.2)) {
      this.#up = true;
      await this.#line.mend();
    }
    if (dice < 0.04) {
      this.#counts.cuts += 1;
      this.#up = false;
      await this.#line.cut();
    } else if (dice < 0.07) {
      this.#counts.reloads += 1;
      const old = this.store;
      await old.saved();
      await old.close();
      await this.start();
    } else {
      this.#counts.operations += 1;
      this.#act(dice);
    }
  }

  #act(dice: number): void {
    const { store } = this;
    const random = this.#random;
    const name = `${this.#place}-${(this.#count += 1)}`;
    if (dice < 0.35 || store.tasks().length === 0) {
      const recurrence = { rule: `FREQ=DAILY;COUNT=${2 + random.below(9)}`, from: random.chance(0.3) ? "completion" : "due" } as const;
      const task = store.create({ title: name, ...(random.chance(0.4) && { due: { date: "2026-01-05" }, recurrence }) });
      this.made.add(task.id);
      if (random.chance(0.5)) {
        // Nobody else touches what has this name.
        this.#keep(store.change(task.id, { title: `own ${name}` }));
      }
      return;
    }
    if (dice < 0.38) return this.#undo();
    const removed = [...this.#own].filter(([, wanted]) => wanted === undefined);
    if (dice < 0.43 && removed.length > 0) {
      const [id] = random.pick(removed);
      const task = store.restore(id);
      // After a reload the task shows only when the server has brought it back.
      if (task) this.#keep(task);
      else this.#own.delete(id);
      return;
    }
    const tasks = store.tasks().filter(({ id, title }) => this.#own.has(id) || !title.startsWith("own "));
    if (tasks.length === 0) return;
    const { id } = random.pick(tasks);
    const own = this.#own.has(id);
    if (this.#world.lists && random.chance(0.4)) return this.#shift(own ? undefined : id, name);
    if (dice < 0.48) {
      store.remove(id);
      if (own) this.#own.set(id, undefined);
      return;
    }
    if (dice < 0.6) this.#pass(id);
    else if (dice < 0.75) this.#part(id, name);
    else if (dice < 0.88) store.change(id, { title: own ? `own ${name}` : name });
    else store.change(id, { description: random.chance(0.2) ? null : name });
    if (own) this.#keep(store.get(id)!);
  }

  /** What was done last here, to whatever task, is as if it had not been done. */
  #undo(): void {
    const { store } = this;
    const inSight = new Set(store.tasks().map(({ id }) => id));
    if (!store.undo()) return;
    for (const id of this.#own.keys()) {
      const task = store.get(id);
      // Under its former name it is everybody's.
      if (task && !task.title.startsWith("own ")) this.#own.delete(id);
      else this.#own.set(id, task && content(task));
    }
    for (const [id, part] of this.#parts) {
      const task = store.get(id);
      // Somebody has removed it, and what was taken back kept it in sight: how it comes back nobody here can know.
      if (!task && inSight.has(id)) this.#parts.set(id, undefined);
      if (!task || !part) continue;
      part.tags = new Set((task.tags ?? []).filter((tag) => tag.startsWith(`${this.#place}-`)));
      const member = task.metadata?.[`of ${this.#place}`] as string | undefined;
      if (member === undefined) delete part.member;
      else part.member = member;
    }
  }

  #pass(id: string): void {
    const { store } = this;
    const { recurrence, completed } = store.get(id)!;
    if (recurrence && !completed && this.#random.chance(0.3)) store.skip(id);
    else store.complete(id, this.#random.chance(0.5));
  }

  /** Makes, changes, moves or removes a list, or moves a task that is nobody's own: those stay where nothing takes them along. */
  #shift(id: string | undefined, name: string): void {
    const { store } = this;
    const random = this.#random;
    const lists = store.lists();
    if (id === undefined || lists.length === 0 || random.chance(0.3)) {
      const list = lists.length > 0 ? random.pick([...lists]) : undefined;
      if (!list || random.chance(0.4)) store.createList({ name });
      else if (random.chance(0.2)) store.removeList(list.id);
      else if (random.chance(0.5)) store.changeList(list.id, { name, metadata: { [`of ${this.#place}`]: name } });
      else store.moveList(list.id, random.chance(0.5) ? { after: null } : { before: random.pick([...lists]).id });
      return;
    }
    const tasks = store.tasks().filter((task) => !task.title.startsWith("own ") && task.id !== id);
    const target: Target = {};
    if (random.chance(0.5)) target.list_id = random.chance(0.3) ? null : random.pick([...lists]).id;
    else if (tasks.length > 0 && random.chance(0.6)) target.parent_id = random.chance(0.3) ? null : random.pick(tasks).id;
    if (random.chance(0.6)) target.after = tasks.length > 0 && random.chance(0.8) ? random.pick(tasks).id : null;
    try {
      store.move(id, target);
    } catch (error) {
      // It would be a part of itself, or too deep.
      if ((error as { status?: number }).status !== 422) throw error;
    }
  }

  /** Adds a tag or takes one of its own away, or writes its own member: what others do there must stay. */
  #part(id: string, name: string): void {
    const { store } = this;
    const random = this.#random;
    const part = this.#parts.has(id) ? this.#parts.get(id) : { tags: new Set<string>() };
    if (!part) return;
    this.#parts.set(id, part);
    if (random.chance(0.3)) {
      part.member = name;
      store.change(id, { metadata: { [`of ${this.#place}`]: name } });
      return;
    }
    const tags = store.get(id)?.tags ?? [];
    if (part.tags.size > 0 && random.chance(0.3)) {
      const gone = random.pick([...part.tags]);
      part.tags.delete(gone);
      store.change(id, { tags: tags.filter((tag) => tag !== gone) });
    } else {
      part.tags.add(name);
      store.change(id, { tags: [...tags, name] });
    }
  }

  #keep(task: Task): void {
    this.#own.set(task.id, content(task));
  }

  async synced(): Promise<void> {
    const { store } = this;
    await until(store, () => store.pending().length === 0, "synced").catch((error: unknown) => {
      throw new Error(`device ${this.#place} still has ${text(store.pending())}: ${String(error)}`);
    });
  }

  async agrees(tasks: Task[], lists: List[]): Promise<void> {
    const wanted = text([tasks, lists]);
    const shown = () => text([this.store.tasks(), this.store.lists()]);
    await until(this.store, () => shown() === wanted, "the same").catch((error: unknown) => {
      throw new Error(`device ${this.#place} has ${shown()} and the server has ${wanted}: ${String(error)}`);
    });
  }

  /** Nothing is lost: what was made here is there, as it was made, or in the trash if it was removed. */
  check(tasks: Task[], trash: Set<string>): void {
    const there = new Map(tasks.map((task) => [task.id, task]));
    for (const [id, wanted] of this.#own) {
      const task = there.get(id);
      const found = text(task && content(task));
      demand(found === text(wanted), `own task ${id} of device ${this.#place} is ${found} and should be ${text(wanted)}`);
      demand(wanted === undefined || !trash.has(id), `own task ${id} is in the trash`);
    }
    for (const [id, part] of this.#parts) {
      const task = there.get(id);
      if (!task || !part) continue;
      const tags = (task.tags ?? []).filter((tag) => tag.startsWith(`${this.#place}-`));
      demand(text(tags) === text([...part.tags].sort()), `${id} has ${text(tags)} of ${text([...part.tags])}`);
      demand(task.metadata?.[`of ${this.#place}`] === part.member, `${id} has ${text(task.metadata)}, not ${part.member}`);
    }
    // What was made and removed before the server heard of it, and before a reload, is in nobody's trash.
    const refused = this.store.refused().filter(({ operation }) => operation.kind !== "restore" || operation.base);
    demand(refused.length === 0, `refused: ${text(refused)}`);
    demand(this.#mistakes.length === 0, this.#mistakes.join("\n"));
  }
}

function content({ title, description, completed, tags, metadata, due, occurrence, done }: Task): Content {
  return { title, description, completed, tags: tags ?? [], metadata: metadata ?? {}, standing: [due, occurrence, done] };
}

/** The same text for the same value, in whatever order its names come. */
function text(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  );
}

function demand(holds: boolean, message: string): void {
  if (!holds) throw new Error(message);
}
