// Keeps the whole site in this browser, so that it works without a network, and offers a new version once that is here:
// nothing is forced on a match that is going on. boot.js loads this when its own work has long been done.
import { script } from "./trusted.js";

const LOOK_AGAIN_MS = 3600000;
const PAUSE_MS = 5; // between two files, for which nobody waits
const LIST = "build.json";
const OWN = ["Content-Type", "Content-Security-Policy"]; // of a host's headers, those that are kept with a file
const OURS = `drillsergeant ${new URL("./", document.baseURI).href} build `; // as service-worker.js has it
const key = new URL(import.meta.url).searchParams.get("v");
const workers = navigator.serviceWorker;
const offer = document.getElementById("update");
let looked_ms = 0;
let later = ""; // the version that was declined

const builds = async () => (await caches.keys()).filter((name) => name.startsWith(OURS));

async function downloaded(name, sha256) {
  const digest = sha256.match(/../g).map((pair) => Number.parseInt(pair, 16));
  const wanted = { integrity: `sha256-${btoa(String.fromCharCode(...digest))}`, priority: "low" };
  const answer = await fetch(name, wanted).catch(() => fetch(name, { ...wanted, cache: "reload" })); // a stale copy on the way
  return new Response(answer.body, { headers: OWN.filter((own) => answer.headers.has(own)).map((own) => [own, answer.headers.get(own)]) });
}

// What another build has, too, from there; the rest from the host, one file after the other.
async function fill(build, files, others) {
  for (const [name, { sha256 }] of Object.entries(files)) {
    if (/^[._]/.test(name) || (await build.match(name))) continue; // hosts keep it to themselves; an earlier attempt got it
    const same = await others.find((other) => other.files[name]?.sha256 === sha256)?.cache.match(name);
    await build.put(name, same ?? (await downloaded(name, sha256)));
    if (!same) await new Promise((then) => { setTimeout(then, PAUSE_MS); });
  }
}

// Keeps the host's build, where it is not kept yet; returns its key. An attempt that fails is gone on with the next time.
async function keep() {
  const text = await (await fetch(LIST, { cache: "reload" })).text();
  const list = JSON.parse(text);
  const others = [];
  for (const name of await builds()) {
    const cache = await caches.open(name);
    const had = await cache.match(LIST);
    if (had && name === OURS + list.key) return list.key;
    if (had) others.push({ cache, files: (await had.json()).files });
    else if (name !== OURS + list.key) await caches.delete(name); // of a build that the host has no more
  }
  const build = await caches.open(OURS + list.key);
  try {
    await fill(build, list.files, others);
    await build.put(LIST, new Response(text, { headers: { "Content-Type": "application/json" } })); // now it is whole
  } catch (error) {
    if (error.name === "QuotaExceededError") await caches.delete(OURS + list.key);
    throw error;
  }
  return list.key;
}

async function look() {
  looked_ms = Date.now();
  const next = await navigator.locks.request(`${OURS}is being kept`, { ifAvailable: true }, (mine) => mine && keep()) // one tab does it
    .catch((error) => console.info(`No copy of the newest version is kept for use without a network: ${error.message}`));
  (await workers.ready).active.postMessage({ mine: key, next, claim: crossOriginIsolated && !workers.controller });
}

workers.onmessage = ({ data: { newest, load } }) => {
  if (load) location.reload();
  if (newest === key) document.getElementById("offline-note").textContent = "All of this page is kept in this browser: it works without a network.";
  offer.hidden = !newest || newest === key || newest === later;
  document.getElementById("update-later").onclick = () => { offer.hidden = true; later = newest; };
};
document.getElementById("update-load").onclick = async () => (await workers.ready).active.postMessage({ mine: key, load: true });
document.addEventListener("visibilitychange", () => { if (!document.hidden && Date.now() - looked_ms > LOOK_AGAIN_MS) look(); });
if ((await builds()).length || !navigator.connection?.saveData) {
  await workers.register(script("service-worker.js"), { updateViaCache: "none" });
  await look();
}
