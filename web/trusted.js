// The addresses of the scripts that the page starts by itself, workers and the service worker: files of this site, what
// the page has kept of them in its memory (a blob of its own origin), and no others. Where a host sends `require-trusted-types-for 'script'`, browsers take them from this policy alone.
const HOME = new URL("./", import.meta.url).href;

function ours(address) {
  if (![HOME, `blob:${location.origin}/`].some((start) => address.startsWith(start))) throw new TypeError(`${address} is no script of this site, ${HOME}`);
  return address;
}

const policy = globalThis.trustedTypes?.createPolicy("drillsergeant", { createScriptURL: ours }) ?? { createScriptURL: ours };

export const script = (address) => policy.createScriptURL(new URL(address, HOME).href);
