// Makes a memory snapshot of a Python that has imported everything the page and its workers run:
//   node snapshot.mjs PYODIDE_FOLDER WHEEL OUT        see build/site_parts/snapshot.py, which runs it
//
// OUT is gzip of four 32-bit numbers (bytes of Pyodide's snapshot; where the core's data lies in the core's file and in
// the snapshot, and its length) and the snapshot, less what the reader has already: the core's own data, taken out by
// exclusive or, and zeros at the end.
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import zlib from "node:zlib";

const DATA_SECTION = 11;
const MEMORY_BASE = 1024; // where Pyodide's loader puts the core's data
const GLOBAL_GET = 0x23;
const HEADER_BYTES = 16;
const DATE_MS = Date.UTC(2020, 0, 1);
const RANDOM = 4;
const SITE_PACKAGES = "/lib/python3.12/site-packages";

// Where the one data segment of the core lies in its file: [offset, length].
function dataOf(core) {
  let at = 8;
  const number = () => {
    let value = 0, shift = 0, byte;
    do {
      byte = core[at++];
      value += (byte & 127) * 2 ** shift;
      shift += 7;
    } while (byte & 128);
    return value;
  };
  while (at < core.length) {
    const section = core[at++];
    const end = number() + at;
    if (section !== DATA_SECTION) { at = end; continue; }
    if (number() !== 1 || number() !== 0 || core[at++] !== GLOBAL_GET) break;
    number();
    at++; // the expression's end
    const length = number();
    return [at, length];
  }
  throw new Error("the core's data is not one segment at the memory's base: this Pyodide is laid out differently");
}

function packed(snapshot, core) {
  const [inCore, length] = dataOf(core);
  const inSnapshot = new Uint32Array(snapshot.buffer, snapshot.byteOffset, 2)[1] + MEMORY_BASE;
  for (let i = 0; i < length; i++) snapshot[inSnapshot + i] ^= core[inCore + i];
  let end = snapshot.length;
  while (snapshot[end - 1] === 0) end--;
  const header = new Uint32Array([snapshot.length, inCore, inSnapshot, length]);
  const bytes = Buffer.concat([Buffer.from(header.buffer), snapshot.subarray(0, end)], HEADER_BYTES + end);
  return zlib.gzipSync(bytes, { level: 9 });
}

// Memory holds dates of files, the path of this script, and random numbers in places free again. With clocks that stand,
// one name and chance that is none it is the same every time, wherever it is made; a Python that begins as it draws its
// own random state (drillsergeant.browser.snapshot.wake).
function leaveNothingToChance() {
  process.argv[1] = "snapshot";
  Date.now = () => DATE_MS;
  performance.now = () => 0;
  crypto.getRandomValues = (array) => array.fill(RANDOM);
}

async function main([folder, wheel, out]) {
  leaveNothingToChance();
  delete WebAssembly.Suspending; // as in workers/boot.js
  delete WebAssembly.promising;
  const { loadPyodide } = await import(pathToFileURL(path.join(folder, "pyodide.mjs")));
  const pyodide = await loadPyodide({ _makeSnapshot: true, env: { PYTHONHASHSEED: "0" } }); // the same bytes every time
  const bytes = new Uint8Array(fs.readFileSync(wheel)).buffer; // Pyodide refuses Node's own Buffer
  pyodide.unpackArchive(bytes, "wheel", { extractDir: SITE_PACKAGES });
  // Where no time goes by, a folder that was empty a moment ago looks as it did: Python must look again.
  pyodide.runPython(`import sys; sys.path_importer_cache.pop("${SITE_PACKAGES}", None); del sys`);
  pyodide.runPython("from drillsergeant.browser.snapshot import fill; fill(); del fill");
  const core = fs.readFileSync(path.join(folder, "pyodide.asm.wasm"));
  fs.writeFileSync(out, packed(pyodide.makeMemorySnapshot(), core));
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error.message); // without the line of the minified script it came from
  process.exitCode = 1;
});
