// <code-editor label="..." open data-line="7" data-why="...">: CodeMirror behind an element that has a value, as an input
// has. The editor itself is loaded when the attribute `open` is first set.
class CodeEditor extends HTMLElement {
  static observedAttributes = ["open", "data-line", "data-why"];
  #text = "";
  #view = null;
  #bundle = null;

  get value() {
    return this.#view ? this.#view.state.doc.toString() : this.#text;
  }

  set value(text) {
    this.#text = text;
    this.#view?.dispatch({ changes: { from: 0, to: this.#view.state.doc.length, insert: text } });
  }

  async attributeChangedCallback(name, _before, now) {
    if (name === "open" && now !== null && !this.shadowRoot) {
      const root = this.attachShadow({ mode: "open", delegatesFocus: true });
      this.#bundle = await import("./vendor/editor.js");
      this.#view = this.#bundle.mount(root, root, this.getAttribute("label"), this.#text);
      this.dataset.ready = "";
    }
    this.#bundle?.mark(this.#view, Number(this.dataset.line ?? 0), this.dataset.why ?? "");
  }
}

customElements.define("code-editor", CodeEditor);
