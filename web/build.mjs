// Builds the page into the folder from which the program embeds it. `--check` compares instead of
// writing: what is committed must be what the sources make, to the byte.

import { build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { minify } from "terser";

const root = fileURLToPath(new URL(".", import.meta.url));
const out = fileURLToPath(new URL("../src/http/page/built/", import.meta.url));
const common = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  write: false,
  outdir: "out",
  charset: "utf8",
  legalComments: "none",
  target: "es2022",
};
/** What it may cost to see one's tasks on a first visit, compressed. */
const MOST = 60 * 1024;

async function bundle(entry, options = {}) {
  const { outputFiles } = await build({ ...common, entryPoints: [entry], ...options });
  return outputFiles.map(({ path, text }) => ({
    name: path.slice(path.lastIndexOf("/") + 1),
    text,
  }));
}

/** What esbuild leaves: a thirtieth, which is the room that the client needs to grow. */
async function smaller(script) {
  const { code } = await minify(script, {
    module: true,
    ecma: 2020,
    compress: { passes: 2, unsafe_arrows: true },
    mangle: true,
  });
  return `${code}\n`;
}

// What the page and the rest of it share, the rest, and the page. Each names others, so one mark of
// the content is in all addresses.
const jsx = {
  format: "esm",
  splitting: true,
  jsx: "automatic",
  jsxImportSource: "preact",
  chunkNames: "[name]",
  loader: { ".css": "text" },
};
const scripts = await bundle("src/main.tsx", { ...jsx, entryNames: "app" });
if (scripts.length !== 3) throw new Error(`not three scripts: ${scripts.map(({ name }) => name)}`);
const made = await Promise.all(
  ["chunk", "more", "app"].map((start) =>
    smaller(scripts.find(({ name }) => name === `${start}.js`).text),
  ),
);
const [{ text: style }] = await bundle("src/style/app.css");
const mark = createHash("sha256")
  .update([...made, style].join("\0"))
  .digest("hex")
  .slice(0, 12);
const named = (name) => `${name}?v=${mark}`;
const [shared, more, app] = made.map((text) =>
  text
    .replaceAll('"./chunk.js"', `"./${named("shared.js")}"`)
    .replaceAll('"./more.js"', `"./${named("more.js")}"`),
);

for (const text of [shared, more, app])
  if (/"\.\/\w+\.js"/.test(text)) throw new Error("a script names another without its mark");

const page = await readFile(`${root}src/index.html`, "utf8");
const index = page.replace(/\{file:([a-z.]+)\}/g, (_, name) => named(name));
const kept = ["app.css", "app.js", "shared.js", "more.js"].map(named);
const [{ text: worker }] = await bundle("worker/worker.ts", {
  format: "iife",
  define: { FILES: JSON.stringify(kept) },
});

const size = [index, style, shared, app].reduce(
  (sum, text) => sum + gzipSync(text, { level: 9 }).length,
  0,
);
console.log(`${(size / 1024).toFixed(1)} KiB compressed to see one's tasks`);
if (size > MOST) throw new Error(`a first visit costs more than ${MOST / 1024} KiB`);
const files = {
  "index.html": index,
  "app.css": style,
  "app.js": app,
  "shared.js": shared,
  "more.js": more,
  "worker.js": worker,
};
await mkdir(out, { recursive: true });
for (const [name, text] of Object.entries(files)) {
  if (!process.argv.includes("--check")) await writeFile(out + name, text);
  else if ((await readFile(out + name, "utf8").catch(() => "")) !== text) {
    throw new Error(
      `${name} is not what web/src makes: run \`npm run build\` in web, and commit it`,
    );
  }
}
