// Writes src/openapi.ts, the types of the API, from the openapi.json of this repository.
// With --check it writes nothing and fails if the file is not what it would write.

import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import openapiTypescript, { astToString } from "openapi-typescript";

const DOCUMENT = new URL("../../../openapi.json", import.meta.url);
const FILE = fileURLToPath(new URL("../src/openapi.ts", import.meta.url));
const HEADER = `// The API as types. Generated from the openapi.json of this repository, so do not edit it:
// \`npm run generate\` writes it anew, \`npm run check:generated\` says whether it is current.

`;

const document = JSON.parse(await readFile(DOCUMENT, "utf8"));
// A field with a default may be left out of a request.
const types = astToString(await openapiTypescript(document, { defaultNonNullable: false }));
const fresh = HEADER + types;
if (process.argv.includes("--check")) {
  const committed = await readFile(FILE, "utf8").catch(() => "");
  if (committed !== fresh) {
    console.error("src/openapi.ts is not what openapi.json says. Run: npm run generate");
    process.exit(1);
  }
} else {
  await writeFile(FILE, fresh);
}
