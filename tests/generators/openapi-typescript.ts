// What `openapi-typescript` makes, with its own client: a body needs nothing but what is required.
import createClient from "openapi-fetch";

import type { components, paths } from "./generated/openapi-typescript.js";
import { expect, longTitle, token, url, user } from "./server.js";

type Schemas = components["schemas"];

const client = createClient<paths>({ baseUrl: url, headers: { Authorization: `Bearer ${token}` } });
const path = { user_id: user };

const body: Schemas["NewTask"] = { title: longTitle };
const created = await client.POST("/api/{user_id}/tasks", { params: { path }, body });
expect(created.data?.title, longTitle);

const batch: Schemas["Batch"] = { operations: [{ op: "create", title: "x" }] };
const done = await client.POST("/api/{user_id}/tasks/batch", { params: { path }, body: batch });
expect(done.data?.results[0]?.status, 201);

const task = { user_id: user, task_id: created.data?.id ?? "" };
const change: Schemas["TaskPatch"] = { completed: true };
const changed = await client.PATCH("/api/{user_id}/tasks/{task_id}", { params: { path: task }, body: change });
expect(changed.data?.completed, true);

const refused = await client.POST("/api/{user_id}/tasks", { params: { path }, body: { title: "" } });
expect(refused.error?.error.fields?.[0], "title");
