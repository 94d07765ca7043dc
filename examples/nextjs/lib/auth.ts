// The Better Auth server of the app. All that tickbox needs of it is the jwt plugin: it fetches the public keys from
// BETTER_AUTH_URL/api/auth/jwks.

import { randomBytes } from "node:crypto";
import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { nextCookies } from "better-auth/next-js";
import { jwt } from "better-auth/plugins";

function makeAuth() {
  return betterAuth({
    baseURL: process.env.BETTER_AUTH_URL ?? "http://127.0.0.1:3000",
    secret: process.env.BETTER_AUTH_SECRET ?? randomBytes(32).toString("hex"),
    // Users live in memory and are gone when it stops: take your database here.
    database: memoryAdapter({ user: [], session: [], account: [], verification: [], jwks: [] }),
    emailAndPassword: { enabled: true },
    plugins: [jwt(), nextCookies()],
  });
}

// Pages and routes are bundles of their own, and share nothing but this.
const shared = globalThis as { auth?: ReturnType<typeof makeAuth> };

export const auth = (shared.auth ??= makeAuth());
