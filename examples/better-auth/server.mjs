// A Better Auth server, and the page of an app that keeps its tasks in tickbox. The two servers share nothing but
// an address: this one signs tokens, tickbox fetches its public keys. Users live in memory and are gone when it stops.
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { toNodeHandler } from "better-auth/node";
import { jwt } from "better-auth/plugins";

const port = Number(process.env.PORT ?? 3000);
const url = `http://127.0.0.1:${port}`;
const tickbox = process.env.TICKBOX_URL ?? "http://127.0.0.1:8000";

// All that tickbox needs of an app is the jwt plugin.
const auth = betterAuth({
  baseURL: url,
  secret: randomBytes(32).toString("hex"),
  database: memoryAdapter({ user: [], session: [], account: [], verification: [], jwks: [] }),
  emailAndPassword: { enabled: true },
  plugins: [jwt()],
});
const answerAuth = toNodeHandler(auth);

const FILES = {
  "/": ["index.html", "text/html"],
  "/page.css": ["page.css", "text/css"],
  "/page.mjs": ["page.mjs", "text/javascript"],
  "/tasks.mjs": ["tasks.mjs", "text/javascript"],
};

async function answer(request, response) {
  const { pathname } = new URL(request.url, url);
  if (pathname.startsWith("/api/auth/")) return answerAuth(request, response);
  // Cookies and origins are per name: a page at http://localhost would be another app.
  if (request.headers.host !== new URL(url).host) return send(response, 307, { location: url });
  if (pathname === "/config.json") {
    return send(response, 200, { "content-type": "application/json" }, JSON.stringify({ tickbox }));
  }
  const [file, type] = FILES[pathname] ?? [];
  if (!file) return send(response, 404, { "content-type": "text/plain" }, "Not found");
  const body = await readFile(new URL(`page/${file}`, import.meta.url));
  const policy = `default-src 'self'; img-src data:; connect-src 'self' ${tickbox}`;
  send(response, 200, { "content-type": `${type}; charset=utf-8`, "content-security-policy": policy }, body);
}

function send(response, status, headers, body = "") {
  response.writeHead(status, headers);
  response.end(body);
}

createServer(answer).listen(port, "127.0.0.1", () => console.log(`Open ${url}`));
