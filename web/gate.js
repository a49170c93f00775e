// The frame's gate to the page around it: one hello from the parent brings one port; what comes through that is short
// texts and policy files, not too many, and Python (runtimes/page/embed.py) reads them. docs/embedding.md says it in full.
const LONGEST = 1 << 15; // characters
const LARGEST = 1 << 24; // bytes, as learn/files/safetensors.py has it
const MOST_PER_S = 100;

function open(gate) {
  const hello = (event) => {
    if (event.source !== parent || event.data !== "drill-sergeant-hello-1" || event.ports.length !== 1) return;
    removeEventListener("message", hello);
    enter(gate, event);
  };
  addEventListener("message", hello);
  // Says nothing about anybody; the answer tells who is there. Not before it has loaded: the parent counts what loads in
  // its frame, and a page put here in place of this one would pass for this one where this one had spoken before. By this
  // window's own function: WebKit takes a window of the same origin, whose function is called, for the one that speaks.
  addEventListener("load", () => postMessage.call(parent, "drill-sergeant-waiting-1", "*"), { once: true });
}

function enter(gate, { origin, ports: [port] }) {
  let since = 0;
  let count = 0;
  gate.say = (text) => port.postMessage(text);
  port.onmessage = ({ data, timeStamp }) => {
    if (timeStamp - since >= 1000) [since, count] = [timeStamp, 0];
    const why = ++count > MOST_PER_S ? `more than ${MOST_PER_S} messages in a second; this connection is closed` : unfit(data);
    if (why) gate.say(JSON.stringify({ type: "error", about: "message", message: why }));
    else gate.hear ? gate.hear(data) : gate.early.push(data);
    if (count > MOST_PER_S) port.close();
  };
  gate.origin = origin;
  gate.opened?.();
}

function unfit(data) {
  if (typeof data === "string") return data.length > LONGEST ? `a text of ${data.length} characters, at most ${LONGEST} are read` : "";
  if (!(data instanceof ArrayBuffer)) return "a message is a text of JSON, or an ArrayBuffer that holds a policy file";
  return data.byteLength > LARGEST ? `a file of ${data.byteLength} bytes, at most ${LARGEST} are read` : "";
}

if (document.documentElement.dataset.embed && parent !== window) {
  const gate = (globalThis.hostGate = { origin: "", early: [], hear: null, opened: null, say() {} });
  open(gate);
}
