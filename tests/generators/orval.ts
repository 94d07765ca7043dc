// What `orval` makes: a client for fetch, and schemas of zod that read what the server answers.
import { createBatch, createTask, listTasks } from "./generated/orval/client.js";
import { CreateTaskBody, CreateTaskResponse, ListTasksResponse } from "./generated/orval/zod.js";
import { expect, longTitle, token, user } from "./server.js";

const options = { headers: { Authorization: `Bearer ${token}` } };

const created = await createTask(user, { title: longTitle }, options);
expect(created.status, 201);
expect(CreateTaskResponse.parse(created.data).title, longTitle);
expect(CreateTaskBody.parse({ title: "x" }).completed, undefined);

const done = await createBatch(user, { operations: [{ op: "create", title: "x" }] }, options);
expect(done.status, 200);

const list = await listTasks(user, {}, options);
expect(ListTasksResponse.parse(list.data).tasks.length, 2);
