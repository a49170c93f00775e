// What the workshop's script scope is without: a reader's code runs there, which may be somebody else's. No network, no
// storage, no other worker or tab, no end without a word, and no script made of a text, by which there would be all of
// these again. What Python took hold of while it started is refused, too, since it took hold of what stands here.
const OPENING = [
  "BroadcastChannel", "EventSource", "FontFace", "Notification", "RTCPeerConnection", "SharedWorker", "WebSocket",
  "WebSocketStream", "WebTransport", "Worker", "XMLHttpRequest", "close", "eval", "webkitRequestFileSystem",
  "webkitRequestFileSystemSync", "webkitResolveLocalFileSystemSyncURL", "webkitResolveLocalFileSystemURL",
];
const HOLDING = ["caches", "cookieStore", "fonts", "indexedDB"];
const TOLD = ["hardwareConcurrency", "language", "languages", "platform", "userAgent"]; // of the navigator, which has the files and locks

const refused = (name) => function () { throw new TypeError(`${name} is closed in the workshop, where a reader's code runs`); };

function put(name, value) {
  for (let place = globalThis; place; place = Object.getPrototypeOf(place)) {
    if (Object.hasOwn(place, name)) Object.defineProperty(place, name, { value, writable: false, configurable: false });
  }
}

for (const name of OPENING) put(name, refused(name));
for (const name of HOLDING) put(name, undefined);
put("navigator", Object.freeze(Object.fromEntries(TOLD.map((name) => [name, navigator[name]]))));
for (const name of ["setTimeout", "setInterval"]) {
  const timer = globalThis[name];
  const refuse = refused(`${name} with a text`);
  put(name, (what, ...rest) => (typeof what === "function" ? timer(what, ...rest) : refuse()));
}
for (const made of [function () {}, async function () {}, function* () {}, async function* () {}]) {
  const kind = Object.getPrototypeOf(made);
  Object.defineProperty(kind, "constructor", { value: Object.assign(refused("Function"), { prototype: kind }) });
}
put("Function", Function.prototype.constructor);

const { fetch } = globalThis;
let open = true; // until Python is here
globalThis.fetch = (...request) => (open ? fetch(...request) : refused("fetch")());

export function close() {
  open = false;
  put("fetch", refused("fetch"));
}
