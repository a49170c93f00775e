// Boots one worker: Python on what the page hands over, then Python. Everything else is Python (browser/worker/boot.py).
// A boot that never settles is noticed by the page (runtimes/supervisor/supervisor.py).
import { loadPackages, readText, startPython } from "./python.js";

const TELL_EVERY_MS = 1000;
const kept = globalThis.here; // where it would lie, of a script that the page has kept
const options = new URL(kept ?? self.location.href).searchParams;

async function verifyBuild() {
  if (kept) return;
  const manifest = await fetch(new URL("../build.json", import.meta.url), { cache: "no-cache" });
  const key = manifest.ok ? (await manifest.json()).key : `unknown (build.json answered ${manifest.status})`;
  if (options.get("v") === key) return;
  const message = `the page is of build ${options.get("v")} and the site's files are now of build ${key}: the site was updated; reload the page`;
  throw Object.assign(new Error(message), { final: true });
}

// `loaded()` is called once all is here that Python runs on.
export async function boot(role, module = "worker.boot", loaded = () => {}) {
  const started = performance.now();
  const queue = [];
  let began = false;
  const handed = new Promise((resolve) => { // the page's first message is what Python runs on, all others are Python's
    self.onmessage = ({ data }) => { resolve(data); self.onmessage = (event) => queue.push(event.data); };
  });
  const fail = (error) => {
    const message = `the ${role} worker ${began ? "failed" : "could not start"}: ${error?.message ?? error}`;
    self.postMessage({ type: "ERROR", role, index: 0, message, traceback: String(error?.stack ?? ""), fatal: true, final: Boolean(error?.final) });
  };
  self.onunhandledrejection = (event) => fail(event.reason);
  let told_ms = started;
  const stir = () => { // what takes long is not stuck while it comes further
    told_ms = performance.now();
    self.postMessage({ type: "LOADING", role, index: 0 });
  };
  const hear = () => { if (performance.now() - told_ms >= TELL_EVERY_MS) stir(); };
  try {
    const same = verifyBuild();
    const runtime = await handed;
    stir();
    const [begun] = await Promise.all([startPython(runtime, stir), same]);
    stir();
    const pyodide = (self.pyodide = begun.python); // global, for a console and the leak tests
    pyodide._api.on_fatal = fail; // a crash inside Python, which may throw nothing that anybody hears of
    const packages = options.getAll("package");
    if (packages.length) await loadPackages(begun, runtime, packages, hear);
    const entry = pyodide.pyimport(`drillsergeant.browser.${module}`);
    loaded();
    began = true;
    entry.start(role, queue, started, (name) => loadPackages(begun, runtime, [name], hear), (name) => readText(runtime, name));
    entry.destroy();
  } catch (error) {
    fail(error);
  }
}
