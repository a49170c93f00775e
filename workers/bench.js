// Boots the benchmark's worker: Pyodide with NumPy, our wheel, the site's own program; then Python answers requests
// {number, text}, one after the other (browser/worker/bench_boot.py). The site itself never starts it.
import { loadPyodide } from "../pyodide/pyodide-loader.js";

const get = (path) => fetch(new URL(path, import.meta.url));

delete WebAssembly.Suspending; // see boot.js
delete WebAssembly.promising;

async function boot() {
  const pyodide = await loadPyodide({ indexURL: new URL("../pyodide/", import.meta.url).href });
  const errors = [];
  await pyodide.loadPackage(["drillsergeant", "numpy"], { messageCallback: () => {}, errorCallback: (text) => errors.push(text) });
  if (errors.length) throw new Error(errors.join("; "));
  const [facts, binary] = await Promise.all([
    get("../programs/ball.json").then((response) => response.text()),
    get("../programs/ball.wasm").then((response) => response.arrayBuffer()),
  ]);
  return pyodide.pyimport("drillsergeant.browser.worker.bench_boot").BenchBoot(facts, binary);
}

const booted = boot();
self.onmessage = async ({ data: { number, text } }) => {
  try {
    self.postMessage({ number, text: (await booted).answer(text) });
  } catch (error) {
    self.postMessage({ number, error: String(error?.message ?? error) });
  }
};
