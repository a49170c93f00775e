// <drill-sergeant>: a live drill in anybody's page. Once the reader starts it, it makes a frame of the page beside this
// file and passes messages on; everything else happens in there. Attributes, events, messages: docs/embedding.md.
// It runs as a classic script, which hosts need no CORS header for, and as a module, imported or not.
{
  // What tells a module its own address may not even stand in a script. So the second line is, to a module, an awaited
  // expression, an assignment and a comment, and to a script, where `await` is a name, that name divided by a text.
  let address = document.currentScript?.src;
  typeof await /"/; address = import.meta.url; //";
  const HOME = new URL(".", URL.canParse(".", address) ? address : document.baseURI).href; // the page's where it is pasted into one
  const WAITING = "drill-sergeant-waiting-1"; // said by a frame that can be spoken to; 1 is the protocol's version
  const HELLO = "drill-sergeant-hello-1";
  const MOST_STARTED = 2; // on one page: each takes some 400 MB. Of those before, the oldest out of view makes room
  const LOADED_MS = 2000; // a frame that is our page says so as soon as it has loaded; this much for slow messages
  const SILENT_MS = 30000; // and one that never even loads is given up
  const FADED_MS = 500; // where a page changes its colours slowly, Firefox tells of the beginning
  const TRAIN = JSON.stringify({ type: "train" });
  const TOLD = ["ready", "mode", "training", "metrics", "goal", "error"];
  const NAMES = { ball: "Soccer", squad: "Soccer, three against three", "squad-pair": "Soccer, two against two", sumo: "Sumo", chase: "A chase", volley: "Volleyball", cartpole: "A pole on a cart", acrobot: "A double pendulum", pendulum: "A pendulum", hide: "Hide-and-catch", "my-blank": "A run to the mark", "my-chase": "Catching what drifts", "my-pole": "Holding a pole", "my-pong": "Pong", "my-team-ball": "Two against two" };

  const choice = (...values) => ({ usual: values[0], said: `one of ${values.join(", ")}`, fits: (text) => values.includes(text) });
  const whole = (low, high, usual) => ({
    usual,
    said: `a whole number from ${low} to ${high}`,
    fits: (text) => /^\d{1,10}$/.test(text) && Number(text) >= low && Number(text) <= high,
  });
  const ATTRIBUTES = {
    drill: choice(...Object.keys(NAMES)),
    controls: choice("minimal", "full", "none"),
    seed: whole(0, 4294967295, "1"),
    speed: choice("1", "0.25", "0.5", "2", "4"),
    workers: whole(1, 14, ""),
    editor: { ...choice("", "reward", "observation", "numbers", "all"), said: "reward, observation, numbers, all, or not there" },
    panel: { ...choice("", "inside", "learning"), said: "inside, learning, or not there" },
    settings: { usual: "", said: "what stands behind the question mark of a link to the page, at most 2000 characters", fits: (text) => text.length <= 2000 },
    site: { usual: HOME, said: "the address of a folder, http or https", fits: (text) => URL.canParse(text, document.baseURI) && folder(text).protocol.startsWith("http") },
  };

  const folder = (text) => new URL(`${text.replace(/\/+$/, "")}/`, document.baseURI);
  const own = ({ site, drill, seed }) => Object.assign(new URL("index.html", folder(site)), { search: new URLSearchParams({ drill, seed }) });
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
    #ready = false;
    #shown = null; // the newest code, for a frame that is loaded again: it does so to be isolated
    #policies = [];
    #metrics = null;
    #visible = false; // until the browser has looked
    #wanted = false; // training: asked for, and not granted yet

    connectedCallback() {
      this.#settings = Object.fromEntries(Object.entries(ATTRIBUTES).map((entry) => [entry[0], this.#read(...entry)]));
      this.#settings.editor ||= this.#code() && "all";
      const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
      root.adoptedStyleSheets = [sheet];
      root.replaceChildren(this.#box);
      this.#box.ontransitionend = () => { this.#recolour(); setTimeout(() => this.#recolour(), FADED_MS); };
      this.#end("");
      this.#watch.observe(this);
    }

    disconnectedCallback() {
      this.#watch.disconnect();
      this.leave();
    }

    get metrics() { return this.#metrics; }
    get started() { return this.#frame !== null; }
    get #site() { return folder(this.#settings.site); }

    train() { // once it can: what is out of view rests, and keeps nobody else from training
      this.#wanted = true;
      this.start();
      if (this.#visible) this.#trains(true);
      this.#port?.postMessage(TRAIN);
    }
    stop() {
      this.#wanted = false;
      this.#send({ type: "stop" });
    }
    setHyper(values) { this.#send({ type: "hyper", values }); }

    showCode(text, run = false) { // in its editor; a page of the frame's own origin may run it at its reader's press, no other
      if (!this.#frame) this.#settings.editor ||= "all";
      this.start();
      this.#shown = { type: "code", text, run };
      this.#port?.postMessage(JSON.stringify(this.#shown));
      if (this.#ready) this.#shown.run = false;
    }

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
      for (const other of byAge.slice(0, Math.max(0, byAge.length + 1 - MOST_STARTED))) other.#end("");
      DrillSergeant.#started.push(this);
      addEventListener("message", this.#greet);
      this.#open(false);
    }

    #open(credentialless) {
      this.#settings.editor ||= this.#code() && "all"; // a parser may have come to the code only now
      const { controls, drill, settings, site, ...values } = this.#settings;
      const address = new URL("index.html", folder(site));
      address.search = new URLSearchParams({ embed: controls, drill, ...values, theme: this.#dress() });
      for (const [name, value] of new URLSearchParams(settings)) if (!address.searchParams.has(name)) address.searchParams.append(name, value);
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
      this.#ready = false;
      this.#patience = setTimeout(() => this.#giveUp(`${this.#site.host} has not answered for ${SILENT_MS / 1000} seconds.`), SILENT_MS);
      this.#box.classList.remove("waiting");
      this.#box.replaceChildren(frame);
    }

    #miss(frame) { // what was loaded is not our page: the browser's own page for one that it refuses, a host's error page
      clearTimeout(this.#patience);
      const other = "credentialless" in HTMLIFrameElement.prototype && !frame.credentialless && !this.#greeted;
      if (other) this.#open(true); // isolated pages take frames without headers that way, in Chromium
      else if (crossOriginIsolated) this.#giveUp(`This page is cross-origin isolated, and ${this.#site.host} sends none of the headers with which the browser would let it in.`);
      else this.#giveUp(`Nothing came from ${this.#site.host}: it cannot be reached, or it or this page allows no frame.`);
    }

    #giveUp(why) {
      this.#end(why);
      this.dispatchEvent(new CustomEvent("error", { detail: { type: "error", about: "frame", message: why } }));
    }

    leave() {
      this.#wanted = false;
      this.#end("");
    }

    #end(why) { // back to the poster; what was learned is gone, unless the frame was allowed to save it
      clearTimeout(this.#patience);
      removeEventListener("message", this.#greet);
      this.#port?.close();
      this.#port = this.#frame = this.#metrics = null;
      this.#failed = why !== "";
      this.#unsent = [];
      this.#shown = null;
      for (const { reject } of this.#policies.splice(0)) reject(new Error(why || "the drill was left"));
      DrillSergeant.#started = DrillSergeant.#started.filter((each) => each !== this);
      this.#trains(false);
      this.#showPoster(why);
    }

    #code() { // for the editor; nothing runs it but the reader
      return this.getAttribute("code") ?? this.querySelector('script[type="text/python"]')?.textContent ?? "";
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

    #recolour() { // the page around may have changed, whatever made it: the box takes its colour over in a transition of 1 ms
      const before = this.#box.style.colorScheme;
      const value = this.#dress();
      if (value !== before && this.#frame) this.#send({ type: "theme", value });
    }

    #showPoster(why) {
      const { controls, drill, editor, panel, site } = this.#settings;
      const text = (className, textContent) => Object.assign(document.createElement("span"), { className, textContent });
      const button = Object.assign(document.createElement("button"), { type: "button", onclick: () => this.start() });
      const picture = Object.assign(new Image(), { src: new URL(`assets/${drill.startsWith("my-") ? "own/" : ""}poster-${drill}.svg`, folder(site)).href, alt: "" });
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
      if (visible) this.#recolour(); // what is not rendered has no transitions
      if (visible && (this.hasAttribute("autostart") || this.#wanted) && !this.#failed) this.start();
      if (visible && this.#wanted) this.#trains(true);
      if (this.#port) this.#send({ type: visible ? "resume" : "pause" });
    }

    #send(message) {
      const data = message instanceof ArrayBuffer ? message : JSON.stringify(message);
      this.#port ? this.#port.postMessage(data) : this.#unsent.push(data);
    }

    #greet = ({ source, origin, data }) => {
      if (source !== this.#frame.contentWindow || origin !== this.#site.origin || data !== WAITING) return;
      clearTimeout(this.#patience);
      this.#greeted++;
      const { port1, port2 } = new MessageChannel(); // a frame that was loaded again says it again: a new port for it
      this.#port?.close();
      this.#port = port1;
      port1.onmessage = (event) => this.#hear(JSON.parse(event.data));
      postMessage.call(source, HELLO, this.#site.origin, [port2]); // this window's function: see gate.js
      const text = this.#code();
      const code = this.#shown ?? (text && { type: "code", text });
      if (code) port1.postMessage(JSON.stringify(code));
      for (const waiting of this.#unsent.splice(0)) port1.postMessage(waiting);
      if (this.#wanted) port1.postMessage(TRAIN);
      if (!this.#visible) this.#look(false);
    };

    #hear(message) {
      const { type } = message;
      if (type === "size" && this.#settings.controls === "full") return; // a page of its own, which scrolls
      if (type === "size") this.#box.style.height = `${Math.min(4000, Math.max(100, Number(message.height) || 0))}px`;
      else if (type === "metrics") this.#metrics = Object.freeze(message.values);
      else if (type === "training") {
        this.#wanted &&= !message.on;
        this.#trains(message.on);
      }
      else if (type === "ready") {
        this.#ready = true;
        if (this.#shown) this.#shown.run = false; // a press is for what runs now, not for what is loaded later
        if (this.hasAttribute("autotrain") && !DrillSergeant.#training) this.train();
      } else if (type === "policy") {
        const { resolve, reject } = this.#policies.shift() ?? {};
        message.ok ? resolve?.(message.note) : reject?.(new Error(message.note));
      }
      if (TOLD.includes(type)) this.dispatchEvent(new CustomEvent(type, { detail: message }));
    }

    #trains(on) {
      if (on) for (const other of DrillSergeant.#started) if (other !== this && !(other.#wanted && !other.#visible)) other.stop(); // also one that rests
      if (on || DrillSergeant.#training === this) DrillSergeant.#training = on ? this : null;
    }
  }

  if (!customElements.get("drill-sergeant")) customElements.define("drill-sergeant", DrillSergeant);
}
