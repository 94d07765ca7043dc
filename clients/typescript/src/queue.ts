// What was done here and is not confirmed: operations in order, requests that are made of them, and refusals.
// Each change goes to the journal at once.

import { timeIdsAfter } from "./ids.js";
import type { Journal } from "./journal.js";
import { joined, type Operation } from "./operations.js";
import { keyOf } from "./rows.js";

/** A request, frozen before it was sent for the first time: every repeat is the same, to the byte. */
export interface Parcel {
  /** Its idempotency key. */
  key: string;
  method: "POST" | "PATCH" | "DELETE";
  path: string;
  body?: string;
  ifMatch?: string;
  /** The keys of the operations in it, and the versions that they expect (0: none). */
  operations: string[];
  versions: number[];
}

/** An operation that the server will never take, with its reason. */
export interface Refused {
  operation: Operation;
  error: { status: number; code: string; message: string };
  /** What was done to the row after its creation, which was refused: it is done again with that. */
  behind?: readonly Operation[];
}

/** Always the same one, for those who compare. */
const NONE: readonly Operation[] = [];

export class Queue {
  readonly #journal: Journal;
  readonly #onNews: (row: string) => void;
  /** Sorted by key. */
  #operations: readonly Operation[] = [];
  #ofRow = new Map<string, Operation[]>();
  #parcels: Parcel[] = [];
  #sent = new Set<string>();
  #held = new Set<string>();
  #refused: readonly Refused[] = [];

  constructor(journal: Journal, onNews: (row: string) => void) {
    this.#journal = journal;
    this.#onNews = onNews;
  }

  /** Takes over what a storage had: at the start, or from a store that is gone. */
  load(operations: Operation[], parcels: Parcel[], refused: Refused[]): void {
    for (const operation of operations) {
      this.#place(operation);
      timeIdsAfter(operation.key);
    }
    this.#parcels.push(...parcels);
    for (const parcel of parcels) parcel.operations.forEach((key) => this.#sent.add(key));
    this.#refused = [...this.#refused, ...refused];
  }

  get operations(): readonly Operation[] {
    return this.#operations;
  }

  get refused(): readonly Refused[] {
    return this.#refused;
  }

  /** The request that has to be answered before another one is made. */
  get parcel(): Parcel | undefined {
    return this.#parcels[0];
  }

  /** What is done to one row, by the key of that. */
  of(key: string): readonly Operation[] {
    return this.#ofRow.get(key) ?? NONE;
  }

  /** The row's first operation, if it waits to be sent. */
  head(key: string): Operation | undefined {
    const head = this.#ofRow.get(key)?.[0];
    return head && this.#isFree(head) ? head : undefined;
  }

  find(key: string): Operation | undefined {
    return this.#operations.find((operation) => operation.key === key);
  }

  /** Something was done here. It may be taken up by what was done before and is not under way yet. */
  add(operation: Operation): void {
    const last = this.of(keyOf(operation.id, operation.of)).at(-1);
    this.#put(operation);
    if (last) this.#join(last, operation);
  }

  /** Others take the place of an operation, or nothing does. */
  replace(operation: Operation, others: Operation[]): void {
    this.#drop(operation);
    others.forEach((other) => this.#put(other));
    if (others.length === 1) this.#joinNext(others[0]!);
  }

  /** Keeps an operation from being sent while somebody is asked about it. */
  hold(operation: Operation): void {
    this.#held.add(operation.key);
  }

  release(operation: Operation): void {
    this.#held.delete(operation.key);
  }

  /** A request is about to be sent. */
  send(parcel: Parcel): void {
    this.#parcels.push(parcel);
    for (const key of parcel.operations) this.#sent.add(key);
    this.#journal.set(`parcel/${parcel.key}`, parcel);
  }

  /** A request was answered. Its operations are free again until they are dropped or replaced. */
  answered(parcel: Parcel): void {
    this.#parcels = this.#parcels.filter((other) => other !== parcel);
    for (const key of parcel.operations) this.#sent.delete(key);
    this.#journal.set(`parcel/${parcel.key}`, undefined);
  }

  /**
   * An operation that was under way waits again, and takes up what was done after it: `true` if there was something.
   */
  again(operation: Operation): boolean {
    return this.#joinNext(operation);
  }

  refuse(operation: Operation, error: Refused["error"]): void {
    this.#drop(operation);
    const behind = operation.kind === "create" ? this.of(keyOf(operation.id, operation.of)) : NONE;
    behind.forEach((other) => this.#drop(other));
    // It is gone here, as it was wanted.
    if (behind.at(-1)?.kind === "remove") return;
    const refused = { operation, error, ...(behind.length > 0 && { behind }) };
    this.#refused = [...this.#refused, refused];
    this.#journal.set(`refused/${operation.key}`, refused);
  }

  /** Takes a refusal off the list. */
  dismiss(key: string): Refused | undefined {
    const found = this.#refused.find(({ operation }) => operation.key === key);
    if (found) {
      this.#refused = this.#refused.filter((other) => other !== found);
      this.#journal.set(`refused/${key}`, undefined);
    }
    return found;
  }

  /** Forgets everything. */
  clear(): void {
    const rows = [...this.#ofRow.keys()];
    this.#operations = [];
    this.#refused = [];
    this.#parcels = [];
    this.#sent.clear();
    this.#held.clear();
    this.#ofRow.clear();
    rows.forEach((row) => this.#onNews(row));
  }

  #isFree(operation: Operation): boolean {
    return !this.#sent.has(operation.key) && !this.#held.has(operation.key);
  }

  #joinNext(operation: Operation): boolean {
    const all = this.of(keyOf(operation.id, operation.of));
    const next = all[all.indexOf(operation) + 1];
    return next !== undefined && this.#join(operation, next);
  }

  #join(last: Operation, next: Operation): boolean {
    if (!this.#isFree(last) || !this.#isFree(next)) return false;
    // A later place may be one that was made meanwhile, and an earlier one may have been needed by then.
    if (last.kind === "move" && next.kind === "move" && this.#operations.some(({ key }) => key > last.key && key < next.key)) return false;
    const both = joined(last, next);
    if (both === "both") return false;
    this.#drop(last);
    this.#drop(next);
    if (both !== "neither") this.#put(both);
    return true;
  }

  #put(operation: Operation): void {
    this.#place(operation);
    this.#journal.set(`operation/${operation.key}`, operation);
  }

  #place(operation: Operation): void {
    this.#operations = inserted(this.#operations, operation);
    const row = keyOf(operation.id, operation.of);
    this.#ofRow.set(row, inserted(this.of(row), operation));
    this.#onNews(row);
  }

  #drop(operation: Operation): void {
    const { key } = operation;
    const row = keyOf(operation.id, operation.of);
    this.#operations = this.#operations.filter((other) => other.key !== key);
    const rest = this.of(row).filter((other) => other.key !== key);
    if (rest.length > 0) this.#ofRow.set(row, rest);
    else this.#ofRow.delete(row);
    this.#journal.set(`operation/${key}`, undefined);
    this.#onNews(row);
  }
}

function inserted(operations: readonly Operation[], operation: Operation): Operation[] {
  const last = operations.at(-1);
  if (!last || last.key < operation.key) return [...operations, operation];
  const place = operations.findIndex((other) => other.key > operation.key);
  return [...operations.slice(0, place), operation, ...operations.slice(place)];
}
