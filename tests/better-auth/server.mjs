// Real Better Auth servers on loopback, for the tests. What one is set to comes as JSON in the first argument,
// or as an array for several; once all listen, a line of JSON for each has its address. All end when their
// standard input does, so that they cannot outlive the test that started them.
import { createServer } from "node:http";
import "./clock.mjs";

// Functions cannot be sent as JSON, so the test names one of these.
const PAYLOADS = {
  idAndName: ({ user }) => ({ id: user.id, name: user.name }),
  nothing: () => ({}),
  expiryInMilliseconds: () => ({ exp: Date.now() + 3_600_000 }),
  expiryAsFraction: () => ({ exp: Date.now() / 1000 + 3600.5 }),
};
const SUBJECTS = { email: ({ user }) => user.email };

class Fixture {
  requests = {};
  mails = [];

  constructor(options) {
    this.options = options;
    this.tables = revived(options.tables) ?? {
      user: [], session: [], account: [], verification: [], jwks: [], rateLimit: [],
    };
    this.server = createServer((request, response) => this.answer(request, response));
  }

  async start() {
    await new Promise((done) => this.server.listen(this.options.port ?? 0, "127.0.0.1", done));
    this.ready = this.setUp();
    return this.ready;
  }

  async setUp() {
    const url = `http://127.0.0.1:${this.server.address().port}`;
    const library = this.options.version === "1.3" ? "better-auth-1.3" : "better-auth";
    const { betterAuth } = await import(library);
    const { memoryAdapter } = await import(`${library}/adapters/memory`);
    const { toNodeHandler } = await import(`${library}/node`);
    this.auth = betterAuth({
      baseURL: url,
      secret: "a-secret-of-the-tests-that-guards-nothing",
      database: memoryAdapter(this.tables),
      emailAndPassword: { enabled: true },
      emailVerification: {
        sendOnSignUp: true,
        sendVerificationEmail: async ({ token }) => this.mails.push(token),
      },
      ...(this.options.cors && { trustedOrigins: (request) => [request?.headers.get("origin") ?? ""] }),
      rateLimit: { enabled: false },
      telemetry: { enabled: false },
      plugins: this.plugins(await import(`${library}/plugins`)),
      ...this.options.auth,
    });
    this.handle = toNodeHandler(this.auth);
    return url;
  }

  plugins({ jwt, bearer }) {
    const list = [];
    if (this.options.jwt !== false) {
      const { payload, subject, ...rest } = this.options.jwt ?? {};
      const jwtOptions = { ...rest, jwt: { ...rest.jwt } };
      if (payload) jwtOptions.jwt.definePayload = known(PAYLOADS, payload);
      if (subject) jwtOptions.jwt.getSubject = known(SUBJECTS, subject);
      list.push(jwt(jwtOptions));
    }
    if (this.options.bearer) list.push(bearer());
    return list;
  }

  async answer(request, response) {
    // Somebody may ask while the libraries are still being loaded.
    await this.ready;
    if (this.options.cors && allowed(request, response)) return response.writeHead(204).end();
    const path = request.url.split("?")[0];
    switch (path) {
      case "/fixture/requests":
        return write(response, this.requests);
      case "/fixture/mails":
        return write(response, this.mails);
      case "/fixture/tables":
        return write(response, this.tables);
      case "/fixture/advance":
        Date.advance((await body(request)).seconds);
        return write(response, {});
      // Whatever the operators of a server let it sign, with the keys that it publishes.
      case "/fixture/sign":
        return write(response, await this.auth.api.signJWT({ body: { payload: await body(request) } }));
      default:
        this.requests[path] = (this.requests[path] ?? 0) + 1;
        return this.handle(request, response);
    }
  }
}

// As a framework in front of Better Auth allows pages of other origins, with cookies. Whether that was a preflight.
function allowed(request, response) {
  const { origin } = request.headers;
  if (origin === undefined) return false;
  const headers = { origin, credentials: "true", methods: "GET, POST", headers: "content-type" };
  for (const [name, value] of Object.entries(headers)) response.setHeader(`access-control-allow-${name}`, value);
  return request.method === "OPTIONS";
}

async function body(request) {
  let text = "";
  for await (const part of request) text += part;
  return JSON.parse(text);
}

function write(response, value) {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify(value));
}

function known(table, name) {
  if (!(name in table)) throw new Error(`no such function: ${name}`);
  return table[name];
}

// A database of an earlier server; JSON has no dates.
function revived(tables) {
  const date = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;
  const revive = (_, value) => (typeof value === "string" && date.test(value) ? new Date(value) : value);
  return tables && JSON.parse(JSON.stringify(tables), revive);
}

process.stdin.resume().on("close", () => process.exit(0));
const fixtures = [JSON.parse(process.argv[2] ?? "{}")].flat().map((options) => new Fixture(options));
const urls = await Promise.all(fixtures.map((fixture) => fixture.start()));
for (const url of urls) console.log(JSON.stringify({ url }));
