// Boots one worker: Pyodide, our wheel, then Python. Everything else is Python (browser/worker_boot.py). A boot that
// never settles is noticed by the page (runtimes/supervisor.py).
import { loadPyodide } from "../pyodide/pyodide.mjs";

export async function boot(role) {
  const started = performance.now();
  const queue = [];
  self.onmessage = (event) => queue.push(event.data);
  const fail = (error) => {
    const message = `the ${role} worker could not start: ${error?.message ?? error}`;
    self.postMessage({ type: "ERROR", role, index: 0, message, traceback: String(error?.stack ?? ""), fatal: true });
  };
  self.onunhandledrejection = (event) => fail(event.reason);
  try {
    const errors = [];
    const pyodide = (self.pyodide = await loadPyodide({ indexURL: new URL("../pyodide/", import.meta.url).href })); // global, for a console and the leak tests
    const more = new URLSearchParams(self.location.search).getAll("package");
    await pyodide.loadPackage(["drillsergeant", ...more], { messageCallback: () => {}, errorCallback: (text) => errors.push(text) });
    if (errors.length) throw new Error(errors.join("; "));
    const entry = pyodide.pyimport("drillsergeant.browser.worker_boot");
    entry.start(role, queue, started);
    entry.destroy();
  } catch (error) {
    fail(error);
  }
}
