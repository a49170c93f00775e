// What Python runs on, fetched and compiled once, by the page, which hands it to every worker: the core, and the memory
// of a Python that has imported everything already (build/site_parts/snapshot.py). Without that memory, Python starts plainly.
// The page loads this script before all others, so that the downloads begin at once where nothing can keep it from them.
import { download, load, manifest, verified } from "./verify.js";

const CORE = "pyodide/pyodide.asm.wasm";
const SCRIPT = "pyodide/pyodide.asm.js";
const LIBRARY = "pyodide/python_stdlib.zip";
const SNAPSHOT = "pyodide/snapshot.bin";
const SNAPSHOT_HEADER_BYTES = 16;

const version = new URL(import.meta.url).search; // see build/site_parts/versions.py
const arriving = new Map(); // by name: bytes received, and bytes there are
let listener = () => {};

// What was fetched: {core, lock, files, memory, bytes}: the compiled core; the lock's text; size and hash of all files;
// the snapshot's first bytes, and how many there are with the zeros after them; null and 0 without one.
// `hear(received, all)`: bytes so far. `shares`: the memory is shared, where it is not copied when it is posted.
export async function runtime(hear, shares) {
  listener = hear;
  tell();
  const found = await (begun ?? fetched());
  return found.memory ? { ...found, memory: handed(found.memory, shares) } : found;
}

function tell(name, share, size) {
  if (name) arriving.set(name, [share * size, size]);
  const sum = (part) => Array.from(arriving.values(), (pair) => pair[part]).reduce((a, b) => a + b, 0);
  globalThis.watchdog.stir();
  if (arriving.size) listener(sum(0), sum(1));
}

async function fetched() {
  const listed = manifest(version);
  const file = async (name, response = download(name)) => verified(name, await response, (await listed)[name], tell);
  const [[core, memory], lock, files] = await Promise.all([
    coreAndMemory(file, listed),
    load("pyodide/pyodide-lock.json", version, tell).then((bytes) => new TextDecoder().decode(bytes)),
    listed,
    file(SCRIPT), // by its bytes; the loader finds it in the browser's cache
  ]);
  if (!memory) await file(LIBRARY);
  return { core, lock, files, ...(memory ?? { memory: null, bytes: 0 }) };
}

async function coreAndMemory(file, listed) {
  const packed = snapshot(file, listed);
  const response = await download(CORE);
  const compiling = WebAssembly.compileStreaming(response.clone()).catch(() => null); // damaged, or not called WebAssembly
  const bytes = await file(CORE, response);
  const memory = packed.then((found) => found && unpacked(found, bytes)).catch(() => null);
  return [(await compiling) ?? (await WebAssembly.compile(bytes)), await memory];
}

async function snapshot(file, listed) {
  if (!(await listed)[SNAPSHOT]) return null;
  const bytes = await file(SNAPSHOT).catch(() => null); // its lack only costs time
  return bytes && new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}

// What build/site_parts/snapshot.mjs packed: the core's own data was taken out.
function unpacked(found, core) {
  const [bytes, inCore, inSnapshot, length] = new Uint32Array(found, 0, 4);
  const memory = new Uint8Array(found, SNAPSHOT_HEADER_BYTES);
  for (let i = 0; i < length; i++) memory[inSnapshot + i] ^= core[inCore + i];
  return { memory, bytes };
}

function handed(memory, shares) {
  if (!shares) return memory.slice().buffer;
  const shared = new Uint8Array(new SharedArrayBuffer(memory.length));
  shared.set(memory);
  return shared.buffer;
}

const begun = crossOriginIsolated ? fetched() : null; // else the page may reload to become so
begun?.catch(() => {}); // whoever asks for it hears of it
