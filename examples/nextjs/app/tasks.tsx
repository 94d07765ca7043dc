"use client";
// The tasks in the browser: at once, live, and offline too. Until the store knows them, those that the server has read are shown.

import { useRouter } from "next/navigation";
import { useState, type FormEvent } from "react";
import { createClient, createStore, indexedDb, type Task } from "tickbox-client";
import { TickboxProvider, useStatus, useTasks, useTickbox } from "tickbox-client/react";
import { authClient } from "../lib/auth-client";

interface Props {
  user: string;
  name: string;
  tickbox: string;
  initial: Task[];
}

const token = async () => (await authClient.token()).data?.token;

export function Tasks({ user, name, tickbox, initial }: Props) {
  const create = () => createStore({ client: createClient({ baseUrl: tickbox, token }), storage: indexedDb(`tickbox-${user}`) });
  return (
    <TickboxProvider create={create} initial={initial} key={user}>
      <Header name={name} />
      <Add />
      <List />
    </TickboxProvider>
  );
}

function Header({ name }: { name: string }) {
  const store = useTickbox();
  const router = useRouter();
  const { status, pending } = useStatus();
  async function signOut() {
    const isGone = await store.wipe((unsent) => confirm(`${unsent.length} changes are not sent yet. Sign out all the same?`));
    if (!isGone) return;
    await authClient.signOut();
    router.refresh();
  }
  return (
    <header>
      <p>
        {name}: <span role="status">{status}</span>
        {pending > 0 && `, ${pending} to be sent`}
      </p>
      <button onClick={() => store.undo()}>Undo</button>
      <button onClick={signOut}>Sign out</button>
    </header>
  );
}

function Add() {
  const store = useTickbox();
  const [title, setTitle] = useState("");
  function submit(event: FormEvent) {
    event.preventDefault();
    store.create({ title });
    setTitle("");
  }
  return (
    <form onSubmit={submit}>
      <input value={title} onChange={(event) => setTitle(event.target.value)} placeholder="What is to be done?" aria-label="Title" required />
      <button>Add</button>
    </form>
  );
}

function List() {
  const store = useTickbox();
  const tasks = useTasks("completed = false", { order: "created_at desc" });
  return (
    <ul>
      {tasks.map(({ id, title }) => (
        <li key={id}>
          <label>
            <input type="checkbox" checked={false} onChange={() => store.complete(id)} /> {title}
          </label>
        </li>
      ))}
    </ul>
  );
}
