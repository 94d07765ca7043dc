// The grammar of filters, in the steps in which the server reads them (`src/domain/filter/syntax.rs`), so that mistakes
// have the same columns and words.

/** A filter or an order that cannot be understood. Columns are counted in characters, from 1. */
export class FilterError extends Error {
  override readonly name = "FilterError";

  constructor(
    readonly column: number,
    readonly expected: string,
  ) {
    super(`column ${column}: expected ${expected}`);
  }
}

export type Tree =
  | { all: Tree[] }
  | { any: Tree[] }
  | { not: Tree }
  | { bare: Value }
  | { left: Value; sign: Sign; column: number; argument: Argument };
export type Sign = "=" | "!=" | "<" | "<=" | ">" | ">=" | ":";
export type Argument = { value: Value; more: { plus: boolean; call: Call }[] } | { group: Tree };
export interface Word {
  column: number;
  text: string;
  quoted: boolean;
}
export interface Call {
  column: number;
  call: string;
  values: Value[];
}
export type Value = Word | Call;

const SIGNS: Sign[] = ["<=", "<", ">=", ">", "!=", "=", ":"];
export const SPAN = "days(n) or weeks(n)";
const TERM = "a word, a field, NOT or '('";
const isSpace = (character: string | undefined) => character !== undefined && /\p{White_Space}/u.test(character);
const isText = (character: string | undefined) => character !== undefined && !isSpace(character) && !"(),\"'=<>!:".includes(character);

export function read(text: string): Tree {
  let bytes = 0;
  for (const [index, character] of [...text].entries()) {
    bytes += new TextEncoder().encode(character).length;
    if (bytes > 1000) throw new FilterError(index + 1, "at most 1000 bytes");
  }
  const reader = new Reader(text);
  reader.skipSpace();
  if (reader.peek() === undefined) return { all: [] };
  const tree = reader.expression();
  if (reader.peek() !== undefined) throw reader.mistake("no ')' that nothing opened");
  return tree;
}

class Reader {
  readonly #characters: string[];
  #at = 0;
  #depth = 0;
  #terms = 0;

  constructor(text: string) {
    this.#characters = [...text];
  }

  peek(): string | undefined {
    return this.#characters[this.#at];
  }

  mistake(expected: string, column = this.#at + 1): FilterError {
    return new FilterError(column, expected);
  }

  skipSpace(): boolean {
    const start = this.#at;
    while (isSpace(this.peek())) this.#at += 1;
    return this.#at > start;
  }

  expression(): Tree {
    const terms = [this.#term()];
    let joint: "AND" | "OR" | undefined;
    for (;;) {
      const spaced = this.skipSpace();
      const next = this.peek();
      if (next === undefined || next === ")") break;
      if (!spaced) throw this.mistake("a space");
      const mixed = this.mistake("parentheses, because AND and OR are mixed");
      const found = !this.#takeKeyword("AND") && this.#takeKeyword("OR") ? "OR" : "AND";
      if (joint !== undefined && joint !== found) throw mixed;
      joint = found;
      this.skipSpace();
      terms.push(this.#term());
    }
    if (joint === undefined) return terms[0]!;
    return joint === "OR" ? { any: terms } : { all: terms };
  }

  #startsWith(text: string): boolean {
    return [...text].every((character, index) => this.#characters[this.#at + index] === character);
  }

  /** Takes a keyword: it ends where a space or a parenthesis begins. */
  #takeKeyword(keyword: string): boolean {
    const after = this.#characters[this.#at + keyword.length];
    const found = this.#startsWith(keyword) && (after === undefined || after === "(" || isSpace(after));
    if (found) this.#at += keyword.length;
    return found;
  }

  #enter(): void {
    if (this.#depth === 8) throw this.mistake("at most 8 levels of parentheses");
    this.#depth += 1;
    this.#at += 1;
    this.skipSpace();
  }

  #leave(expected: string): void {
    if (this.peek() !== ")") throw this.mistake(expected);
    this.#at += 1;
    this.#depth -= 1;
  }

  #term(): Tree {
    if (this.#takeKeyword("NOT")) this.skipSpace();
    else if (this.peek() === "-") this.#at += 1;
    else return this.#simple();
    return { not: this.#simple() };
  }

  #simple(): Tree {
    if (this.peek() === "(") return this.#group();
    if (this.#terms === 20) throw this.mistake("at most 20 terms");
    this.#terms += 1;
    const start = this.#at;
    if (["AND", "OR", "NOT"].some((keyword) => this.#takeKeyword(keyword))) throw this.mistake(TERM, start + 1);
    const left = this.#value(TERM);
    const end = this.#at;
    this.skipSpace();
    const column = this.#at + 1;
    const sign = SIGNS.find((sign) => this.#startsWith(sign));
    if (sign === undefined) {
      this.#at = end;
      return { bare: left };
    }
    this.#at += sign.length;
    this.skipSpace();
    return { left, sign, column, argument: this.#argument() };
  }

  #group(): Tree {
    this.#enter();
    const tree = this.expression();
    this.#leave("')'");
    return tree;
  }

  #argument(): Argument {
    if (this.peek() === "(") return { group: this.#group() };
    const value = this.#moment() ?? this.#value("a value");
    const more: { plus: boolean; call: Call }[] = [];
    for (;;) {
      const end = this.#at;
      this.skipSpace();
      const sign = this.peek();
      this.#at += 1;
      const isApart = this.skipSpace() || this.peek() === undefined;
      const adds = (sign === "+" || sign === "-") && (this.#startsWith("days(") || this.#startsWith("weeks("));
      if (!adds) {
        // A `-` before anything else begins the next term, and so does a word that begins with a `+`.
        if (sign === "+" && (isApart || "call" in value)) throw this.mistake(SPAN);
        this.#at = end;
        return { value, more };
      }
      more.push({ plus: sign === "+", call: this.#value("a value") as Call });
    }
  }

  /** A moment without quotes, although its colons would end a word. */
  #moment(): Word | undefined {
    if (!/^\d{4}-\d\d-\d\dT\d\d:./su.test(this.#characters.slice(this.#at, this.#at + 15).join(""))) return undefined;
    const column = this.#at + 1;
    return { column, text: this.#while((character) => isText(character) || character === ":"), quoted: false };
  }

  #while(fits: (character: string | undefined) => boolean): string {
    const start = this.#at;
    while (fits(this.peek())) this.#at += 1;
    return this.#characters.slice(start, this.#at).join("");
  }

  #value(expected: string): Value {
    const column = this.#at + 1;
    const first = this.peek();
    if (first === '"' || first === "'") return { column, text: this.#quoted(first), quoted: true };
    if (!isText(first)) throw this.mistake(expected);
    const text = this.#while(isText);
    return this.peek() === "(" ? this.#call(column, text) : { column, text, quoted: false };
  }

  #call(column: number, call: string): Call {
    this.#enter();
    const values: Value[] = [];
    while (this.peek() !== ")" || values.length > 0) {
      values.push(this.#value("a value"));
      this.skipSpace();
      if (this.peek() !== ",") break;
      this.#at += 1;
      this.skipSpace();
    }
    this.#leave("',' or ')'");
    return { column, call, values };
  }

  #quoted(quote: string): string {
    this.#at += 1;
    let text = "";
    for (let character = this.peek(); character !== undefined; character = this.peek()) {
      this.#at += 1;
      if (character === quote) return text;
      if (character === "\\") {
        const escaped = this.peek() ?? "";
        if (escaped !== "") this.#at += 1;
        text += { n: "\n", r: "\r", t: "\t" }[escaped] ?? escaped;
      } else {
        text += character;
      }
    }
    throw this.mistake(`${quote} at the end of the text`);
  }
}
