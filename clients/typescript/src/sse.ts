// Server-sent events as the WHATWG HTML standard parses them (§9.2.6). Where the text comes from, and what the
// events mean, is not its business.

export interface Message {
  /** The type of the event; `message` if it has none. */
  event: string;
  data: string;
  /** The last id that the stream has named, by this event or an earlier one. */
  id: string;
}

export class SseParser {
  /** What the stream has asked for as the time before a new connection, in milliseconds. */
  retry: number | undefined;
  #id: string;
  #event = "";
  #data: string[] = [];
  #rest = "";
  #skipNewline = false;

  constructor(lastId = "") {
    this.#id = lastId;
  }

  /** Takes text in pieces of any size, and gives the events that it completes. */
  push(text: string): Message[] {
    const messages: Message[] = [];
    // A carriage return at the end of a piece may have its line feed at the beginning of the next.
    if (text === "") return messages;
    const begin = this.#skipNewline && text.startsWith("\n") ? 1 : 0;
    this.#skipNewline = text.endsWith("\r");
    text = text.slice(begin);
    const lines = text.split(/\r\n|\r|\n/);
    lines[0] = this.#rest + lines[0]!;
    this.#rest = lines.pop()!;
    for (const line of lines) {
      if (line !== "") this.#take(line);
      else {
        if (this.#data.length > 0) {
          messages.push({ event: this.#event || "message", data: this.#data.join("\n"), id: this.#id });
        }
        this.#event = "";
        this.#data = [];
      }
    }
    return messages;
  }

  #take(line: string): void {
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "data") this.#data.push(value);
    else if (field === "event") this.#event = value;
    else if (field === "id" && !value.includes("\0")) this.#id = value;
    else if (field === "retry" && /^\d+$/.test(value)) this.retry = Number(value);
  }
}
