// Starts Python in the page or in a worker, on what the page has fetched (web/runtime.js).
import { loadPyodide } from "../pyodide/pyodide-loader.js";
import { download, verified } from "../verify.js";

const FILES = new URL("../pyodide/", import.meta.url).href;
const LOCK = "pyodide-lock.json";
const LIBRARY = "python_stdlib.zip";
const AS_KEPT = globalThis.here ? { cache: "force-cache" } : {}; // what a worker before this one had needs no network (kept.js)
const ZIP = "/lib/python312.zip"; // the standard library, where Python looks for it

// Pyodide 0.27.7 runs every callback on a stack of its own where the browser can switch stacks, and loses a little of the
// main one each time: after some ten thousand turns of the event loop the worker dies. Nothing here switches stacks.
delete WebAssembly.Suspending;
delete WebAssembly.promising;

// The loader's next step, begun while the core is on its way; after the lines above, by which it finds no stacks to switch.
const script = import(new URL("pyodide.asm.js", FILES)).catch(() => {});

// Start Python. The result's `restored`: it began as the snapshot's memory and has everything that needs no file.
// `stir()` is called whenever it came further.
export async function startPython(runtime, stir) {
  if (runtime.memory) {
    try {
      return { python: await started(runtime, snapshotOf(runtime), stir), restored: true };
    } catch (error) {
      console.info(`Python starts without its memory snapshot: ${error?.message ?? error}`);
    }
  }
  const python = await started(runtime, undefined, stir);
  await loadPackages({ python, restored: false }, runtime, ["drillsergeant"], stir);
  return { python, restored: false };
}

// Load packages of the site. The first time after a restored start, the standard library and our wheel come with them.
// `hear()` is called whenever something of them arrives.
export async function loadPackages(begun, runtime, names, hear) {
  const { python } = begun;
  const bare = begun.restored && !begun.furnished;
  const wanted = bare ? ["drillsergeant", ...names] : names;
  const { packages } = JSON.parse(runtime.lock);
  const wheels = begun.restored ? wanted.map((name) => packages[name]?.file_name).filter(Boolean) : [];
  const library = bare ? [LIBRARY] : [];
  const files = [...library, ...wheels];
  const bytes = await Promise.all(files.map((name) => fetched(name, runtime.files, hear)));
  if (library.length) python.FS.writeFile(ZIP, bytes[0]);
  const handBack = answering(Object.fromEntries(files.map((name, index) => [name, bytes[index]])));
  const errors = [];
  try {
    await python.loadPackage(wanted, { messageCallback: () => {}, errorCallback: (text) => errors.push(text) });
  } finally {
    handBack();
  }
  if (errors.length) throw new Error(errors.join("; "));
  begun.furnished = true;
}

async function fetched(name, files, hear) {
  const path = `pyodide/${name}`;
  return verified(path, await download(new URL(name, FILES).href, AS_KEPT), files[path], hear);
}

// The text of a file of the site, by its name.
export async function readText(runtime, name) {
  const address = new URL(`../${name}`, import.meta.url).href + new URL(import.meta.url).search;
  return new TextDecoder().decode(await verified(name, await download(address, AS_KEPT), runtime.files[name]));
}

function snapshotOf({ memory, bytes }) {
  const snapshot = new Uint8Array(bytes);
  snapshot.set(new Uint8Array(memory));
  return snapshot;
}

async function started({ core, lock }, snapshot, stir) {
  // A plain start asks for the lock of the site as it is now: another build's wheel then says so (runtimes/version.py).
  const known = snapshot && { [LOCK]: lock, [LIBRARY]: "" };
  const handBack = answering({ "pyodide.asm.wasm": "", ...known });
  const { instantiateStreaming } = WebAssembly;
  WebAssembly.instantiateStreaming = async (_, imports) => {
    const instance = await WebAssembly.instantiate(core, imports);
    stir();
    return { module: core, instance };
  };
  try {
    await script;
    stir();
    const lockFileURL = FILES + LOCK + (snapshot ? "" : new URL(import.meta.url).search);
    const python = await loadPyodide({ indexURL: FILES, lockFileURL, ...(snapshot && { _loadSnapshot: snapshot }) });
    stir();
    if (snapshot) {
      const module = python.pyimport("drillsergeant.browser.snapshot");
      module.wake();
      module.destroy();
    }
    return python;
  } finally {
    handBack();
    Object.assign(WebAssembly, { instantiateStreaming });
  }
}

// The loader fetches by itself: while it does, what is here already is what it gets. The result ends that.
function answering(answers) {
  const { fetch } = globalThis;
  globalThis.fetch = (address, ...rest) => {
    const answer = String(address).startsWith(FILES) ? answers[String(address).slice(FILES.length)] : undefined;
    return answer === undefined ? fetch(address, ...rest) : Promise.resolve(new Response(answer));
  };
  return () => Object.assign(globalThis, { fetch });
}
