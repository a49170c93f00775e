// The code editor of the workshop, put together of CodeMirror's parts. Loaded when the workshop is opened.
import { acceptCompletion } from "@codemirror/autocomplete";
import { indentWithTab, isolateHistory } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { indentUnit } from "@codemirror/language";
import { lintGutter } from "@codemirror/lint";
import { EditorState, Prec } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { basicSetup } from "codemirror";
import { changes, compare } from "./editor/changes.js";
import { completion, complete } from "./editor/words.js";
import { faults, mark } from "./editor/faults.js";
import { looks } from "./editor/looks.js";

// Python as it is written everywhere: a block is four spaces deeper, and pasted tabs and odd spaces become such spaces.
const spaces = [
  indentUnit.of("    "),
  EditorState.tabSize.of(4),
  EditorView.clipboardInputFilter.of((text) => text.replaceAll("\t", "    ").replaceAll(/[\u00a0\u2007\u202f]/g, " ")),
];

/** Keys before all others; Tab indents, and leaves the editor behind Escape, as CodeMirror has it. */
function keys(run) {
  const runs = () => {
    run();
    return true;
  };
  return Prec.highest(keymap.of([{ key: "Mod-Enter", run: runs }, { key: "Ctrl-Enter", run: runs }, { key: "Tab", run: acceptCompletion }, indentWithTab]));
}

/** An editor in a shadow root, whose styles are adopted style sheets: the page allows no inline ones. `run` is what
 *  Ctrl+Enter does. */
export function mount(root, label, text, run) {
  const name = EditorView.contentAttributes.of({ "aria-label": label, "aria-keyshortcuts": "Control+Enter Meta+Enter", tabindex: "0" });
  const extensions = [keys(run), basicSetup, python(), completion, faults, lintGutter(), changes, EditorView.lineWrapping, spaces, name, looks];
  const view = new EditorView({ doc: text, root, parent: root, extensions });
  return {
    get text() {
      return view.state.doc.toString();
    },
    get before() {
      return view.state.sliceDoc(0, view.state.selection.main.head);
    },
    /** Another text in the place of this one; of another drill, to which no undo leads back from there. */
    put(next, other) {
      if (other) view.setState(EditorState.create({ doc: next, extensions }));
      else if (next !== this.text) view.dispatch({ annotations: isolateHistory.of("full"), changes: { from: 0, to: view.state.doc.length, insert: next } });
    },
    insert(part) {
      view.dispatch(view.state.replaceSelection(part), { userEvent: "input.complete", scrollIntoView: true });
      view.focus();
    },
    mark: (line, columns, why) => mark(view, line, columns, why),
    complete: (groups) => complete(view, groups),
    compare: (original) => compare(view, original),
  };
}
