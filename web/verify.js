// Downloads that fail with a sentence, and the check that Python's own files arrived as they were built.
export async function download(name) {
  const response = await fetch(name).catch((error) => { throw new Error(`fetching ${name} failed: ${error.message}`); });
  if (!response.ok) throw new Error(`${name} answered ${response.status}; the site's upload is incomplete`);
  return response;
}

export async function verifyCore() {
  const { files } = await (await download("build.json")).json();
  const core = Object.keys(files).filter((name) => /asm\.wasm$|stdlib.*\.zip$/.test(name)); // wheels are checked by the loader
  await Promise.all(core.map((name) => verify(name, files[name])));
}

async function verify(name, wanted) {
  const response = await download(name);
  const bytes = await response.arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (hex !== wanted.sha256) throw new Error(`${name} is damaged: ${bytes.byteLength} bytes arrived, ${wanted.bytes} were built; reload, or upload the site again`);
}
