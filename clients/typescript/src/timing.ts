// Something that is done a while after it was first asked for, and what is not waited for any longer.

/** What the work gives, or an error if it takes longer. */
export function within<V>(milliseconds: number, work: Promise<V>, what: string): Promise<V> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(new Error(`${what} has not answered within ${milliseconds} ms`));
    const timer = setTimeout(giveUp, milliseconds);
    work.finally(() => clearTimeout(timer)).then(resolve, reject);
  });
}

export class Later {
  readonly #milliseconds: number;
  readonly #work: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(milliseconds: number, work: () => void) {
    this.#milliseconds = milliseconds;
    this.#work = work;
  }

  later(): void {
    this.#timer ??= setTimeout(() => this.now(), this.#milliseconds);
  }

  now(): void {
    this.cancel();
    this.#work();
  }

  cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
