// Decides how this page runs: "shared", with every worker on one memory, which browsers allow only to isolated pages;
// or "solo", with one worker, where no header and no service worker can isolate it. May reload the page, once.
import { script } from "./trusted.js";

const GUARD = "drillsergeant-reloaded-ms";
const GUARD_MS = 10000; // by time: a mark without end would survive in the tab and keep a later visit from reloading
const PATIENCE_MS = 8000;

// `can`: what `trial` found.
export async function isolation(can) {
  if (!isSecureContext) throw new Error("this page needs https (or localhost): over plain http, browsers withhold what it checks its files and minds its workers with");
  const elsewhere = new URL(location.href);
  for (const name of ["mode", "embed", "editor", "panel", "theme"]) elsewhere.searchParams.delete(name);
  if (new URLSearchParams(location.search).get("mode") === "solo")
    return { mode: "solo", why: "its address says mode=solo", ownTab: elsewhere.href };
  if (can.shares) return { mode: "shared", why: "", ownTab: "" };
  if (crossOriginIsolated) return { mode: "solo", why: "this browser shares no memory between workers", ownTab: "" };
  const why = await obstacle().catch((error) => `the browser refused the service worker that isolates it (${error.message})`);
  return { mode: "solo", why, ownTab: window === top ? "" : elsewhere.href };
}

// What a worker of this browser can do, found by trying and not by what is promised: {shares, draws}. Some browsers call a
// page isolated and share no memory with its workers all the same; in some, workers have no canvas to draw on. A worker that
// does not answer tells nothing of that: where its script is missing, that is told when the scripts are compared.
export async function trial(worker) {
  let memory = sharedMemory();
  const changed = (each) => each?.buffer instanceof SharedArrayBuffer && Atomics.load(new Int32Array(each.buffer), 0) === 1;
  const answer = new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve({ shares: memory !== null && changed(data.memory) && changed(memory), draws: data.draws });
    worker.onerror = () => reject(new Error("its script did not load"));
  });
  try { worker.postMessage({ memory }); } catch { worker.postMessage({ memory: (memory = null) }); }
  return soon(answer).catch(() => ({ shares: memory !== null, draws: true }));
}

function sharedMemory() {
  try {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    return memory.buffer instanceof SharedArrayBuffer ? memory : null;
  } catch { return null; }
}

async function obstacle() {
  const framed = window !== top;
  const unable = framed
    ? "this frame's page is not isolated, and this browser cannot isolate a frame by itself"
    : "this browser does not isolate it, although it was served with the headers for that";
  if (await hasHeaders()) return unable;
  const workers = navigator.serviceWorker; // reading it throws where the frame is sandboxed
  if (!workers) return "the server sends no isolation headers, and this browser has no service worker here to add them";
  if (workers.controller) return unable; // loaded through our service worker, so with its headers
  await soon(workers.register(script("service-worker.js"), { updateViaCache: "none" }));
  await soon(workers.ready);
  if (!firstReload()) return "the server sends no isolation headers, and reloading through a service worker did not add them";
  location.reload();
  return new Promise(() => {}); // the page is on its way out
}

async function hasHeaders() {
  const answer = await fetch(location.href, { method: "HEAD", cache: "no-cache" });
  return answer.headers.has("Cross-Origin-Embedder-Policy");
}

function soon(promise) {
  const late = new Promise((_, reject) => { setTimeout(() => reject(new Error("it did not start in time")), PATIENCE_MS); });
  return Promise.race([promise, late]);
}

function firstReload() {
  const now = Date.now();
  if (now - Number(sessionStorage.getItem(GUARD)) < GUARD_MS) return false;
  sessionStorage.setItem(GUARD, now);
  return true;
}
