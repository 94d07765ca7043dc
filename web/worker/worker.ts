// The service worker: keeps the page itself at hand, so that it opens without a network. Tasks are
// not its business, they are in IndexedDB.

const worker = self as unknown as ServiceWorkerGlobalScope;
/** The addresses of this build's files: another build makes another worker. */
declare const FILES: readonly string[];

const CACHE = "tickbox-page";
const PAGE = new URL("./", worker.location.href).href;
const URLS = FILES.map((name) => new URL(name, PAGE).href);
/**
 * Whoever has a network that does not answer sees the page of last time after so many milliseconds.
 */
const PATIENCE = 2_000;

worker.addEventListener("install", (event) => {
  const keep = async () => {
    const cache = await caches.open(CACHE);
    await cache.addAll([PAGE, ...URLS].map((url) => new Request(url, { cache: "no-cache" })));
    await worker.skipWaiting();
  };
  event.waitUntil(keep());
});

worker.addEventListener("activate", (event) => {
  const tidy = async () => {
    const cache = await caches.open(CACHE);
    const old = (await cache.keys()).filter(({ url }) => url !== PAGE && !URLS.includes(url));
    await Promise.all(old.map((request) => cache.delete(request)));
    await worker.clients.claim();
  };
  event.waitUntil(tidy());
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const url = new URL(request.url);
  url.hash = "";
  if (request.mode === "navigate" && url.href === PAGE) event.respondWith(newest(request, event));
  else if (/^[a-z]+\.(js|css)\?v=/.test(url.href.slice(PAGE.length)) && url.href.startsWith(PAGE))
    event.respondWith(kept(request));
});

/** The page as the server has it now; the kept one if it does not answer. */
async function newest(request: Request, event: FetchEvent): Promise<Response> {
  const cache = await caches.open(CACHE);
  const asked = fetch(request).then(async (response) => {
    if (response.ok) await cache.put(PAGE, response.clone());
    return response;
  });
  event.waitUntil(
    asked.then(
      () => undefined,
      () => undefined,
    ),
  );
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, PATIENCE));
  const first = await Promise.race([asked.catch(() => undefined), late]);
  // A gateway that says that nobody is there is as good as no answer.
  if (first && first.status < 500) return first;
  return (await cache.match(PAGE)) ?? asked;
}

/** Its address says which content it has, so what is kept is right. */
async function kept(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  const found = await cache.match(request);
  if (found) return found;
  const response = await fetch(request);
  if (response.ok) await cache.put(request, response.clone());
  return response;
}
