// The place of a task among its siblings: a text between two others, compared as bytes, in the form of the npm package
// `fractional-indexing` 4.0. Keys that are made here are provisional: the server's answer wins.

import { micros } from "./moments.js";

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const SMALLEST = `A${"0".repeat(26)}`;
const LONGEST = 64;

/** The key by which a task is sorted: its own, or of one that nobody moved, that of its creation. */
export function orderOf(task: { order?: string | null | undefined; created_at: string }): string {
  return task.order ?? orderOfCreation(task.created_at);
}

function orderOfCreation(createdAt: string): string {
  const most = 62n ** 9n - 1n;
  let number = micros(createdAt);
  number = number < 0n ? 0n : number > most ? most : number;
  let digits = "";
  for (let place = 0; place < 9; place += 1, number /= 62n) {
    digits = DIGITS.charAt(Number(number % 62n)) + digits;
  }
  return `i${digits}`;
}

/** Whether a text is a key of at most 64 bytes. */
export function isOrder(key: string): boolean {
  const end = integerLength(key);
  const digits = /^[0-9A-Za-z]+$/.test(key) && key !== SMALLEST && key.length <= LONGEST;
  return digits && end <= key.length && !(key.length > end && key.endsWith("0"));
}

/** A key between two, `null` is the end; `undefined` where there is no room, so that the server must spread them. */
export function orderBetween(after: string | null, before: string | null): string | undefined {
  if (after !== null && before !== null && after >= before) return undefined;
  const key = between(after, before);
  return key !== undefined && key.length <= LONGEST ? key : undefined;
}

function between(after: string | null, before: string | null): string | undefined {
  if (after === null && before === null) return "a0";
  if (after === null) return first(before!);
  const [integer, fraction] = parts(after);
  const next = stepped(integer, 1);
  if (before === null) return next ?? integer + midpoint(fraction, null);
  const [upperInteger, upperFraction] = parts(before);
  if (integer === upperInteger) return integer + midpoint(fraction, upperFraction);
  if (next !== undefined && next < before) return next;
  return next === undefined ? undefined : integer + midpoint(fraction, null);
}

/** The key before all others. */
function first(before: string): string | undefined {
  const [integer, fraction] = parts(before);
  if (integer === SMALLEST) return integer + midpoint("", fraction);
  return fraction === "" ? stepped(integer, -1) : integer;
}

/** How long the integer is with which a key begins: its first letter says so. */
function integerLength(key: string): number {
  const head = key.charCodeAt(0);
  if (head >= 65 && head <= 90) return 90 - head + 2;
  return head >= 97 && head <= 122 ? head - 97 + 2 : Infinity;
}

function parts(key: string): [string, string] {
  const end = integerLength(key);
  return [key.slice(0, end), key.slice(end)];
}

/** The integer before or after; a digit that cannot move carries to the one before it, and at the head the length changes. */
function stepped(integer: string, by: 1 | -1): string | undefined {
  const wrapped = by === 1 ? "0" : "z";
  let tail = "";
  for (let place = integer.length - 1; place > 0; place -= 1) {
    const value = DIGITS.indexOf(integer.charAt(place)) + by;
    if (value >= 0 && value < 62) return integer.slice(0, place) + DIGITS.charAt(value) + tail;
    tail = wrapped + tail;
  }
  const heads = DIGITS.slice(10);
  const head = heads.charAt(heads.indexOf(integer.charAt(0)) + by);
  return head === "" ? undefined : head + wrapped.repeat(integerLength(head) - 1);
}

/** The shortest fraction between two that are in order; `null` is one. */
function midpoint(lower: string, upper: string | null): string {
  if (upper !== null) {
    let shared = 0;
    while ((lower.charAt(shared) || "0") === upper.charAt(shared)) shared += 1;
    if (shared > 0) return upper.slice(0, shared) + midpoint(lower.slice(shared), upper.slice(shared));
  }
  const low = lower === "" ? 0 : DIGITS.indexOf(lower.charAt(0));
  const high = upper === null ? 62 : DIGITS.indexOf(upper.charAt(0));
  if (high - low > 1) return DIGITS.charAt(Math.round((low + high) / 2));
  if (upper !== null && upper.length > 1) return upper.charAt(0);
  return DIGITS.charAt(low) + midpoint(lower.slice(1), null);
}
