// Packs the page of the browser tests, and says what the package weighs in a bundle.

import { build } from "esbuild";
import { gzipSync } from "node:zlib";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const common = { absWorkingDir: root, bundle: true, format: "esm", logLevel: "warning" };

await build({ ...common, entryPoints: ["build/page.js"], outfile: "build/page.bundle.js", sourcemap: "inline" });

for (const [what, contents] of [
  ["client", 'export { createClient } from "tickbox-client";'],
  ["client and store", 'export { createClient, createStore, indexedDb } from "tickbox-client";'],
]) {
  const stdin = { contents, resolveDir: root };
  const { outputFiles } = await build({ ...common, stdin, minify: true, write: false });
  const { contents: bytes } = outputFiles[0];
  console.log(`${what}: ${(bytes.length / 1024).toFixed(1)} KiB, ${(gzipSync(bytes).length / 1024).toFixed(1)} KiB gzipped`);
}
