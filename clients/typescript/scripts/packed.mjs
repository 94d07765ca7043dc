// Packs the client as the server hands it out: packed/client.tgz is what `npm pack` puts together, packed/client.js the
// same as one minified module. Equal sources give equal bytes, whatever the machine: names are sorted, times fixed, and
// the compressor is a pinned one. With --check it writes nothing and fails if a file is not what it would write.

import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { gzipSync } from "fflate";
import { createTar } from "nanotar";

const root = fileURLToPath(new URL("..", import.meta.url));
const { name, version, license } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
/** The time that npm gives to all files of a package. */
const LONG_AGO = Date.UTC(1985, 9, 26, 8, 15);
/** What npm puts into each package besides the folder of `files`. */
const ALWAYS = ["LICENSE-APACHE", "LICENSE-MIT", "README.md", "package.json"];

const folder = await mkdtemp(join(tmpdir(), "tickbox-packed-"));
try {
  const fresh = { "client.tgz": await pack(), "client.js": await bundle() };
  for (const [file, content] of Object.entries(fresh)) await settle(join(root, "packed", file), content);
} finally {
  await rm(folder, { recursive: true });
}

async function pack() {
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  execFileSync(process.execPath, [compiler, "-p", root, "--outDir", folder], { stdio: ["ignore", "inherit", "inherit"] });
  const built = await readdir(folder, { recursive: true, withFileTypes: true });
  const places = built.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const files = [
    ...ALWAYS.map((file) => [file, join(root, file)]),
    ...places.map((place) => [`dist${place.slice(folder.length).replaceAll(sep, "/")}`, place]),
  ].sort(([one], [other]) => (one < other ? -1 : 1));
  const contents = files.map(async ([file, place]) => ({ name: `package/${file}`, data: await readFile(place) }));
  const archive = createTar(await Promise.all(contents), { attrs: { mode: "644", uid: 0, gid: 0, mtime: LONG_AGO } });
  // Two empty blocks are its end, and not always there (POSIX.1-2024, pax, "ustar Interchange Format").
  const whole = new Uint8Array(archive.length + 1024);
  whole.set(archive);
  return gzipSync(whole, { level: 9, mtime: LONG_AGO });
}

async function bundle() {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ["src/index.ts"],
    banner: { js: `/*! ${name} ${version} | ${license} */` },
    bundle: true,
    format: "esm",
    minify: true,
    target: "es2022",
    write: false,
  });
  return outputFiles[0].contents;
}

/** Writes the file, or says that it is not current. */
async function settle(file, fresh) {
  if (!process.argv.includes("--check")) {
    await mkdir(join(root, "packed"), { recursive: true });
    return writeFile(file, fresh);
  }
  const kept = await readFile(file).catch(() => Buffer.alloc(0));
  if (kept.equals(fresh)) return;
  console.error(`${file.slice(root.length)} is not what its sources make. Run: npm run packed`);
  process.exitCode = 1;
}
