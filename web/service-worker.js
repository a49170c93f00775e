// The site's one service worker. On hosts that cannot set headers it adds them to pages and to workers' scripts, whose
// headers alone decide about shared memory. And it hands out the builds of the site that offline.js has kept, each in a
// cache of its own: a tab has the files of the build it was loaded as until it is gone. All else is handed out as it is:
// an answer made anew would keep the browser from its cache of compiled WebAssembly. Where nothing is kept or storage
// fails, the network answers as if nobody were here.
const HEADERS = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "cross-origin",
  "Document-Isolation-Policy": "isolate-and-require-corp",
};
// Workers have no other: a page's own, in its <meta>, does not reach them (build/pins.toml).
const POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval' 'sha256-8uzmY8iA4RDHrNBcK0sKCSgKiR0fSfxLGIRnBsJCnKM='; worker-src 'self' blob:; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'";
const OURS = `drillsergeant ${registration.scope} `; // another folder of this host may hold another such site
const BUILD = `${OURS}build `; // and its key: a cache that is whole once it holds the list
const LIST = "build.json";
const builds = new Map(); // by key: a promise of the cache of a whole build, or of undefined; looked for once
const plain = new Set(); // pages that were loaded from the network
let notes = null; // a promise of {now, next, pages}: the build that pages get, the newest, and the one of each page by its id

const read = async () => (await (await caches.open(OURS)).match("notes"))?.json() ?? { now: "", next: "", pages: {} };
const noted = () => (notes ??= read());

// Notes are kept, too: the browser stops and starts this worker whenever it likes.
async function note(change) {
  const all = Object.assign(await noted(), change);
  await (await caches.open(OURS)).put("notes", new Response(JSON.stringify(all)));
}

async function opened(key) {
  const cache = key && (await caches.has(BUILD + key)) ? await caches.open(BUILD + key) : undefined;
  return (await cache?.match(LIST)) && cache;
}

const whole = (key) => builds.get(key) ?? builds.set(key, opened(key)).get(key);

// The build for a page that is being loaded: the one there was, and the newest once no page of ours is open.
async function chosen() {
  const { now, next } = await noted();
  if (now === next || (await clients.matchAll({ includeUncontrolled: true })).length) return now;
  await note({ now: next });
  return next;
}

// A page's was noted; a worker's stands in its address.
async function buildOf(client) {
  const { pages } = await noted();
  return pages[client] ?? new URL((await clients.get(client))?.url ?? registration.scope).searchParams.get("v");
}

async function kept(event) {
  const url = new URL(event.request.url);
  const page = event.request.mode === "navigate";
  if (page && url.searchParams.has("fresh")) return forget(url);
  const key = page ? await chosen() : (url.searchParams.get("v") ?? (await buildOf(event.clientId)));
  const found = await (await whole(key))?.match(url.origin + url.pathname.replace(/\/$/, "/index.html"));
  if (page && !found) plain.add(event.resultingClientId);
  if (page && found) event.waitUntil(note({ pages: { ...(await noted()).pages, [event.resultingClientId]: key } }));
  return found;
}

// A visitor's way out, whatever went wrong: docs/hosting.md.
async function forget(url) {
  for (const name of await caches.keys()) if (name.startsWith(OURS)) await caches.delete(name);
  builds.clear();
  notes = null;
  await registration.unregister();
  url.searchParams.delete("fresh");
  return Response.redirect(url);
}

function isolated(answer) {
  if (!answer.status || answer.headers.has("Location")) return answer; // a redirect, which the browser follows by itself
  const headers = new Headers(answer.headers);
  for (const [name, value] of Object.entries(HEADERS)) headers.set(name, value);
  if (!headers.has("Content-Security-Policy")) headers.set("Content-Security-Policy", POLICY);
  return new Response(answer.body, { status: answer.status, statusText: answer.statusText, headers });
}

// A page of build `mine` says that `next` is kept, or (`load`) that pages are to get the newest from now on.
async function told({ data: { mine, next, load, claim }, source }) {
  builds.clear();
  plain.delete(source.id);
  const all = await noted();
  if (await whole(mine)) all.pages[source.id] = mine;
  if (await whole(next)) all.next = next;
  if (load || mine === all.next || !(await whole(all.now))) all.now = all.next;
  const open = (await clients.matchAll({ type: "all", includeUncontrolled: true })).map(({ id }) => id);
  for (const id of Object.keys(all.pages)) if (!open.includes(id)) delete all.pages[id];
  const wanted = [all.now, all.next, ...Object.values(all.pages)].map((key) => BUILD + key);
  const unwanted = (await caches.keys()).filter((name) => name.startsWith(BUILD) && !wanted.includes(name));
  for (const name of unwanted) if (await whole(name.slice(BUILD.length))) await caches.delete(name); // others are being kept
  await note({});
  if (claim && all.pages[source.id]) await clients.claim();
  for (const page of load ? [source] : await clients.matchAll({ includeUncontrolled: true })) page.postMessage({ newest: all.next, load });
}

// No clients.claim() at these: a page that is not isolated is controlled when it was loaded through this worker, which
// isolation.js relies on. A worker of either age hands out every build.
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("message", (event) => event.waitUntil(told(event)));
self.addEventListener("fetch", (event) => {
  const { method, mode, destination, url, integrity, cache } = event.request;
  const leads = mode === "navigate" || destination === "worker";
  const download = integrity && !destination; // of offline.js; scripts and sheets of a page have a hash, too
  const theHosts = download || cache === "reload" || plain.has(event.clientId);
  if (method !== "GET" || !url.startsWith(registration.scope) || (theHosts && !leads)) return;
  const answer = kept(event).catch(() => undefined).then((found) => found ?? fetch(event.request));
  event.respondWith(leads ? answer.then(isolated) : answer);
});
