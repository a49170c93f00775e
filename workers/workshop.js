// Boots the workshop, where a reader's own code runs: without network and storage, and with less memory than Pyodide
// would take, so that code without measure ends in a MemoryError, not in a machine without memory.
import { close } from "./closed.js"; // before the script that starts Python
import { boot } from "./boot.js";

const MOST_PAGES = 12288; // of 64 KiB: 768 MiB
const Memory = WebAssembly.Memory;
WebAssembly.Memory = function (wanted) {
  return new Memory({ ...wanted, maximum: Math.min(wanted.maximum ?? MOST_PAGES, MOST_PAGES) });
};
WebAssembly.Memory.prototype = Memory.prototype;

boot("workshop", "worker.workshop_boot", close);
