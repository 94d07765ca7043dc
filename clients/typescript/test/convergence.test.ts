// Devices in Node, two to five of them, in a storm.

import { after, before, test } from "node:test";
import { createClient, memory } from "tickbox-client";
import { converges } from "./support/chaos.js";
import { Server, someone, tokenOf } from "./support/server.js";
import { Storm, seeds, trySeeds } from "./support/storm.js";

let server: Server;
before(async () => {
  server = await Server.start();
});
after(() => server.remove());

test("after a storm all devices have what the server has, and nothing is lost or done twice", async (context) => {
  const attempt = async (seed: number) => {
    const user = someone();
    const storm = await Storm.over(server.url, 2 + (seed % 4), seed);
    const storages = storm.lines.map(() => memory());
    try {
      const counts = await converges(seed, {
        direct: createClient({ baseUrl: server.url, token: tokenOf(user) }),
        lines: storm.lines,
        token: () => tokenOf(user),
        storm: (begins) => storm.blow(begins),
        storage: (device) => storages[device]!,
      });
      return { ...counts, "answers lost": storm.lost };
    } finally {
      await storm.end();
    }
  };
  context.diagnostic(await trySeeds({ ...seeds(20), atOnce: 4 }, attempt));
});
