// The start of the page.

import { render } from "preact";
import { App } from "./app.js";
import { loadMore } from "./later.js";
import { ROOT } from "./setting.js";
import { applyTheme } from "./theme.js";

applyTheme();
render(<App />, document.getElementById("page")!);
addEventListener("load", () => void loadMore().catch(() => undefined));

// Only over https, or on this machine: elsewhere browsers have none.
if ("serviceWorker" in navigator) {
  const address = `${ROOT}worker.js`;
  const policy = (
    window as {
      trustedTypes?: {
        createPolicy: (name: string, rules: object) => { createScriptURL: (url: string) => string };
      };
    }
  ).trustedTypes;
  const trusted = policy?.createPolicy("tickbox", { createScriptURL: () => address });
  navigator.serviceWorker
    .register(trusted ? trusted.createScriptURL(address) : address)
    .catch(() => undefined);
}
