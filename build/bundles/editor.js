// The code editor of the workshop, with Python and marked lines. Loaded when the workshop is opened.
import { python } from "@codemirror/lang-python";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { EditorView } from "@codemirror/view";
import { basicSetup } from "codemirror";

const look = EditorView.theme({
  "&": { height: "26rem", fontSize: "0.85rem", backgroundColor: "var(--card)", color: "var(--ink)" },
  ".cm-scroller": { fontFamily: "ui-monospace, monospace" },
  ".cm-content": { caretColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--card)", color: "var(--soft)", borderRight: "1px solid var(--rule)" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "transparent" },
  "&.cm-focused": { outline: "2px solid var(--focus)" },
});

/** An editor in a shadow root, whose styles are adopted style sheets: the page allows no inline ones. */
export function mount(root, parent, label, text) {
  const name = EditorView.contentAttributes.of({ "aria-label": label });
  return new EditorView({ doc: text, root, parent, extensions: [basicSetup, python(), lintGutter(), name, look] });
}

/** Mark a line (from 1) with a message; 0 clears. */
export function mark(view, line, message) {
  const found = line >= 1 && line <= view.state.doc.lines ? view.state.doc.line(line) : null;
  const marks = found ? [{ from: found.from, to: found.to, severity: "error", message }] : [];
  view.dispatch(setDiagnostics(view.state, marks));
  if (found) view.dispatch({ effects: EditorView.scrollIntoView(found.from, { y: "center" }) });
}
