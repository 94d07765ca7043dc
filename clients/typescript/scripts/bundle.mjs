// Packs the page of the browser tests, and notes what the package weighs in a bundle.

import { build } from "esbuild";
import { writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const common = { absWorkingDir: root, bundle: true, format: "esm", logLevel: "warning" };

for (const page of ["page", "react-page"]) {
  await build({
    ...common,
    entryPoints: [`build/${page}.js`],
    outfile: `build/${page}.bundle.js`,
    sourcemap: "inline",
    // What StrictMode does, it does in development only.
    define: { "process.env.NODE_ENV": '"development"' },
  });
}

const STORE = "createClient, createStore, indexedDb";
const sizes = {};
for (const names of ["createClient", STORE]) sizes[names] = await weigh(`export { ${names} } from "tickbox-client";`);
const withHooks = await weigh(`export { ${STORE} } from "tickbox-client"; export * from "tickbox-client/react";`);
sizes.hooks = withHooks.map((bytes, place) => bytes - sizes[STORE][place]);
await writeFile(`${root}build/sizes.json`, JSON.stringify(sizes));

/** How many bytes a bundle has, and how many of them are left when it is compressed. */
async function weigh(contents) {
  const stdin = { contents, resolveDir: root };
  const { outputFiles } = await build({ ...common, stdin, external: ["react"], minify: true, write: false });
  return [outputFiles[0].contents.length, gzipSync(outputFiles[0].contents).length];
}
