// A file of the page's sources, as a module that a test can call.

import { build } from "esbuild";
import { fileURLToPath } from "node:url";

/** What `src/<name>` exports. */
export async function source(name) {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`../../src/${name}`, import.meta.url))],
    bundle: true,
    format: "esm",
    write: false,
  });
  return import(
    `data:text/javascript;base64,${Buffer.from(outputFiles[0].text).toString("base64")}`
  );
}
