// Makes a module of each TypeScript sample in README.md, for the compiler and for the test that runs them. What a
// sample uses and does not declare comes from test/sample-context.ts.

import { mkdir, readFile, rm, writeFile } from "node:fs/promises";

const at = (path) => new URL(`../${path}`, import.meta.url);
const GIVEN = [...(await readFile(at("test/sample-context.ts"), "utf8")).matchAll(/^export (?:const|function) (\w+)/gm)];

const folder = at("test/samples/");
await rm(folder, { recursive: true, force: true });
await mkdir(folder);
const page = await readFile(at("README.md"), "utf8");
const samples = [...page.matchAll(/^```(tsx?)\n(.*?)^```$/gms)].map(([, kind, sample]) => [kind, sample]);
for (const [place, [kind, sample]] of samples.entries()) {
  const used = GIVEN.map(([, name]) => name).filter((name) => {
    const declared = new RegExp(`(?:const|function) ${name}\\b|import [^;"]*\\b${name}\\b`);
    return new RegExp(`(?<![\"\`/])\\b${name}\\b(?!-)`).test(sample) && !declared.test(sample);
  });
  const given = used.length > 0 ? `import { ${used.join(", ")} } from "../sample-context.js";\n` : "";
  await writeFile(new URL(`sample${place + 1}.${kind}`, folder), `${given}${sample}${/^const store\b/m.test(sample) ? "export { store };" : "export {};"}\n`);
}
