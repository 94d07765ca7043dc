// A real Better Auth server on loopback, for the tests. What it is set to comes as JSON in the first
// argument; once it listens it writes one line of JSON with its address, and it ends when its
// standard input does, so that it cannot outlive the test that started it.
import { createServer } from "node:http";

// Functions cannot be sent as JSON, so the test names one of these.
const PAYLOADS = {
  idAndName: ({ user }) => ({ id: user.id, name: user.name }),
  nothing: () => ({}),
  expiryInMilliseconds: () => ({ exp: Date.now() + 3_600_000 }),
  expiryAsFraction: () => ({ exp: Date.now() / 1000 + 3600.5 }),
};
const SUBJECTS = { email: ({ user }) => user.email };

const options = JSON.parse(process.argv[2] ?? "{}");
const requests = {};
let auth;
let handle;

const server = createServer((request, response) => {
  const path = request.url.split("?")[0];
  if (path === "/fixture/requests") return answer(response, 200, requests);
  if (path === "/fixture/sign") return sign(request, response);
  requests[path] = (requests[path] ?? 0) + 1;
  return handle(request, response);
});

// Whatever the operators of a server let it sign, with the keys that it publishes.
async function sign(request, response) {
  let body = "";
  for await (const part of request) body += part;
  const payload = JSON.parse(body);
  answer(response, 200, await auth.api.signJWT({ body: { payload } }));
}

function answer(response, status, value) {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(value));
}

function plugins({ jwt, bearer }) {
  const list = [];
  if (options.jwt !== false) {
    const { payload, subject, ...rest } = options.jwt ?? {};
    const jwtOptions = { ...rest, jwt: { ...rest.jwt } };
    if (payload) jwtOptions.jwt.definePayload = known(PAYLOADS, payload);
    if (subject) jwtOptions.jwt.getSubject = known(SUBJECTS, subject);
    list.push(jwt(jwtOptions));
  }
  if (options.bearer) list.push(bearer());
  return list;
}

function known(table, name) {
  if (!(name in table)) throw new Error(`no such function: ${name}`);
  return table[name];
}

async function start() {
  const url = `http://127.0.0.1:${server.address().port}`;
  const library = options.version === "1.3" ? "better-auth-1.3" : "better-auth";
  const { betterAuth } = await import(library);
  const { memoryAdapter } = await import(`${library}/adapters/memory`);
  const { toNodeHandler } = await import(`${library}/node`);
  const tables = { user: [], session: [], account: [], verification: [], jwks: [], rateLimit: [] };
  auth = betterAuth({
    baseURL: url,
    secret: "a-secret-of-the-tests-that-guards-nothing",
    database: memoryAdapter(tables),
    emailAndPassword: { enabled: true },
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    plugins: plugins(await import(`${library}/plugins`)),
    ...options.auth,
  });
  handle = toNodeHandler(auth);
  console.log(JSON.stringify({ url }));
}

process.stdin.resume().on("close", () => process.exit(0));
server.listen(options.port ?? 0, "127.0.0.1", start);
