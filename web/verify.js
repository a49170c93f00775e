// Downloads that fail with a sentence, and the check that Python's own files arrived as they were built.
export async function download(name, options) {
  const response = await fetch(name, options).catch((error) => { throw new Error(`fetching ${name} failed: ${error.message}`); });
  if (!response.ok) throw new Error(`${name} answered ${response.status}; the site's upload is incomplete`);
  return response;
}

export async function verifyCore(version) {
  const { key, files } = await (await download("build.json", { cache: "no-cache" })).json();
  if (version !== `?v=${key}`) throw new Error(`this page is of build ${version.slice(3)} and the site's files are of build ${key}: the site was updated, or its upload is incomplete; reload the page`);
  const core = Object.keys(files).filter((name) => /asm\.(wasm|js)$|stdlib.*\.zip$/.test(name)); // wheels are checked by the loader
  await Promise.all(core.map((name) => verify(name, files[name])));
}

async function verify(name, wanted) {
  const response = await download(name);
  const bytes = await response.arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (hex !== wanted.sha256) throw new Error(`${name} is damaged: ${bytes.byteLength} bytes arrived, ${wanted.bytes} were built; reload, or upload the site again`);
}
