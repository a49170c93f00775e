// <drill-sergeant>: a live drill in anybody's page. Once the reader starts it, it makes a frame of the page beside this
// file and passes messages on; everything else happens in there. Attributes, events, messages: docs/embedding.md.
// It runs as a classic script, which hosts need no CORS header for, and as a module.
{
  const script = document.currentScript ?? document.querySelector('script[src*="embed.js"]');
  const SITE = new URL(".", script.src);
  const WAITING = "drill-sergeant-waiting-1"; // said by a frame that can be spoken to; 1 is the protocol's version
  const HELLO = "drill-sergeant-hello-1";
  const MOST_STARTED = 2; // on one page: each takes some 400 MB. Of those before, the oldest out of view makes room
  const LOADED_MS = 2000; // a frame that is our page has said so by the time it is loaded; this much for slow messages
  const SILENT_MS = 30000; // and one that never even loads is given up
  const TOLD = ["ready", "mode", "training", "metrics", "goal", "error"];
  const NAMES = { ball: "Soccer", squad: "Soccer, three against three", "squad-pair": "Soccer, two against two", sumo: "Sumo", chase: "A chase" };

  const choice = (...values) => ({ usual: values[0], said: `one of ${values.join(", ")}`, fits: (text) => values.includes(text) });
  const whole = (low, high, usual) => ({
    usual,
    said: `a whole number from ${low} to ${high}`,
    fits: (text) => /^\d{1,10}$/.test(text) && Number(text) >= low && Number(text) <= high,
  });
  const ATTRIBUTES = {
    drill: choice("ball", "squad", "squad-pair", "sumo", "chase"),
    controls: choice("minimal", "full", "none"),
    seed: whole(0, 4294967295, "1"),
    speed: choice("1", "0.25", "0.5", "2", "4"),
    workers: whole(1, 14, ""),
    editor: { ...choice("", "reward", "observation", "numbers"), said: "reward, observation, numbers, or not there" },
    panel: { ...choice("", "inside", "learning"), said: "inside, learning, or not there" },
  };

  const own = ({ drill, seed }) => Object.assign(new URL("index.html", SITE), { search: new URLSearchParams({ drill, seed }) });
  const light = (colour) => { // how bright a colour is, from 0 to 1
    const [red, green, blue] = colour.match(/[\d.]+/g)?.map(Number) ?? [0, 0, 0];
    return (0.3 * red + 0.6 * green + 0.1 * blue) / (colour.startsWith("rgb") ? 255 : 1);
  };

  const sheet = new CSSStyleSheet(); // styles/embed_shadow.css, put here by the site's builder
  sheet.replaceSync("EMBED_SHADOW_CSS");

  class DrillSergeant extends HTMLElement {
    static #started = [];
    static #training = null; // one trains at a time, so that they don't take the machine from each other
    #box = document.createElement("div");
    #watch = new IntersectionObserver((seen) => this.#look(seen.at(-1).isIntersecting), { threshold: 0.01 });
    #settings = {};
    #frame = null;
    #port = null;
    #greeted = 0;
    #loaded = 0;
    #patience = 0;
    #failed = false;
    #unsent = [];
    #policies = [];
    #metrics = null;
    #visible = false;

    connectedCallback() {
      this.#settings = Object.fromEntries(Object.entries(ATTRIBUTES).map((entry) => [entry[0], this.#read(...entry)]));
      const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
      root.adoptedStyleSheets = [sheet];
      root.replaceChildren(this.#box);
      this.leave();
      this.#watch.observe(this);
    }

    disconnectedCallback() {
      this.#watch.disconnect();
      this.leave();
    }

    get metrics() { return this.#metrics; }
    get started() { return this.#frame !== null; }

    train() {
      this.start();
      this.#trains(true);
      this.#send({ type: "train" });
    }
    stop() { this.#send({ type: "stop" }); }
    setHyper(values) { this.#send({ type: "hyper", values }); }

    async loadPolicy(source) { // the bytes of a .dshq file, or its address, fetched as this page may fetch
      const from = typeof source === "string" || source instanceof URL ? await fetch(source) : new Response(source);
      if (!from.ok) throw new Error(`${source} was answered with status ${from.status}`);
      const content = await from.arrayBuffer();
      this.start();
      return new Promise((resolve, reject) => {
        this.#policies.push({ resolve, reject });
        this.#send(content);
      });
    }

    start() {
      if (this.#frame || !this.isConnected) return;
      const byAge = DrillSergeant.#started.toSorted((one, other) => one.#visible - other.#visible);
      for (const other of byAge.slice(0, Math.max(0, byAge.length + 1 - MOST_STARTED))) other.leave();
      DrillSergeant.#started.push(this);
      addEventListener("message", this.#greet);
      this.#open(false);
    }

    #open(credentialless) {
      const { controls, drill, ...values } = this.#settings;
      const address = new URL("index.html", SITE);
      address.search = new URLSearchParams({ embed: controls, drill, ...values, theme: this.#dress() });
      for (const [name, value] of [...address.searchParams]) if (value === "") address.searchParams.delete(name);
      const allow = "cross-origin-isolated; fullscreen; clipboard-write; gamepad";
      const title = `${NAMES[drill]}, learned while you watch`;
      const frame = Object.assign(document.createElement("iframe"), { title, allow, credentialless, src: address.href });
      frame.onload = () => {
        const due = ++this.#loaded;
        setTimeout(() => { if (frame === this.#frame && this.#greeted < due) this.#miss(frame); }, LOADED_MS);
      };
      this.#frame = frame;
      this.#greeted = this.#loaded = 0;
      this.#patience = setTimeout(() => this.#giveUp(`${SITE.host} has not answered for ${SILENT_MS / 1000} seconds.`), SILENT_MS);
      this.#box.classList.remove("waiting");
      this.#box.replaceChildren(frame);
    }

    #miss(frame) { // what was loaded is not our page: the browser's own page for one that it refuses, a host's error page
      clearTimeout(this.#patience);
      const other = "credentialless" in HTMLIFrameElement.prototype && !frame.credentialless && !this.#greeted;
      if (other) this.#open(true); // isolated pages take frames without headers that way, in Chromium
      else if (crossOriginIsolated) this.#giveUp(`This page is cross-origin isolated, and ${SITE.host} sends none of the headers with which the browser would let it in.`);
      else this.#giveUp(`Nothing came from ${SITE.host}: it cannot be reached, or it or this page allows no frame.`);
    }

    #giveUp(why) {
      this.#end(why);
      this.dispatchEvent(new CustomEvent("error", { detail: { type: "error", about: "frame", message: why } }));
    }

    leave() { this.#end(""); }

    #end(why) { // back to the poster; what was learned is gone, unless the frame was allowed to save it
      clearTimeout(this.#patience);
      removeEventListener("message", this.#greet);
      this.#port?.close();
      this.#port = this.#frame = this.#metrics = null;
      this.#failed = why !== "";
      this.#unsent = [];
      for (const { reject } of this.#policies.splice(0)) reject(new Error(why || "the drill was left"));
      DrillSergeant.#started = DrillSergeant.#started.filter((each) => each !== this);
      this.#trains(false);
      this.#showPoster(why);
    }

    #read(name, { usual, said, fits }) {
      const text = this.getAttribute(name);
      if (text === null || fits(text)) return text ?? usual;
      console.warn(`<drill-sergeant ${name}="${text.slice(0, 80)}">: ${name} must be ${said}; ${usual || "the default"} is used`);
      return usual;
    }

    #dress() { // light or dark as the page around, "" where that is up to its reader: its text is bright where it is dark
      const { colorScheme, color } = getComputedStyle(this);
      const [dark, bright] = [/dark/, /light/].map((word) => word.test(colorScheme));
      const theme = dark && bright ? "" : dark || (colorScheme === "normal" && light(color) > 0.5) ? "dark" : "light";
      this.#box.style.colorScheme = theme;
      return theme;
    }

    #showPoster(why) {
      const { controls, drill, editor, panel } = this.#settings;
      const text = (className, textContent) => Object.assign(document.createElement("span"), { className, textContent });
      const button = Object.assign(document.createElement("button"), { type: "button", onclick: () => this.start() });
      const picture = Object.assign(new Image(), { src: new URL(`assets/poster-${drill}.svg`, SITE).href, alt: "" });
      picture.onerror = () => { picture.crossOrigin ? picture.remove() : (picture.crossOrigin = "anonymous"); }; // an isolated page takes it only so
      const stage = text("picture", "");
      stage.append(picture);
      const start = [stage, text("go", why ? "Try again" : "Start")];
      if (why) button.append(...start);
      else button.append(text("title", `${NAMES[drill]}, learned while you watch`), ...start, text("what", "Downloads DOWNLOAD_MB MB once, then plays and learns in your browser."));
      this.#box.className = `box ${controls} ${editor && "editor"} ${panel} waiting`;
      this.#box.style.height = "";
      this.#dress();
      this.#box.replaceChildren(button);
      if (!why) return;
      const link = Object.assign(document.createElement("a"), { href: own(this.#settings).href, target: "_blank", rel: "noopener", textContent: "Open it in its own tab" });
      const note = Object.assign(document.createElement("p"), { role: "alert" });
      note.append(`${why} `, link);
      this.#box.append(note);
    }

    #look(visible) {
      this.#visible = visible;
      if (visible && this.hasAttribute("autostart") && !this.#failed) this.start();
      if (this.#port) this.#send({ type: visible ? "resume" : "pause" });
    }

    #send(message) {
      const data = message instanceof ArrayBuffer ? message : JSON.stringify(message);
      this.#port ? this.#port.postMessage(data) : this.#unsent.push(data);
    }

    #greet = ({ source, origin, data }) => {
      if (source !== this.#frame.contentWindow || origin !== SITE.origin || data !== WAITING) return;
      clearTimeout(this.#patience);
      this.#greeted++;
      const { port1, port2 } = new MessageChannel(); // a frame that was loaded again says it again: a new port for it
      this.#port?.close();
      this.#port = port1;
      port1.onmessage = (event) => this.#hear(JSON.parse(event.data));
      source.postMessage(HELLO, SITE.origin, [port2]);
      for (const waiting of this.#unsent.splice(0)) port1.postMessage(waiting);
      if (!this.#visible) this.#look(false);
    };

    #hear(message) {
      const { type } = message;
      if (type === "size" && this.#settings.controls === "full") return; // a page of its own, which scrolls
      if (type === "size") this.#box.style.height = `${Math.min(4000, Math.max(100, Number(message.height) || 0))}px`;
      else if (type === "metrics") this.#metrics = Object.freeze(message.values);
      else if (type === "training") this.#trains(message.on);
      else if (type === "ready" && this.hasAttribute("autotrain") && !DrillSergeant.#training) this.train();
      else if (type === "policy") {
        const { resolve, reject } = this.#policies.shift() ?? {};
        message.ok ? resolve?.(message.note) : reject?.(new Error(message.note));
      }
      if (TOLD.includes(type)) this.dispatchEvent(new CustomEvent(type, { detail: message }));
    }

    #trains(on) {
      if (on) for (const other of DrillSergeant.#started) if (other !== this) other.stop(); // also one that rests
      if (on || DrillSergeant.#training === this) DrillSergeant.#training = on ? this : null;
    }
  }

  if (!customElements.get("drill-sergeant")) customElements.define("drill-sergeant", DrillSergeant);
}
