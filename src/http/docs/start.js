// Starts Swagger UI, so that the first try of each operation works: on a server in development with a user and a token,
// elsewhere with those of whoever has authorized, and with tasks and lists that are really there. Requests go where the
// page came from, whatever a proxy has before it. The document that is shown is a shorter one than openapi.json.

const root = new URL("..", document.currentScript.src);

/** Who somebody in development is, unless they say otherwise. */
const DEMO = "demo";
/** For so many milliseconds the page listens to events. */
const LISTEN = 5_000;
const ERRORS = "#/components/responses/";

/** What a token says of itself; nothing if it is none. */
function claims(token) {
  try {
    const part = token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/");
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(part), (sign) => sign.charCodeAt(0))));
  } catch {
    return {};
  }
}

const userOf = (token) => claims(token).sub ?? claims(token).user_id;

/** The token that Swagger UI has kept from last time, if it is still good. */
function kept() {
  try {
    const token = JSON.parse(localStorage.getItem("authorized") ?? "{}").bearer?.value;
    return token && claims(token).exp * 1000 > Date.now() ? token : undefined;
  } catch {
    return undefined;
  }
}

/** A server in development, asked from its own machine, has a token for whoever asks. */
async function demo() {
  const request = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ user: DEMO }) };
  const answer = await fetch(new URL("development/token", root), request);
  return answer.ok ? (await answer.json()).token : undefined;
}

/** What parameters in paths can be: whatever is there already. */
async function known(token) {
  const user = userOf(token ?? "");
  if (user === undefined) return { there: {}, trash: {} };
  const ask = async (path) => {
    const address = new URL(`api/${encodeURIComponent(user)}/${path}`, root);
    const answer = await fetch(address, { headers: { Authorization: `Bearer ${token}` } });
    return answer.ok ? answer.json() : {};
  };
  const asked = ["tasks?limit=1", "lists", "tasks?limit=1&deleted=true", "lists?deleted=true"].map(ask);
  const [task, list, deletedTask, deletedList] = (await Promise.all(asked)).map(({ tasks, lists }) => (tasks ?? lists)?.[0]?.id);
  const { history = [] } = task ? await ask(`tasks/${task}/history?limit=1`) : {};
  const there = { user_id: user, task_id: task, list_id: list, seq: history[0]?.seq };
  return { there, trash: { ...there, task_id: deletedTask, list_id: deletedList } };
}

/** The document as it is shown. */
function shown(whole, { there, trash }) {
  const document = structuredClone(whole);
  document.servers = [{ url: root.href.replace(/\/$/, "") }];
  const statuses = new Map();
  for (const [path, item] of Object.entries(document.paths)) {
    for (const operation of Object.values(item)) {
      operation.parameters?.forEach((parameter) => fill(parameter, path.endsWith("/restore") ? trash : there));
      shorten(operation, statuses);
    }
    if (path.endsWith("/events")) item.get.description += `\n\nThis page listens for ${LISTEN / 1000} s: change something meanwhile.`;
  }
  document.info.description += `

The client in TypeScript, of this version: \`npm install ${root}client.tgz\`. The same as one module, for pages without a
bundler: \`import { createClient } from "${root}client.js"\`.

${errors(document.components.responses, statuses)}`;
  return document;
}

/** What may be left out is left out, and what must be there is somebody's. */
function fill(parameter, values) {
  const example = parameter.example;
  delete parameter.example;
  if (parameter.in === "path") {
    if (values[parameter.name] !== undefined) parameter.example = values[parameter.name];
  } else if (example !== undefined) {
    parameter.description += `; for example \`${example}\``;
  }
}

/** The errors that operations share stand above, once. */
function shorten(operation, statuses) {
  const shared = Object.entries(operation.responses).filter(([, response]) => response.$ref?.startsWith(ERRORS));
  for (const [status, { $ref }] of shared) {
    statuses.set($ref.slice(ERRORS.length), status);
    delete operation.responses[status];
  }
  const all = shared.map(([status]) => status).sort();
  if (all.length > 0) operation.responses.default = { description: `${all.join(", ")}: see *Errors* at the top of the page` };
}

function errors(responses, statuses) {
  const rows = Object.entries(responses).map(([name, { description, content }]) => {
    const { code } = content["application/json"].example.error;
    return `| ${statuses.get(name)} | \`${code}\` | ${description} |`;
  });
  return ["**Errors** are always `{\"error\": {\"code\", \"message\"}}`:", "", "| status | code | when |", "| --- | --- | --- |", ...rows.sort()].join("\n");
}

/** A stream has no end, so what was heard is shown after a while. */
async function listen(address, request) {
  const answer = await fetch(address, request);
  if (!answer.ok || !answer.body) return answer;
  const reader = answer.body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  setTimeout(() => reader.cancel(), LISTEN);
  for (let part = await reader.read(); !part.done; part = await reader.read()) text += decoder.decode(part.value, { stream: true });
  return new Response(text, { status: answer.status, headers: answer.headers });
}

async function start() {
  const whole = await (await fetch(new URL("openapi.json", root))).json();
  const given = kept() ?? (await demo());
  let token = given;
  let isWrite = false;
  let values = await known(token);
  /**
   * Fills in what has become known, or is there in place of what is gone. Field by field: a new document has all of the
   * page drawn again, without the answers that it shows.
   */
  const fillIn = async (isGone) => {
    const before = values;
    values = await known(token);
    for (const [path, item] of Object.entries(whole.paths)) {
      const of = (some) => (path.endsWith("/restore") ? some.trash : some.there);
      for (const [method, { parameters = [] }] of Object.entries(item)) {
        for (const { name } of parameters.filter((parameter) => parameter.in === "path")) {
          const [old, next] = [of(before)[name], of(values)[name]];
          if (old === undefined || isGone) replace([path, method], name, old, next);
        }
      }
    }
  };
  /** What somebody has written there stays. */
  const replace = (operation, name, old = "", next = "") => {
    const current = ui.specSelectors.parameterWithMeta(operation, name, "path").get("value") ?? old;
    if (old === next || current !== old) return;
    ui.specActions.changeParam(operation, name, "path", next);
    // Where the operation is open, its fields have keys of their own.
    const open = ui.specSelectors.specResolvedSubtree(["paths", ...operation])?.get("parameters");
    const parameter = open?.find((it) => it.get("in") === "path" && it.get("name") === name);
    if (parameter) ui.specActions.changeParamByIdentity(operation, parameter, next);
  };
  const follow = () => ({
    statePlugins: {
      auth: {
        wrapActions: {
          authorize: (original) => (payload) => {
            original(payload);
            const next = payload.bearer?.value;
            if (next === token) return;
            // What was filled in for somebody else stays in the fields; after a reload they are of whoever is kept.
            if (token !== undefined && userOf(next) !== userOf(token)) return setTimeout(() => location.reload());
            token = next;
            void fillIn(false);
          },
        },
      },
    },
  });
  const ui = SwaggerUIBundle({
    spec: shown(whole, values),
    dom_id: "#swagger-ui",
    deepLinking: true,
    displayRequestDuration: true,
    persistAuthorization: true,
    tryItOutEnabled: true,
    defaultModelsExpandDepth: 0,
    plugins: [follow],
    requestInterceptor(request) {
      isWrite = request.method !== "GET";
      if (request.url.replace(/\?.*/, "").endsWith("/events")) request.userFetch = listen;
      return request;
    },
    responseInterceptor(response) {
      // What was made is there to be asked for, and what was deleted to be restored.
      if (isWrite && response.ok) void fillIn(response.status === 204);
      return response;
    },
    onComplete: () => given && ui.preauthorizeApiKey("bearer", given),
  });
}

void start();
