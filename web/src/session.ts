// Who is signed in, and where their tokens come from. What is remembered is a name, and where
// nothing else gives a token the token itself; the session of a Better Auth server is that server's
// cookie.

import { lastUser } from "../../clients/typescript/src/last-user.js";
import { claims } from "../../clients/typescript/src/tokens.js";
import { APP, ROOT, SIGN_IN, keep, kept } from "./setting.js";

/** A server that does not answer for so many milliseconds is not there. */
const PATIENCE = 10_000;

export interface Person {
  /** The identity in their tokens. */
  id: string;
  /** What they are called on the page. */
  name: string;
}

/** What to say to the person who wants to sign in. */
export class SignInError extends Error {}

/** The session has come to its end: somebody has to sign in again. */
export class SignedOut extends Error {}

/** Who was here last: their tasks show at once, also without a network. */
export function lastPerson(): Person | undefined {
  const id = lastUser(APP);
  if (id === undefined) return undefined;
  const named = kept<Person>("person");
  return named?.id === id ? named : { id, name: id };
}

/** What they are called; whose tasks are here the client knows. */
function remember(person: Person): Person {
  keep("person", person);
  return person;
}

const unreachable = (): never => {
  throw new SignInError("The server cannot be reached. Are you online?");
};

/** A token of this person. */
export async function token(person: Person): Promise<string> {
  if (SIGN_IN === "name") return developmentToken(person.id);
  if (SIGN_IN === "token") {
    const token = kept<string>("token");
    const { exp } = claims(token ?? "");
    if (token === undefined || (typeof exp === "number" && exp * 1000 < Date.now()))
      throw new SignedOut("Signed out");
    return token;
  }
  const answer = await auth("token");
  if (answer.status === 401) throw new SignedOut("Signed out");
  const { token } = (await answer.json()) as { token?: string };
  if (!answer.ok || !token) throw new Error(`The sign-in server answers ${answer.status}`);
  return token;
}

/** Development only: the server signs for whoever sits at its machine. */
async function developmentToken(user: string): Promise<string> {
  const headers = { "Content-Type": "application/json" };
  const request = { method: "POST", headers, body: JSON.stringify({ user }) };
  const answer = await fetch(`${ROOT}development/token`, request);
  const body = (await answer.json()) as { token?: string; error?: { message: string } };
  if (!body.token)
    throw new SignInError(body.error?.message ?? `The server answers ${answer.status}`);
  return body.token;
}

export async function signInByName(name: string): Promise<Person> {
  const id = name.trim();
  await developmentToken(id).catch((error: unknown) => {
    throw error instanceof SignInError ? error : unreachable();
  });
  return remember({ id, name: id });
}

export function signInByToken(text: string): Person {
  const token = text.trim().replace(/^Bearer\s+/i, "");
  const { sub, user_id, exp } = claims(token);
  const id = sub ?? user_id;
  if (typeof id !== "string")
    throw new SignInError(
      "This is no token: a token has three parts with dots between them, and says whose it is.",
    );
  if (typeof exp === "number" && exp * 1000 < Date.now())
    throw new SignInError("This token has come to its end: take a fresh one.");
  keep("token", token);
  return remember({ id, name: id });
}

export interface Credentials {
  email: string;
  password: string;
  /** Only of somebody new. */
  name?: string;
}

export async function signInByPassword(credentials: Credentials): Promise<Person> {
  const path = credentials.name === undefined ? "sign-in/email" : "sign-up/email";
  const answer = await auth(path, credentials).catch(unreachable);
  const said = (await answer.json().catch(() => ({}))) as {
    message?: string;
    user?: { name?: string; email?: string };
  };
  if (!answer.ok)
    throw new SignInError(said.message ?? `The sign-in server answers ${answer.status}.`);
  const person = await whoIs({ name: said.user?.name || said.user?.email || credentials.email });
  if (!person && credentials.name !== undefined) {
    throw new SignInError(
      "Your account is made. If a mail has come, follow the link in it first; then sign in.",
    );
  }
  if (!person)
    throw new SignInError(
      "The browser has not kept the session: the sign-in server is of another site than this page.",
    );
  return person;
}

/**
 * Who is signed in at the Better Auth server, perhaps by another page; nobody, if it cannot be
 * told.
 */
export async function whoIs(known?: { name: string }): Promise<Person | undefined> {
  if (!hasServer()) return undefined;
  try {
    const { sub, name, email } = claims(await token({ id: "", name: "" })) as Record<
      string,
      unknown
    >;
    if (typeof sub !== "string") return undefined;
    const said = [known?.name, name, email, sub].find(
      (text) => typeof text === "string" && text !== "",
    );
    return remember({ id: sub, name: said as string });
  } catch {
    return undefined;
  }
}

export const hasServer = (): boolean => SIGN_IN !== "name" && SIGN_IN !== "token";

/** Ends the session, also if its server does not answer: what it keeps ends by itself. */
export async function signOut(): Promise<void> {
  for (const name of ["person", "token", "import"]) keep(name, undefined);
  if (hasServer()) await auth("sign-out", {}).catch(() => undefined);
}

/** Asks the Better Auth server; its cookie goes along, also to another origin. */
function auth(path: string, body?: unknown): Promise<Response> {
  const request: RequestInit = {
    credentials: "include",
    cache: "no-store",
    signal: AbortSignal.timeout(PATIENCE),
  };
  if (body === undefined) return fetch(`${SIGN_IN}/${path}`, request);
  const headers = { "Content-Type": "application/json" };
  return fetch(`${SIGN_IN}/${path}`, {
    ...request,
    method: "POST",
    headers,
    body: JSON.stringify(body),
  });
}
