// Lines for a number of devices, and the weather on them.

import { Line } from "./line.js";
import { Random } from "./random.js";

export class Storm {
  readonly lines: Line[];
  readonly #random: Random;

  private constructor(lines: Line[], seed: number) {
    this.lines = lines;
    this.#random = new Random(seed);
  }

  static async over(url: string, devices: number, seed: number): Promise<Storm> {
    const lines = await Promise.all(Array.from({ length: devices }, () => Line.to(url)));
    return new Storm(lines, seed);
  }

  /** Slow lines that lose answers; or good ones. */
  blow(begins: boolean): void {
    const random = this.#random;
    for (const line of this.lines) {
      line.loses = begins ? (method) => random.chance(method === "GET" ? 0.03 : 0.25) : () => false;
      line.delay = begins ? () => (random.chance(0.3) ? random.below(6) : 0) : () => 0;
    }
  }

  get lost(): number {
    return this.lines.reduce((sum, { lost }) => sum + lost, 0);
  }

  async end(): Promise<void> {
    await Promise.all(this.lines.map((line) => line.close()));
  }
}

/** Tries seeds, some at once, and gives the sums of what they count, or fails with all that failed. */
export async function trySeeds<C extends object>(
  { first, number, atOnce }: { first: number; number: number; atOnce: number },
  attempt: (seed: number) => Promise<C>,
): Promise<string> {
  const seeds = Array.from({ length: number }, (_, place) => first + place);
  const sums: Record<string, number> = {};
  const failed: string[] = [];
  const work = async () => {
    for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
      try {
        for (const [name, count] of Object.entries(await inTime(attempt(seed)))) sums[name] = (sums[name] ?? 0) + Number(count);
      } catch (error) {
        failed.push(`seed ${seed} (SEED=${seed} tries it alone): ${error instanceof Error ? error.stack : String(error)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  if (failed.length > 0) throw new Error(`${failed.length} of ${number} seeds failed\n${failed.join("\n")}`);
  const told = Object.entries(sums).map(([name, sum]) => `${sum} ${name}`);
  return `${number} seeds from ${first}: ${told.join(", ")}`;
}

/** What hangs must say which seed it is. */
function inTime<C>(attempt: Promise<C>): Promise<C> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("it does not come to its end")), 120_000);
    attempt.finally(() => clearTimeout(timer)).then(resolve, reject);
  });
}

/** SEEDS=… says how many seeds are tried, SEED=… tries one. What the timing does is not repeated by a seed. */
export function seeds(usual: number): { first: number; number: number } {
  const { SEED, SEEDS } = process.env;
  return { first: Number(SEED ?? 1), number: SEED === undefined ? Number(SEEDS ?? usual) : 1 };
}
