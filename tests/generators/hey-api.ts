// What `@hey-api/openapi-ts` makes, with its client for fetch.
import { client } from "./generated/hey-api/client.gen.js";
import { createBatch, createTask, listTasks } from "./generated/hey-api/sdk.gen.js";
import { expect, longTitle, token, url, user } from "./server.js";

client.setConfig({ baseUrl: url, auth: token });
const path = { user_id: user };

const created = await createTask({ path, body: { title: longTitle } });
expect(created.data?.title, longTitle);

const done = await createBatch({ path, body: { operations: [{ op: "create", title: "x" }] } });
expect(done.data?.results[0]?.status, 201);

const list = await listTasks({ path, query: { limit: 10 } });
expect(list.data?.tasks.length, 2);
