// Downloads that fail with a sentence, and the check that files arrived as they were built.
export async function download(name, options) {
  const response = await fetch(name, options).catch((error) => { throw new Error(`fetching ${name} failed: ${error.message}`); });
  if (!response.ok) throw new Error(`${name} answered ${response.status}; the site's upload is incomplete`);
  return response;
}

let listed; // asked for once

// The list of the site's files, {name: {bytes, sha256}}, of the build that this page is of.
export function manifest(version) {
  return (listed ??= files(version));
}

async function files(version) {
  const { key, files } = await (await download("build.json", { cache: "no-cache" })).json();
  if (version !== `?v=${key}`) throw new Error(`this page is of build ${version.slice(3)} and the site's files are of build ${key}: the site was updated, or its upload is incomplete; reload the page`);
  return files;
}

// The bytes of a file, if they are those that were built. `hear(name, share, size)`: so much of so many bytes, as a
// server that compresses counts them, has come.
export async function verified(name, response, wanted, hear = () => {}) {
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
    throw new Error(`fetching ${name} broke off after ${received} of ${wanted.bytes} bytes: ${error.message}`);
  }
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (received !== wanted.bytes || hex !== wanted.sha256) throw new Error(`${name} is damaged: ${received} bytes arrived, ${wanted.bytes} were built; reload, or upload the site again`);
  return bytes;
}
