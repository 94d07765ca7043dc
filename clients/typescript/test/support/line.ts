// The line between a client and the server, which can be cut, slow, and lose answers to requests that the server has
// taken.

import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

export class Line {
  readonly #port: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #up = true;
  /** Asked for each piece that the server sends, with the method it answers: whether the connection breaks in its place. */
  loses: (method: string) => boolean = () => false;
  /** Asked for each piece in either direction: how many milliseconds it takes. */
  delay: () => number = () => 0;
  /** How many answers, or parts of them, were lost. */
  lost = 0;

  private constructor(url: string) {
    this.#port = Number(new URL(url).port);
    this.#server = createServer((socket) => this.#join(socket));
  }

  static async to(url: string): Promise<Line> {
    const line = new Line(url);
    line.#server.listen(0, "127.0.0.1");
    await once(line.#server, "listening");
    return line;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Every connection breaks, and no new one is accepted. */
  cut(): void {
    this.#up = false;
    this.#break();
  }

  mend(): void {
    this.#up = true;
  }

  get isUp(): boolean {
    return this.#up;
  }

  /** The answer to the next write is lost, after the server has taken it; comes back when it is. */
  loseNext(): Promise<void> {
    return new Promise((resolve) => {
      this.loses = (method) => {
        if (method === "GET") return false;
        this.loses = () => false;
        resolve();
        return true;
      };
    });
  }

  async close(): Promise<void> {
    this.#break();
    this.#server.close();
    await once(this.#server, "close");
  }

  #break(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #join(client: Socket): void {
    if (!this.#up) {
      client.destroy();
      return;
    }
    const server = connect(this.#port, "127.0.0.1");
    let method = "";
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(one);
      one.setNoDelay(true);
      let before = Promise.resolve();
      one.on("data", (piece) => {
        if (one === client) method = /^[A-Z]+(?= \/)/.exec(piece.toString("latin1"))?.[0] ?? method;
        else if (this.loses(method)) {
          this.lost += 1;
          client.destroy();
          server.destroy();
          return;
        }
        const wait = this.delay();
        before = before.then(async () => {
          if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
          if (other.writable) other.write(piece);
        });
      });
      one.on("error", () => undefined);
      one.on("end", () => void before.then(() => other.end()));
      one.on("close", () => {
        this.#sockets.delete(one);
        void before.then(() => other.destroy());
      });
    }
  }
}
