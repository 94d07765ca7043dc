// Writes tests/vectors/order.json from the npm package `fractional-indexing`, which both implementations of order
// keys are held to. The package is no dependency: `npm install --no-save fractional-indexing@4.0.0`, then
// `node scripts/order-vectors.mjs`. The same numbers come out each time.

import { writeFile } from "node:fs/promises";
import { generateKeyBetween, generateNKeysBetween } from "fractional-indexing";

let state = 0x2f6e2b1;
/** A number from 0 to `end`, exclusive (mulberry32, so that the file does not depend on the engine). */
function random(end) {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) % end;
}

const row = (after, before) => ({ after, before, key: generateKeyBetween(after, before) });
const smallest = `A${"0".repeat(26)}`;
const largest = `z${"z".repeat(26)}`;
const between = [
  [null, null],
  [null, "a0"],
  [null, "Zz"],
  [null, "Z0"],
  [null, "a0V"],
  [null, "b00"],
  [null, `${smallest}V`],
  [null, `${smallest}1`],
  ["a0", null],
  ["az", null],
  ["Zz", null],
  ["Yzz", null],
  [largest, null],
  [`${largest}zz`, null],
  ["a0", "a1"],
  ["a0", "a0V"],
  ["a0V", "a1"],
  ["a0", "a01"],
  ["a0", "a001"],
  ["a001", "a001V"],
  ["Zz", "a0"],
  ["Zz", "a01"],
  ["a0", "b00"],
  ["az", "b00"],
  ["a0zz", "a1"],
  ["i8DpLumiHm", null],
  ["i8DpLumiHm", "i8DpLumiHn"],
  ["i8DpLumizz", "i8DpLumj00"],
].map(([after, before]) => row(after, before));

for (const [after, before] of [["a0", "a1"], ["i8DpLumiHm", "i8DpLumiHn"]]) {
  let [low, high] = [after, before];
  for (let step = 0; step < 40; step += 1) between.push(row(low, (high = generateKeyBetween(low, high))));
  for (let step = 0; step < 40; step += 1) between.push(row((low = generateKeyBetween(low, high)), high));
}
const siblings = [];
for (let step = 0; step < 400; step += 1) {
  const at = random(siblings.length + 1);
  const made = row(siblings[at - 1] ?? null, siblings[at] ?? null);
  siblings.splice(at, 0, made.key);
  between.push(made);
}

const spread = [];
for (const [after, before] of [[null, null], ["a0", null], [null, "a0"], ["a0", "a1"], ["i8DpLumiHm", "i8DpLumiHn"]]) {
  for (const count of [0, 1, 2, 5, 32]) spread.push({ after, before, keys: generateNKeysBetween(after, before, count) });
}

const candidates = ["", "a", "0", "!", "a00", "a0V0", "b0", smallest, "a0-", "1a", "aé", "Z", "ä0"];
const invalid = candidates.filter((key) => key === "a0-" || key === "aé" || refused(key));
function refused(key) {
  try {
    generateKeyBetween(key, null);
    return false;
  } catch {
    return true;
  }
}

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const creation = [0, 1, 61, 62, 1764000000000050, 1795418724448926, 9007199254740991].map((micros) => {
  let [rest, key] = [BigInt(micros), ""];
  for (let place = 0; place < 9; place += 1, rest /= 62n) key = DIGITS[Number(rest % 62n)] + key;
  return { micros, key: `i${key}` };
});

// One row a line, so that a change of the file can be read.
const list = (rows) => `[\n${rows.map((entry) => `    ${JSON.stringify(entry)}`).join(",\n")}\n  ]`;
const sections = Object.entries({ between, spread, invalid, creation });
const text = `{\n${sections.map(([name, rows]) => `  "${name}": ${list(rows)}`).join(",\n")}\n}\n`;
await writeFile(new URL("../../../tests/vectors/order.json", import.meta.url), text);
