// Packs the page of the browser tests, and notes what the package weighs in a bundle.

import { build } from "esbuild";
import { writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const common = { absWorkingDir: root, bundle: true, format: "esm", logLevel: "warning" };

await build({ ...common, entryPoints: ["build/page.js"], outfile: "build/page.bundle.js", sourcemap: "inline" });

const sizes = {};
for (const names of ["createClient", "createClient, createStore, indexedDb"]) {
  const stdin = { contents: `export { ${names} } from "tickbox-client";`, resolveDir: root };
  const { outputFiles } = await build({ ...common, stdin, minify: true, write: false });
  const { contents } = outputFiles[0];
  sizes[names] = [contents.length, gzipSync(contents).length];
}
await writeFile(`${root}build/sizes.json`, JSON.stringify(sizes));
