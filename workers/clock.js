// Keeps time for the page, whose own timers come once a minute while its tab is hidden: {number, ms}, and the number comes
// back after so long. And shows it before anything else what a worker of this browser can do (web/isolation.js): {memory},
// one that the page has posted or null, is answered with the same, changed, and with whether there is a canvas to draw on.
function draws() {
  try { return Boolean(new OffscreenCanvas(1, 1).getContext("2d")); } catch { return false; }
}

self.onmessage = ({ data: { number, ms, memory } }) => {
  if (memory === undefined) setTimeout(() => self.postMessage(number), ms);
  else {
    if (memory) Atomics.add(new Int32Array(memory.buffer), 0, 1);
    self.postMessage({ memory, draws: draws() });
  }
};
self.onmessageerror = () => self.postMessage({ memory: null, draws: draws() });
