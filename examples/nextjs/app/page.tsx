// A server component: it reads the first tasks with the session of the request, so that they are in the page that is sent.

import { headers } from "next/headers";
import { createClient, type Task } from "tickbox-client";
import { auth } from "../lib/auth";
import { SignIn } from "./sign-in";
import { Tasks } from "./tasks";

const TICKBOX = process.env.TICKBOX_URL ?? "http://127.0.0.1:8000";

export default async function Page() {
  const request = { headers: await headers() };
  const session = await auth.api.getSession(request);
  if (!session) return <SignIn />;
  const { token } = await auth.api.getToken(request);
  return <Tasks user={session.user.id} name={session.user.name} tickbox={TICKBOX} initial={await read(token)} />;
}

/** The open tasks; none if tickbox is away: the browser has its own copy. */
async function read(token: string): Promise<Task[]> {
  const client = createClient({ baseUrl: TICKBOX, token, retry: { attempts: 1 } });
  try {
    return (await client.list({ completed: false })).tasks;
  } catch (error) {
    console.error("tickbox:", error);
    return [];
  }
}
