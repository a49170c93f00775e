// Boots the page: starts the show worker, fetches what Python runs on and hands it to the workers, then Python.
import { isolation, trial } from "./isolation.js";
import { runtime } from "./runtime.js";
import { script } from "./trusted.js";
import { awaited, load, manifest } from "./verify.js";
import { startPython } from "./workers/python.js";

const version = (document.documentElement.dataset.version = new URL(import.meta.url).search); // see build/site_parts/versions.py
const PATIENCE_MS = 34000; // a broken download never settles on its own, so the page speaks up by itself
const DOWNLOADED = 0.5; // of the bar
const AT_EASE_MS = 10000; // after the start, when the match has been moving for long
const SIMD = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11]; // a module
const bar = document.getElementById("boot-progress");
const stage = document.getElementById("boot-stage");
const { say, begin } = globalThis.watchdog; // in index.html
let alarm = null;
let timer = 0;
let failed = false;

// Something went on: a step, or bytes.
function step(text, share) {
  if (failed) return;
  stage.textContent = text;
  bar.value = 100 * share;
  wait();
}

function wait() {
  clearTimeout(timer);
  if (failed) return;
  timer = setTimeout(() => {
    alarm ??= say(`This page waits for ${[...awaited].join(", ") || "Python to start"}, and nothing has come for ${PATIENCE_MS / 1000} seconds. It still waits; press Reload to try again.`);
  }, PATIENCE_MS);
}

function hear(received, all) {
  step(`Loading Python: ${(received / 1e6).toFixed(1)} of ${(all / 1e6).toFixed(1)} MB`, (DOWNLOADED * received) / all);
}

function sentence(error) {
  const text = String(error?.message ?? error).trim();
  return text.startsWith("Traceback") ? text.split("\n").pop() : text; // of a Python error, what it says
}

function fail(error) {
  failed = true;
  clearTimeout(timer);
  stage.textContent = "This page could not start.";
  say(`This page could not start: ${sentence(error)}.`);
}

// It came after all.
function calm() {
  clearTimeout(timer);
  alarm?.remove();
  document.getElementById("errors").hidden = !document.getElementById("error-list").children.length;
}

// What the address asks for, if there is such a drill; Python says so where there is none.
async function loadProgram(mode) {
  const asked = new URLSearchParams(location.search).get("drill");
  const drill = `programs/${asked}.json` in (await manifest(version)) ? asked : "ball";
  document.documentElement.dataset.drill = drill;
  const facts = load(`programs/${drill}.json`, version, wait).then((bytes) => new TextDecoder().decode(bytes));
  facts.then(name).catch(() => {}); // whoever waits for them hears of it
  const binary = load(`programs/${drill}${mode === "solo" ? ".solo" : ""}.wasm`, version, wait); // a module fits one kind of memory
  return Promise.all([facts, binary.then((bytes) => WebAssembly.compile(bytes))]);
}

// What nothing here goes without, and this browser lacks; for all else there is another way. `can`: see `trial`.
function missing(can) {
  const there = {
    "SIMD in WebAssembly": WebAssembly.validate(new Uint8Array(SIMD)),
    "canvas on which a worker can draw": can.draws && "transferControlToOffscreen" in HTMLCanvasElement.prototype,
  };
  return Object.keys(there).filter((name) => !there[name]).join(", and no ");
}

// Says which game this is before Python can.
function name(facts) {
  const { words } = JSON.parse(facts).drill;
  document.getElementById("drill-sentence").textContent = words.sentence;
  document.getElementById("match").setAttribute("aria-label", words.picture);
  for (const [team, count] of words.counts.entries()) document.getElementById(`count-${team}`).textContent = count;
}

// Workers take no hash of their scripts, so the page looks at those, and plays nothing where one is otherwise than it was
// built. That of the bench is another page's.
async function checkScripts() {
  const names = Object.keys(await manifest(version)).filter((each) => each.startsWith("workers/") && each !== "workers/bench.js");
  await Promise.all(names.map((each) => load(each, version)));
}

begin();
step("Starting", 0);
try {
  const worker = (address, called) => new Worker(script(address), { type: "module", name: called });
  const clock = worker(`workers/clock.js${version}`, "clock");
  const can = await trial(clock);
  if (missing(can)) throw new Error(`this browser has no ${missing(can)}; a newer version of it may have`);
  const way = await isolation(can);
  const show = worker(`workers/show.js${version}`, "show");
  const early = [];
  show.onmessage = (event) => early.push(event.data);
  show.onerror = (event) => fail(`the script workers/show.js could not run: ${event.message || "it did not load"}`);
  const checked = checkScripts();
  checked.catch(() => { for (const each of [clock, show]) each.terminate(); }); // and told below
  const [base, [facts, module]] = await Promise.all([runtime(hear, can.shares), loadProgram(way.mode)]);
  const equip = (each) => each.postMessage(base);
  equip(show);
  step("Starting Python", DOWNLOADED);
  const began_ms = performance.now();
  const { python, restored } = await startPython(base, wait);
  const pythonS = (performance.now() - began_ms) / 1000; // here: how fast the machine is
  document.documentElement.dataset.boot = restored ? "restored" : "plain";
  wait();
  await checked;
  step("Starting the match", 0.6);
  const entry = python.pyimport("drillsergeant.browser.page.boot");
  const built = (each) => load(each, each.startsWith("pyodide/") ? "" : version); // of which the browser has no other
  entry.start(show, document.getElementById("match"), facts, module, { ...way, pythonS }, worker, equip, built, clock);
  entry.destroy();
  for (const data of early) show.onmessage?.({ data }); // until it is given up for one of them
  calm();
} catch (error) {
  fail(error);
}
// What the page works with when there is no network, and news of it; also where it could not start, which a newer version may.
if (window === top && "serviceWorker" in navigator)
  setTimeout(() => import(`./offline.js${version}`).catch((error) => console.info(`This page keeps no copy of itself: ${error.message}`)), AT_EASE_MS);
