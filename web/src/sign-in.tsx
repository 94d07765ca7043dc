// The way in: a name in development, a token, or e-mail and password at the Better Auth server.

import { useState } from "preact/hooks";
import { Logo } from "./icons.js";
import {
  SignInError,
  hasServer,
  signInByName,
  signInByPassword,
  signInByToken,
  type Person,
} from "./session.js";
import { SIGN_IN } from "./setting.js";

interface Parts {
  onPerson: (person: Person) => void;
  /** Who has to sign in again, if it is somebody certain. */
  again?: Person;
}

export function SignIn({ onPerson, again }: Parts) {
  const [error, setError] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const enter = async (work: () => Promise<Person> | Person) => {
    setBusy(true);
    setError(undefined);
    try {
      onPerson(await work());
    } catch (thrown) {
      setError(
        thrown instanceof SignInError
          ? thrown.message
          : `That did not work: ${(thrown as Error).message}`,
      );
    } finally {
      setBusy(false);
    }
  };
  const ways = { error, isBusy, enter, again };
  return (
    <main class="sign-in">
      <div class="card">
        <Logo />
        <h1>{again ? `Sign in again, ${again.name}` : "Sign in to tickbox"}</h1>
        {hasServer() ? (
          <ByPassword {...ways} />
        ) : SIGN_IN === "name" ? (
          <ByName {...ways} />
        ) : (
          <ByToken {...ways} />
        )}
      </div>
    </main>
  );
}

interface Way {
  error: string | undefined;
  isBusy: boolean;
  enter: (work: () => Promise<Person> | Person) => Promise<void>;
  again: Person | undefined;
}

function Failure({ error }: { error: string | undefined }) {
  return (
    <p class="error" role="alert" id="sign-in-error">
      {error}
    </p>
  );
}

function ByName({ error, isBusy, enter, again }: Way) {
  const [name, setName] = useState(again?.id ?? "demo");
  const submit = (event: Event) => {
    event.preventDefault();
    void enter(() => signInByName(name));
  };
  return (
    <form onSubmit={submit}>
      <p>This server runs in development: any name will do. Each has tasks of its own.</p>
      <label class="stacked">
        Name
        <input
          value={name}
          required
          maxLength={255}
          autofocus
          autocomplete="username"
          spellcheck={false}
          aria-describedby="sign-in-error"
          onInput={({ currentTarget }) => setName(currentTarget.value)}
        />
      </label>
      <Failure error={error} />
      <button type="submit" class="primary" disabled={isBusy}>
        Go on
      </button>
    </form>
  );
}

function ByToken({ error, isBusy, enter }: Way) {
  const [token, setToken] = useState("");
  const submit = (event: Event) => {
    event.preventDefault();
    void enter(() => signInByToken(token));
  };
  return (
    <form onSubmit={submit}>
      <p>
        This server knows no sign-in server (<code>BETTER_AUTH_URL</code>), so it takes a token.{" "}
        <code>tickbox token --user NAME</code> makes one.
      </p>
      <label class="stacked">
        Token
        <textarea
          value={token}
          rows={4}
          required
          spellcheck={false}
          autocomplete="off"
          aria-describedby="sign-in-error"
          onInput={({ currentTarget }) => setToken(currentTarget.value)}
        />
      </label>
      <Failure error={error} />
      <button type="submit" class="primary" disabled={isBusy}>
        Go on
      </button>
    </form>
  );
}

function ByPassword({ error, isBusy, enter, again }: Way) {
  const [isNew, setNew] = useState(false);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const said = new FormData(event.currentTarget as HTMLFormElement);
    const text = (name: string) => String(said.get(name) ?? "");
    void enter(() =>
      signInByPassword({
        email: text("email").trim(),
        password: text("password"),
        ...(isNew && { name: text("name").trim() }),
      }),
    );
  };
  return (
    <form onSubmit={submit}>
      {isNew && (
        <label class="stacked">
          Name
          <input name="name" required maxLength={200} autocomplete="name" />
        </label>
      )}
      <label class="stacked">
        E-mail
        <input
          name="email"
          type="email"
          required
          autofocus
          autocomplete="email"
          aria-describedby="sign-in-error"
        />
      </label>
      <label class="stacked">
        Password
        <input
          name="password"
          type="password"
          required
          minLength={isNew ? 8 : 1}
          autocomplete={isNew ? "new-password" : "current-password"}
          aria-describedby="sign-in-error"
        />
      </label>
      {isNew && <p class="hint">At least 8 characters.</p>}
      <Failure error={error} />
      <button type="submit" class="primary" disabled={isBusy}>
        {isNew ? "Sign up" : "Sign in"}
      </button>
      {!again && (
        <button type="button" class="link" onClick={() => setNew(!isNew)}>
          {isNew ? "I have an account" : "I am new here"}
        </button>
      )}
    </form>
  );
}
