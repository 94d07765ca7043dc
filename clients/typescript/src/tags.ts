// The entity tags of what this client has seen, and the answers that a 304 stands for. Both are bounded: what was
// used least recently is forgotten, and costs a full answer or a write without a condition, never a mistake.

const MOST_TAGS = 10_000;
/** In characters: the texts of lists can be long. */
const MOST_TEXT = 4_000_000;

interface Copy {
  tag: string;
  text: string;
}

export class Tags {
  #tags = new Map<string, string>();
  #copies = new Map<string, Copy>();
  #size = 0;

  /** What `If-Match` says for this task or list, if it was seen. */
  tag(key: string): string | undefined {
    return this.#tags.get(key);
  }

  /** A task or a list was in an answer, in whatever kind of answer. */
  saw(key: string, version: number): void {
    this.#tags.delete(key);
    this.#tags.set(key, tagOf(version));
    if (this.#tags.size > MOST_TAGS) this.#tags.delete(this.#tags.keys().next().value!);
  }

  forget(key: string): void {
    this.#tags.delete(key);
  }

  copy(path: string): Copy | undefined {
    const copy = this.#copies.get(path);
    if (copy) {
      this.#copies.delete(path);
      this.#copies.set(path, copy);
    }
    return copy;
  }

  /** Kept as text: what callers do with their objects does not change the copy. */
  keep(path: string, tag: string | null, text: string): void {
    this.drop(path);
    if (tag === null || text.length > MOST_TEXT) return;
    this.#copies.set(path, { tag, text });
    this.#size += text.length;
    for (const [oldest] of this.#copies) {
      if (this.#size <= MOST_TEXT) break;
      this.drop(oldest);
    }
  }

  drop(path: string): void {
    this.#size -= this.#copies.get(path)?.text.length ?? 0;
    this.#copies.delete(path);
  }
}

/** The tag of a version, as the server writes it. */
export function tagOf(version: number): string {
  return `"${version}"`;
}
