// The user of the app and their tasks: all that talks to the two servers. Knows nothing of the page.

export class Tasks {
  #tickbox;
  #auth;
  #fetch;
  #token = null;
  user = null;

  // `auth` is empty where the page comes from the Better Auth server itself.
  constructor({ tickbox, auth = "", fetch = (...request) => globalThis.fetch(...request) }) {
    this.#tickbox = tickbox;
    this.#auth = auth;
    this.#fetch = fetch;
  }

  async signUp(email, password) {
    const name = email.split("@")[0];
    ({ user: this.user } = await this.#askAuth("sign-up/email", { name, email, password }));
  }

  async signIn(email, password) {
    ({ user: this.user } = await this.#askAuth("sign-in/email", { email, password }));
  }

  // Who was signed in before the page was loaded, if anybody.
  async resume() {
    this.user = (await this.#askAuth("get-session"))?.user ?? null;
  }

  async signOut() {
    await this.#askAuth("sign-out", {});
    this.user = this.#token = null;
  }

  async list() {
    return (await this.#askTickbox("GET", "")).tasks;
  }

  create(title) {
    return this.#askTickbox("POST", "", { title });
  }

  complete(task, completed) {
    return this.#askTickbox("PATCH", `/${task.id}/complete`, { completed });
  }

  delete(task) {
    return this.#askTickbox("DELETE", `/${task.id}`);
  }

  async #askAuth(path, body) {
    const request = body
      ? { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) }
      : {};
    const response = await this.#fetch(`${this.#auth}/api/auth/${path}`, request);
    const answer = await response.json().catch(() => null);
    if (!response.ok) throw new Error(answer?.message ?? `The sign-in server answers ${response.status}`);
    return answer;
  }

  async #askTickbox(method, path, body) {
    const url = `${this.#tickbox}/api/${encodeURIComponent(this.user.id)}/tasks${path}`;
    const ask = async () => {
      this.#token ??= (await this.#askAuth("token")).token;
      const headers = { authorization: `Bearer ${this.#token}`, "content-type": "application/json" };
      return this.#fetch(url, { method, headers, body: body && JSON.stringify(body) });
    };
    let response = await ask();
    if (response.status === 401) {
      // A token lives for 15 minutes; the session that gets a new one lives for days.
      this.#token = null;
      response = await ask();
    }
    if (response.status === 204) return null;
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.error.message);
    return answer;
  }
}
