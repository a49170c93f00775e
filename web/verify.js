// Downloads that fail with a sentence, and the check that files arrived as they were built.
const HOME = new URL("./", import.meta.url).href;

export const awaited = new Set(); // names of what is being downloaded

export async function download(address, options) {
  const name = address.split("?")[0].replace(HOME, "");
  awaited.add(name);
  try {
    const response = await fetch(address, options).catch((error) => { throw new Error(`fetching ${name} failed (${error.message}): once the network is there, reload the page`); });
    if (!response.ok) throw spoiled(response, `${name} answered ${response.status}, so the site's upload is incomplete`);
    return response;
  } catch (error) {
    awaited.delete(name);
    throw error;
  }
}

// What is wrong with an answer, and what to do. The browser may have kept it, which the page's Reload then goes past.
function spoiled(response, why) {
  globalThis.watchdog?.lost.add(response.url);
  return new Error(`${why}${response.ok ? instead(response) : ""}: reload the page; if it stays so, upload the site again`);
}

let listed; // asked for once

// The list of the site's files, {name: {bytes, sha256}}, of the build that this page is of.
export function manifest(version) {
  return (listed ??= files(version));
}

async function files(version) {
  const response = await download("build.json", { cache: "no-cache" });
  const { sha256, ...list } = await response.json().catch(() => ({}));
  awaited.delete("build.json");
  const text = new TextEncoder().encode(JSON.stringify(list));
  if (!list.files || (await digest(text)) !== sha256) throw spoiled(response, "build.json is damaged");
  if (version !== `?v=${list.key}`) throw new Error(`this page is of build ${version.slice(3)} and the site's files are of build ${list.key}: the site was updated, or its upload is incomplete; reload the page`);
  return list.files;
}

async function digest(bytes) {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function instead(response) {
  const page = response.headers.get("Content-Type")?.startsWith("text/html");
  return page ? ", a web page in its place (if this network wants you to sign in, do that first)" : "";
}

// The bytes of a file, if they are those that were built. `hear(name, share, size)`: so much of so many bytes, as a
// server that compresses counts them, has come.
export async function verified(name, response, wanted, hear = () => {}) {
  if (!wanted) throw spoiled(response, `${name} is not in the site's list of files, build.json`);
  const size = Number(response.headers.get("Content-Length") ?? 0) || wanted.bytes;
  const bytes = new Uint8Array(wanted.bytes);
  let received = 0;
  try {
    for (const reader = response.body.getReader(); ;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (received + value.length <= bytes.length) bytes.set(value, received);
      hear(name, Math.min(1, (received += value.length) / wanted.bytes), size);
    }
  } catch (error) {
    throw new Error(`fetching ${name} broke off after ${received} of ${wanted.bytes} bytes (${error.message}): reload the page`);
  } finally {
    awaited.delete(name);
  }
  if (received !== wanted.bytes) throw spoiled(response, `${name} is damaged: ${received} bytes arrived, ${wanted.bytes} were built`);
  if ((await digest(bytes)) !== wanted.sha256) throw spoiled(response, `${name} is damaged: it is as long as what was built, and something else`);
  return bytes;
}

// The same of a file of the site, by its name. `version` asks caches for that of this build.
export async function load(name, version, hear) {
  const files = await manifest(version);
  return verified(name, await download(HOME + name + version, { priority: hear ? "auto" : "low" }), files[name], hear);
}
