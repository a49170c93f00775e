// Boots one worker: Pyodide, our wheel, then Python. Everything else is Python (browser/worker/boot.py). A boot that
// never settles is noticed by the page (runtimes/supervisor/supervisor.py).
import { loadPyodide } from "../pyodide/pyodide-loader.js";

const options = new URLSearchParams(self.location.search);

// Pyodide 0.27.7 runs every callback on a stack of its own where the browser can switch stacks, and loses a little of the
// main one each time: after some ten thousand turns of the event loop the worker dies. Nothing here switches stacks.
delete WebAssembly.Suspending;
delete WebAssembly.promising;

async function verifyBuild() {
  const manifest = await fetch(new URL("../build.json", import.meta.url), { cache: "no-cache" });
  const key = manifest.ok ? (await manifest.json()).key : `unknown (build.json answered ${manifest.status})`;
  if (options.get("v") === key) return;
  const message = `the page is of build ${options.get("v")} and the site's files are now of build ${key}: the site was updated; reload the page`;
  throw Object.assign(new Error(message), { final: true });
}

export async function boot(role, module = "worker.boot") {
  const started = performance.now();
  const queue = [];
  self.onmessage = (event) => queue.push(event.data);
  const fail = (error) => {
    const message = `the ${role} worker could not start: ${error?.message ?? error}`;
    self.postMessage({ type: "ERROR", role, index: 0, message, traceback: String(error?.stack ?? ""), fatal: true, final: Boolean(error?.final) });
  };
  self.onunhandledrejection = (event) => fail(event.reason);
  try {
    const errors = [];
    const files = new URL("../pyodide/", import.meta.url).href;
    const loading = loadPyodide({ indexURL: files, lockFileURL: `${files}pyodide-lock.json?v=${options.get("v")}` });
    await verifyBuild();
    const pyodide = (self.pyodide = await loading); // global, for a console and the leak tests
    await pyodide.loadPackage(["drillsergeant", ...options.getAll("package")], { messageCallback: () => {}, errorCallback: (text) => errors.push(text) });
    if (errors.length) throw new Error(errors.join("; "));
    const entry = pyodide.pyimport(`drillsergeant.browser.${module}`);
    entry.start(role, queue, started);
    entry.destroy();
  } catch (error) {
    fail(error);
  }
}
