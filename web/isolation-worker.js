// The service worker for hosts that cannot set headers: adds them to pages and to workers' scripts, the only answers
// whose headers decide about shared memory. Everything else takes the plain path: an answer made anew here would keep
// the browser from using its cache of compiled WebAssembly. It caches nothing, so no version of the site can get stuck.
const HEADERS = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "cross-origin",
  "Document-Isolation-Policy": "isolate-and-require-corp",
};

async function isolated(request) {
  const answer = await fetch(request);
  if (!answer.status) return answer; // a redirect, which the browser follows by itself
  const headers = new Headers(answer.headers);
  for (const [name, value] of Object.entries(HEADERS)) headers.set(name, value);
  return new Response(answer.body, { status: answer.status, statusText: answer.statusText, headers });
}

// Without clients.claim(): a page is controlled exactly when it was loaded through here, which isolation.js relies on.
self.addEventListener("fetch", (event) => {
  const { mode, destination } = event.request;
  if (mode === "navigate" || destination === "worker") event.respondWith(isolated(event.request));
});
