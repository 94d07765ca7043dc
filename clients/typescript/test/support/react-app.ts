// A small app in React, as a server renders it and a browser takes it over.

import { Suspense, createElement as h, useState, type ReactNode } from "react";
import type { Store, Task } from "tickbox-client";
import { TickboxProvider, useLists, useStatus, useTask, useTasks, useTickbox } from "tickbox-client/react";

/** How often the list was rendered. */
export const renders = { list: 0 };

export interface AppProps {
  create: () => Store;
  initial?: readonly Task[] | undefined;
  suspense?: boolean | undefined;
}

export function App({ create, initial, suspense }: AppProps): ReactNode {
  const page = suspense ? h(Suspense, { fallback: h("p", { id: "waiting" }, "Wait") }, h(Page, { suspense })) : h(Page, {});
  return h(TickboxProvider, { create, initial }, page);
}

function Page({ suspense }: { suspense?: boolean }): ReactNode {
  const [filter, setFilter] = useState("completed = false");
  const tasks = useTasks(filter, { order: "title", zone: "Etc/UTC", suspense });
  const store = useTickbox();
  renders.list += 1;
  return h(
    "main",
    null,
    h(Status),
    h("button", { id: "add", onClick: () => store.create({ title: `task ${store.tasks().length}` }) }, "Add"),
    h("button", { id: "all", onClick: () => setFilter("") }, "All"),
    h("ul", null, tasks.map(({ id, title }) => h("li", { key: id }, title))),
    tasks[0] && h(One, { id: tasks[0].id }),
    h("p", { id: "lists" }, useListNames()),
  );
}

const useListNames = () => useLists().map(({ name }) => name).join();

function One({ id }: { id: string }): ReactNode {
  const [first] = useState(id);
  const task = useTask(first);
  return h("p", { id: "one" }, task ? `${task.title} ${task.completed ? "done" : "open"}` : "gone");
}

function Status(): ReactNode {
  const { status, pending, error, isReady } = useStatus();
  return h("p", { id: "status" }, `${status} ${pending} ${error?.code ?? "-"} ${isReady ? "ready" : "-"}`);
}
