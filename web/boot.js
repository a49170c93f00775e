// Boots the page: starts the show worker, checks the runtime's files, loads Pyodide and our wheel, then Python.
const LIMIT_MS = 34000; // a broken download never settles on its own, so the page speaks up by itself
const bar = document.getElementById("boot-progress");
const stage = document.getElementById("boot-stage");

function say(text, share) {
  if (stage) stage.textContent = text;
  if (bar) bar.value = 100 * share;
}

function fail(error) {
  clearTimeout(watchdog);
  say("This page could not start.", 0);
  document.getElementById("errors").hidden = false;
  document.getElementById("error-list").append(Object.assign(document.createElement("li"), { textContent: String(error?.message ?? error) }));
  document.documentElement.dataset.boot = "failed";
}

async function verify(name) {
  const manifest = await (await fetch("build.json")).json();
  const wanted = manifest.files[name];
  const response = await fetch(name);
  if (!response.ok) throw new Error(`${name} answered ${response.status} ${response.statusText}; the site's upload is incomplete`);
  const bytes = await response.arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (hex !== wanted.sha256) throw new Error(`${name} is damaged: ${bytes.byteLength} bytes arrived, ${wanted.bytes} were built; reload, or upload the site again`);
}

const watchdog = setTimeout(() => fail(`nothing for ${LIMIT_MS / 1000} s while loading Python; reload to try again`), LIMIT_MS);
try {
  if (!crossOriginIsolated) throw new Error("this page needs cross-origin isolation (headers COOP: same-origin and COEP: require-corp), which the server did not send");
  const show = new Worker(new URL("workers/show.js", document.baseURI), { type: "module", name: "show" });
  const early = [];
  show.onmessage = (event) => early.push(event.data);
  say("Loading Python", 0.1);
  const verified = verify("pyodide/pyodide.asm.wasm");
  const { loadPyodide } = await import("./pyodide/pyodide.mjs");
  const loading = loadPyodide({ indexURL: new URL("pyodide/", document.baseURI).href });
  await verified; // a damaged file would leave loadPyodide waiting for ever
  const pyodide = await loading;
  say("Loading the game", 0.4);
  const errors = [];
  await pyodide.loadPackage(["drillsergeant"], { messageCallback: () => {}, errorCallback: (text) => errors.push(text) });
  if (errors.length) throw new Error(errors.join("; "));
  say("Starting the match", 0.6);
  const entry = pyodide.pyimport("drillsergeant.browser.page_boot");
  entry.start(show, document.getElementById("match"));
  entry.destroy();
  for (const data of early) show.onmessage({ data });
  clearTimeout(watchdog);
  document.documentElement.dataset.boot = "python";
} catch (error) {
  fail(error);
}
