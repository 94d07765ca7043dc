// Uses the page of the example as a browser with a person before it would: its own module against real servers,
// with a jar for cookies and the rules of other origins. Arguments: the module, the page's origin, tickbox's address.
import assert from "node:assert/strict";

const [file, page, tickbox] = process.argv.slice(2);
const { Tasks } = await import(file);

// A browser that has the page open.
function browser() {
  const jar = new Map();
  const ask = async (url, request) => {
    const headers = { ...request.headers, origin: page };
    const isForeign = !url.startsWith(page);
    if (isForeign) await preflight(url, request);
    else headers.cookie = [...jar].map((pair) => pair.join("=")).join("; ");
    const response = await fetch(url, { ...request, headers });
    if (isForeign) assert.equal(response.headers.get("access-control-allow-origin"), page);
    for (const cookie of response.headers.getSetCookie()) {
      const [name, value] = cookie.split(";")[0].split("=", 2);
      jar.set(name, value);
    }
    return response;
  };
  return { ask, open: () => new Tasks({ tickbox, auth: page, fetch: ask }) };
}

async function preflight(url, { method, headers }) {
  const names = Object.keys(headers).sort().join(",");
  const asked = { "access-control-request-method": method, "access-control-request-headers": names };
  const response = await fetch(url, { method: "OPTIONS", headers: { origin: page, ...asked } });
  const list = (name) => response.headers.get(name).toLowerCase().split(", ");
  assert.equal(response.headers.get("access-control-allow-origin"), page);
  assert.ok(list("access-control-allow-methods").includes(method.toLowerCase()));
  for (const name of names.split(",")) assert.ok(list("access-control-allow-headers").includes(name), name);
}

for (const path of ["/", "/page.css", "/page.mjs", "/tasks.mjs"]) {
  assert.equal((await fetch(page + path)).status, 200, path);
}
assert.deepEqual(await (await fetch(`${page}/config.json`)).json(), { tickbox });

const ada = browser();
const tasks = ada.open();
await tasks.resume();
assert.equal(tasks.user, null);
await assert.rejects(tasks.signIn("ada@example.com", "correct horse"), /Invalid email or password/);
await tasks.signUp("ada@example.com", "correct horse");
assert.deepEqual(await tasks.list(), []);
const milk = await tasks.create("Buy milk");
const bread = await tasks.create("Buy bread & <b>butter</b>");
assert.equal((await tasks.complete(milk, true)).completed, true);
await tasks.delete(bread);
const titles = async (of) => (await of.list()).map((task) => `${task.title} ${task.completed}`);
assert.deepEqual(await titles(tasks), ["Buy milk true"]);
await assert.rejects(tasks.create(" "), /title/);

// The page is loaded again; then the user is somebody else.
const again = ada.open();
await again.resume();
assert.deepEqual(await titles(again), ["Buy milk true"]);
const eve = browser().open();
await eve.signUp("eve@example.com", "battery staple");
assert.deepEqual(await eve.list(), []);
await assert.rejects(eve.complete(milk, false), /not found/);
await again.signOut();
assert.equal(again.user, null);
await tasks.signIn("ada@example.com", "correct horse");
assert.deepEqual(await titles(tasks), ["Buy milk true"]);
console.log("done");
