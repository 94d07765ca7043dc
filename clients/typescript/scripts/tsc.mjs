// The newest TypeScript compiler. The generator of types needs an older one under the name `typescript`,
// and both want to be `tsc`.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const compiler = fileURLToPath(new URL("../node_modules/@typescript/native/bin/tsc", import.meta.url));
const { status } = spawnSync(process.execPath, [compiler, ...process.argv.slice(2)], { stdio: "inherit" });
process.exit(status ?? 1);
