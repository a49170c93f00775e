// Boots the page: starts the show worker, checks the runtime's files, loads Pyodide and our wheel, then Python.
import { isolation } from "./isolation.js";
import { download, verifyCore } from "./verify.js";

const version = (document.documentElement.dataset.version = new URL(import.meta.url).search); // see build/site_parts/versions.py
const LIMIT_MS = 34000; // a broken download never settles on its own, so the page speaks up by itself
const bar = document.getElementById("boot-progress");
const stage = document.getElementById("boot-stage");

function say(text, share) {
  stage.textContent = text;
  bar.value = 100 * share;
}

function sentence(error) {
  const text = String(error?.message ?? error).trim();
  return text.startsWith("Traceback") ? text.split("\n").pop() : text; // of a Python error, what it says
}

function fail(error) {
  clearTimeout(watchdog);
  say("This page could not start.", 0);
  document.getElementById("errors").hidden = false;
  document.getElementById("error-list").append(Object.assign(document.createElement("li"), { textContent: sentence(error) }));
}

async function loadProgram(mode) {
  const drill = new URLSearchParams(location.search).get("drill") ?? "ball";
  if (!/^[a-z-]{1,32}$/.test(drill)) throw new Error(`drill=${drill} in the page's address is no drill's name`);
  const facts = download(`programs/${drill}.json${version}`).then((response) => response.text());
  const binary = `programs/${drill}${mode === "solo" ? ".solo" : ""}.wasm${version}`; // a module fits one kind of memory
  return Promise.all([facts, WebAssembly.compileStreaming(download(binary))]);
}

const watchdog = setTimeout(() => fail(`nothing for ${LIMIT_MS / 1000} s while loading Python; reload to try again`), LIMIT_MS);
delete WebAssembly.Suspending; // see workers/boot.js
delete WebAssembly.promising;

try {
  const way = await isolation();
  const show = new Worker(new URL(`workers/show.js${version}`, document.baseURI), { type: "module", name: "show" });
  const early = [];
  show.onmessage = (event) => early.push(event.data);
  show.onerror = (event) => fail(`the script workers/show.js could not run: ${event.message || "it did not load"}`);
  say("Loading Python", 0.1);
  const checks = Promise.all([loadProgram(way.mode), verifyCore(version)]);
  const { loadPyodide } = await import("./pyodide/pyodide-loader.js");
  const files = new URL("pyodide/", document.baseURI).href;
  const loading = loadPyodide({ indexURL: files, lockFileURL: `${files}pyodide-lock.json${version}` });
  const [pyodide, [[facts, module]]] = await Promise.all([loading, checks]); // a damaged file leaves `loading` waiting
  say("Loading the game", 0.4);
  const errors = [];
  await pyodide.loadPackage(["drillsergeant"], { messageCallback: () => {}, errorCallback: (text) => errors.push(text) });
  if (errors.length) throw new Error(errors.join("; "));
  say("Starting the match", 0.6);
  const entry = pyodide.pyimport("drillsergeant.browser.page.boot");
  entry.start(show, document.getElementById("match"), facts, module, way);
  entry.destroy();
  for (const data of early) show.onmessage({ data });
  clearTimeout(watchdog);
} catch (error) {
  fail(error);
}
