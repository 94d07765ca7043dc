// What becomes of a change that was made on top of one state of a task, now that the task is in another. No member of a
// task has a name here, so that none is forgotten: those of later servers, which this client does not know, are taken along.

import { EMPTY, MERGED, READ_ONLY } from "./members.js";
import { compareText } from "./text.js";
import type { Field, Patch } from "./types.js";

type Members = Record<string, unknown>;

/** Whether two values say the same. The order of an object's members says nothing. */
export function same(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (!isObject(one) || !isObject(other) || Array.isArray(one) !== Array.isArray(other)) return false;
  const keys = Object.keys(one);
  const has = (key: string) => Object.hasOwn(other, key);
  return keys.length === Object.keys(other).length && keys.every((key) => has(key) && same(one[key], other[key]));
}

function isObject(value: unknown): value is Members {
  return typeof value === "object" && value !== null;
}

function isPlain(value: unknown): value is Members {
  return isObject(value) && !Array.isArray(value);
}

/** A member that is left out, `null` and an empty array say the same: there is none. So does `{}`, where members are merged. */
function value(members: object, name: string): unknown {
  const given = (members as Members)[name] ?? null;
  return isObject(given) && (Array.isArray(given) || MERGED[name] === "object") && isEmpty(given) ? null : given;
}

/** What somebody wrote, without what the server alone says. */
export function content(members: object): Patch {
  const given = Object.entries(members).filter(([name, it]) => it !== undefined && !READ_ONLY.includes(name));
  return Object.fromEntries(given) as Patch;
}

/** The task with a patch on it, as the server would answer it: what has no value then is left out, or `null` if it never is. */
export function patched<R extends object>(row: R, patch: Patch): R {
  const result = { ...row, ...patch } as Members;
  for (const name of Object.keys(patch)) {
    if (value(result, name) === null && !(name in EMPTY)) delete result[name];
  }
  return result as R;
}

/** The fields of a patch that say something else than the task. */
export function difference(patch: object, task: object): Patch {
  const other = Object.entries(content(patch)).filter(([name]) => !same(value(patch, name), value(task, name)));
  return Object.fromEntries(other) as Patch;
}

export interface Merged {
  /** What is to be written on top of theirs, mine winning wherever both changed the same. */
  patch: Patch;
  /** The fields in which both changed the same, to different values: where there is something to decide. */
  fields: Field[];
  /** What is to be written on top of theirs, theirs winning there. */
  yielding: Patch;
}

/**
 * The three-way merge: field by field, what only one side changed is taken from that side. Of a set each side has
 * added and removed some; an object of the app's own is merged by its members.
 */
export function merge(base: object, mine: Patch, theirs: object): Merged {
  const [patch, yielding, fields]: [Members, Members, string[]] = [{}, {}, []];
  for (const [name, wanted] of Object.entries(difference(mine, base))) {
    const sides = [value(base, name), value({ [name]: wanted }, name), value(theirs, name)] as const;
    const { winning, losing } = combined(MERGED[name], ...sides);
    const isDisputed = !same(winning, losing);
    // Written as it was said, where nothing of theirs is in it.
    const whole = same(winning, sides[1]) ? wanted : winning;
    if (!same(winning, sides[2])) patch[name] = whole;
    if (!same(losing, sides[2])) yielding[name] = isDisputed ? losing : whole;
    if (isDisputed) fields.push(name);
  }
  return { patch: patch as Patch, fields: fields as Field[], yielding: yielding as Patch };
}

/** Fields on top of another ground than they were written on: what is merged is merged, all else stays as it was said. */
export function rebased(base: object | null, fields: Patch, ground: object): Patch {
  const made = Object.entries(fields).map(([name, wanted]) => {
    const kind = base ? MERGED[name] : undefined;
    if (!base || !kind) return [name, wanted];
    return [name, combined(kind, value(base, name), value({ [name]: wanted }, name), value(ground, name)).winning];
  });
  return Object.fromEntries(made) as Patch;
}

interface Combined {
  /** What it becomes if mine wins where both changed the same; and if theirs does. */
  winning: unknown;
  losing: unknown;
}

function combined(kind: "set" | "object" | undefined, base: unknown, mine: unknown, theirs: unknown): Combined {
  if (kind === "set") {
    const [before, here, there] = [base, mine, theirs].map((it) => (Array.isArray(it) ? (it as string[]) : []));
    const kept = there!.filter((it) => here!.includes(it) || !before!.includes(it));
    const all = new Set([...kept, ...here!.filter((it) => !before!.includes(it))]);
    const winning = all.size > 0 ? [...all].sort(compareText) : null;
    return { winning, losing: winning };
  }
  if (kind === "object" && [base, mine, theirs].every((it) => it === null || isPlain(it))) {
    const [before, here, there] = [base, mine, theirs].map((it) => (it ?? {}) as Members);
    const [winning, losing] = [{ ...there }, { ...there }];
    for (const name of new Set([...Object.keys(before!), ...Object.keys(here!)])) {
      const [was, wanted, now] = [before![name], here![name], there![name]];
      if (same(was, wanted)) continue;
      if (isPlain(was) && isPlain(wanted) && isPlain(now)) {
        const inner = combined("object", was, wanted, now);
        winning[name] = inner.winning ?? {};
        losing[name] = inner.losing ?? {};
        continue;
      }
      set(winning, name, wanted);
      set(losing, name, same(now, was) ? wanted : now);
    }
    return { winning: isEmpty(winning) ? null : winning, losing: isEmpty(losing) ? null : losing };
  }
  return { winning: mine, losing: same(theirs, base) ? mine : theirs };
}

function set(members: Members, name: string, value: unknown): void {
  if (value === undefined) delete members[name];
  else members[name] = value;
}

/** A patch as somebody wrote it, with whole values: objects of the app's own are merged into what is there (RFC 7396). */
export function whole(patch: Patch, ground: object): Patch {
  const made = Object.entries(patch).map(([name, given]) => {
    const isMerged = MERGED[name] === "object" && isPlain(given);
    return [name, isMerged ? withPatch((ground as Members)[name], given) : given];
  });
  return Object.fromEntries(made) as Patch;
}

function withPatch(ground: unknown, patch: Members): Members {
  const made = isPlain(ground) ? { ...ground } : {};
  for (const [name, given] of Object.entries(patch)) {
    if (given === null) delete made[name];
    else made[name] = isPlain(given) ? withPatch(made[name], given) : given;
  }
  return made;
}

/** The other way round: whole values as the patch that makes them out of what is there. */
export function asPatch(fields: Patch, ground: object): Patch {
  const made = Object.entries(fields).map(([name, given]) => {
    const isMerged = MERGED[name] === "object" && isPlain(given);
    return [name, isMerged ? patchTo((ground as Members)[name], given) : given];
  });
  return Object.fromEntries(made) as Patch;
}

function patchTo(ground: unknown, wanted: Members): Members {
  const before = isPlain(ground) ? ground : {};
  const patch: Members = {};
  for (const name of Object.keys(before)) if (!Object.hasOwn(wanted, name)) patch[name] = null;
  for (const [name, given] of Object.entries(wanted)) {
    if (!same(before[name], given)) patch[name] = isPlain(given) ? patchTo(before[name], given) : given;
  }
  return patch;
}

export function isEmpty(patch: object): boolean {
  return Object.keys(patch).length === 0;
}

export function sameContent(one: object, other: object): boolean {
  return isEmpty(difference(one, other)) && isEmpty(difference(other, one));
}
