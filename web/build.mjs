// Builds the page into the folder from which the program embeds it. `--check` compares instead of writing: what is
// committed must be what the sources make, to the byte.

import { build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { minify } from "terser";

const root = fileURLToPath(new URL(".", import.meta.url));
const out = fileURLToPath(new URL("../src/http/page/built/", import.meta.url));
const common = { absWorkingDir: root, bundle: true, minify: true, write: false, outdir: "out", charset: "utf8", legalComments: "none", target: "es2022" };
/** What it may cost to see one's tasks on a first visit, compressed. */
const MOST = 60 * 1024;

async function bundle(entry, options = {}) {
  const { outputFiles } = await build({ ...common, entryPoints: [entry], ...options });
  return outputFiles.map(({ path, text }) => ({ name: path.slice(path.lastIndexOf("/") + 1), text }));
}

/** What esbuild leaves: a thirtieth, which is the room that the client needs to grow. */
async function smaller(script) {
  const { code } = await minify(script, { module: true, ecma: 2020, compress: { passes: 2, unsafe_arrows: true }, mangle: true });
  return `${code}\n`;
}

/** An address that says which content it has. */
const named = (name, text) => `${name}?v=${createHash("sha256").update(text).digest("hex").slice(0, 12)}`;

// The scripts in the order in which they name each other: what the page and the rest of it share, the rest, the page.
const jsx = { format: "esm", splitting: true, jsx: "automatic", jsxImportSource: "preact", chunkNames: "[name]" };
const scripts = await bundle("src/main.tsx", { ...jsx, entryNames: "app" });
const [shared, more, app] = await Promise.all(["chunk", "more", "app"].map((start) => smaller(scripts.find(({ name }) => name === `${start}.js`).text)));
if (scripts.length !== 3) throw new Error(`not three scripts: ${scripts.map(({ name }) => name)}`);
const sharedName = named("shared.js", shared);
const rest = more.replaceAll("./chunk.js", `./${sharedName}`);
const moreName = named("more.js", rest);
const first = app.replaceAll("./chunk.js", `./${sharedName}`).replaceAll("./more.js", `./${moreName}`);
const [{ text: style }] = await bundle("src/style/app.css");
const names = { script: named("app.js", first), shared: sharedName, more: moreName, style: named("app.css", style) };

const page = await readFile(`${root}src/index.html`, "utf8");
const index = page.replace(/\{(script|shared|style)\}/g, (_, name) => names[name]);
const [{ text: worker }] = await bundle("worker/worker.ts", { format: "iife", define: { FILES: JSON.stringify(Object.values(names)) } });

const size = [index, style, shared, first].reduce((sum, text) => sum + gzipSync(text, { level: 9 }).length, 0);
console.log(`${(size / 1024).toFixed(1)} KiB compressed to see one's tasks`);
if (size > MOST) throw new Error(`a first visit costs more than ${MOST / 1024} KiB`);
const files = { "index.html": index, "app.css": style, "app.js": first, "shared.js": shared, "more.js": rest, "worker.js": worker };
await mkdir(out, { recursive: true });
for (const [name, text] of Object.entries(files)) {
  if (!process.argv.includes("--check")) await writeFile(out + name, text);
  else if ((await readFile(out + name, "utf8").catch(() => "")) !== text) {
    throw new Error(`${name} is not what web/src makes: run \`npm run build\` in web, and commit it`);
  }
}
