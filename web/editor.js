// <code-editor label="..." runs="..." open data-line="7" data-columns="4 9" data-why="...">: CodeMirror behind an element
// that has a value, as an input has. `runs` is the id of the button that Ctrl+Enter presses, `data-words` what is
// completed, `data-original` what the text is compared with, `data-drill` whose it is. The editor itself is loaded when
// the attribute `open` is first set.
class CodeEditor extends HTMLElement {
  static observedAttributes = ["open", "data-line", "data-columns", "data-why", "data-words", "data-original"];
  #text = "";
  #drill = "";
  #editor = null;
  #marking = false;

  get value() {
    return this.#editor ? this.#editor.text : this.#text;
  }

  set value(text) {
    const other = this.dataset.drill !== this.#drill;
    this.#text = text;
    this.#drill = this.dataset.drill;
    this.#editor?.put(text, other);
    if (other) this.#tell();
  }

  get before() {
    return this.#editor?.before ?? "";
  }

  insert(text) {
    this.#editor?.insert(text);
  }

  async attributeChangedCallback(name, _before, now) {
    if (name === "open" && now !== null && !this.shadowRoot) {
      const root = this.attachShadow({ mode: "open", delegatesFocus: true });
      const { mount } = await import("./vendor/editor.js");
      const run = () => document.getElementById(this.getAttribute("runs"))?.click();
      this.#editor = mount(root, this.getAttribute("label"), this.#text, run);
      this.#tell();
      this.addEventListener("focusin", () => this.#between());
      this.dataset.ready = "";
    } else if (name !== "open") this.#tell(name);
  }

  /** On a phone it fits between the field and the tabs, and comes there when somebody begins to write. */
  #between() {
    if (matchMedia("(max-width: 59.99rem)").matches && !document.documentElement.dataset.embed) requestAnimationFrame(() => this.scrollIntoView());
  }

  /** Let the editor know what an attribute says, or all of them; the three of a mark once, however many change. */
  #tell(name) {
    if (!this.#editor) return;
    const { words, original } = this.dataset;
    if (!name || name === "data-words") this.#editor.complete(JSON.parse(words ?? "[]"));
    if (!name || name === "data-original") this.#editor.compare(original ?? null);
    if ((name && !["data-line", "data-columns", "data-why"].includes(name)) || this.#marking) return;
    this.#marking = true;
    queueMicrotask(() => {
      const { line, columns, why } = this.dataset;
      this.#marking = false;
      this.#editor.mark(Number(line ?? 0), (columns ?? "0 0").split(" ").map(Number), why ?? "");
    });
  }
}

customElements.define("code-editor", CodeEditor);
