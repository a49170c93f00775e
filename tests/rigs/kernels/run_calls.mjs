// Runs exported functions of a module over a memory image: node run_calls.mjs MODULE IMAGE CALLS RESULT
// CALLS is JSON, [[name, ...numbers], ...]; RESULT receives the memory afterwards. The memory is shared.
import { readFileSync, writeFileSync } from "node:fs";

const [modulePath, imagePath, callsPath, resultPath] = process.argv.slice(2);
const image = readFileSync(imagePath);
const pages = image.length / 65536;
const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
const bytes = new Uint8Array(memory.buffer);
bytes.set(image);
const instance = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(modulePath)), { env: { memory } });
for (const [name, ...numbers] of JSON.parse(readFileSync(callsPath, "utf8"))) instance.exports[name](...numbers);
writeFileSync(resultPath, bytes.slice());
