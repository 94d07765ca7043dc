// Writes what is made of the openapi.json of this repository: src/openapi.ts, the types of the API, and src/members.ts,
// what a task is made of. With --check it writes nothing and fails if a file is not what it would write.

import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import openapiTypescript, { astToString } from "openapi-typescript";

const DOCUMENT = new URL("../../../openapi.json", import.meta.url);
const header = (what) => `// ${what}. Generated from the openapi.json of this repository, so do not edit it:
// \`npm run generate\` writes it anew, \`npm run check:generated\` says whether it is current.

`;

const document = JSON.parse(await readFile(DOCUMENT, "utf8"));
// A field with a default may be left out of a request.
const types = astToString(await openapiTypescript(document, { defaultNonNullable: false }));
const files = {
  "src/openapi.ts": header("The API as types") + types,
  "src/members.ts": header("What a task is made of") + members(document.components.schemas),
};
for (const [name, fresh] of Object.entries(files)) {
  const file = fileURLToPath(new URL(`../${name}`, import.meta.url));
  if (!process.argv.includes("--check")) {
    await writeFile(file, fresh);
  } else if ((await readFile(file, "utf8").catch(() => "")) !== fresh) {
    console.error(`${name} is not what openapi.json says. Run: npm run generate`);
    process.exitCode = 1;
  }
}

/** The members that nobody changes, and what the others are in a task of which its maker says nothing. */
function members({ Task, TaskPatch }) {
  const written = (name) => name in TaskPatch.properties && !Task.properties[name].readOnly;
  const readOnly = Object.keys(Task.properties).filter((name) => !written(name));
  const empty = Task.required.filter(written).map((name) => `  ${name}: ${nothing(name, Task.properties[name])},\n`);
  const kinds = Object.entries(TaskPatch.properties).map(([name, schema]) => [name, merged(schema)]);
  const mergedKinds = kinds.filter(([, kind]) => kind !== undefined).map(([name, kind]) => `  ${name}: "${kind}",\n`);
  return `/** What the server alone says of a task. Everything else is somebody's content, also what this client does not know. */
export const READ_ONLY: readonly string[] = [${readOnly.map((name) => `"${name}"`).join(", ")}];

/** The content of a new task of which nothing was said. Members that are not named here are left out then. */
export const EMPTY = {
${empty.join("")}} as const;

/** The members of which each side may change a part: sets of texts, and objects of the app's own. */
export const MERGED: Readonly<Record<string, "set" | "object" | undefined>> = {
${mergedKinds.join("")}};
`;
}

function merged({ type, items, additionalProperties }) {
  if ([type].flat().includes("array") && items?.type === "string") return "set";
  return [type].flat().includes("object") && additionalProperties === true ? "object" : undefined;
}

function nothing(name, { type }) {
  if ([type].flat().includes("null")) return "null";
  if (type === "boolean") return "false";
  if (type === "string") return '""';
  throw new Error(`Task.${name} is always there, and this script does not know what it is in an empty task`);
}
