"use client";

import { useRouter } from "next/navigation";
import { useState, type FormEvent } from "react";
import { authClient } from "../lib/auth-client";

export function SignIn() {
  const router = useRouter();
  const [problem, setProblem] = useState<string>();
  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const { submitter } = event.nativeEvent as SubmitEvent;
    const form = new FormData(event.currentTarget);
    const [email, password] = [String(form.get("email")), String(form.get("password"))];
    const isNew = (submitter as HTMLButtonElement | null)?.value === "new";
    const name = email.split("@")[0] ?? email;
    const { error } = await (isNew ? authClient.signUp.email({ email, password, name }) : authClient.signIn.email({ email, password }));
    if (error) setProblem(error.message ?? `The sign-in answers ${error.status}`);
    else router.refresh();
  }
  return (
    <form onSubmit={submit}>
      <input name="email" type="email" placeholder="E-mail" aria-label="E-mail" autoComplete="username" required />
      <input name="password" type="password" placeholder="Password" aria-label="Password" autoComplete="current-password" minLength={8} required />
      <button value="in">Sign in</button>
      <button value="new">Sign up</button>
      {problem && <p role="alert">{problem}</p>}
    </form>
  );
}
