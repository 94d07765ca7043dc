// Builds the page into the folder from which the program embeds it. `--check` compares instead of writing: what is
// committed must be what the sources make, to the byte.

import { build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const root = fileURLToPath(new URL(".", import.meta.url));
const out = fileURLToPath(new URL("../src/http/page/built/", import.meta.url));
const common = { absWorkingDir: root, bundle: true, minify: true, write: false, charset: "utf8", legalComments: "none" };
/** What a first visit may cost, compressed. */
const MOST = 60 * 1024;

async function bundle(entry, options = {}) {
  const { outputFiles } = await build({ ...common, entryPoints: [entry], outdir: "out", target: "es2022", ...options });
  return outputFiles[0].text;
}

const hash = (text) => createHash("sha256").update(text).digest("hex").slice(0, 12);

const script = await bundle("src/main.tsx", { format: "esm", jsx: "automatic", jsxImportSource: "preact" });
const style = await bundle("src/style/app.css");
const names = { "{script}": `app.js?v=${hash(script)}`, "{style}": `app.css?v=${hash(style)}` };
const named = (text) => Object.entries(names).reduce((text, [mark, name]) => text.replaceAll(mark, name), text);
const index = named(await readFile(`${root}src/index.html`, "utf8"));
const define = { SCRIPT: JSON.stringify(names["{script}"]), STYLE: JSON.stringify(names["{style}"]) };
const worker = await bundle("worker/worker.ts", { format: "iife", define });

const files = { "index.html": index, "app.js": script, "app.css": style, "worker.js": worker };
let size = 0;
for (const [name, text] of Object.entries(files)) {
  size += gzipSync(text, { level: 9 }).length;
  if (process.argv.includes("--check")) {
    const committed = await readFile(out + name, "utf8").catch(() => "");
    if (committed !== text) throw new Error(`${name} is not what web/src makes: run \`npm run build\` in web, and commit it`);
  } else {
    await mkdir(out, { recursive: true });
    await writeFile(out + name, text);
  }
}
console.log(`${(size / 1024).toFixed(1)} KiB compressed`);
if (size > MOST) throw new Error(`a first visit costs more than ${MOST / 1024} KiB`);
