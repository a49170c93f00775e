// The code editor of the workshop, with Python and marked lines. Loaded when the workshop is opened.
import { python } from "@codemirror/lang-python";
import { HighlightStyle, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { basicSetup } from "codemirror";

const look = EditorView.theme({
  "&": { height: "var(--editor-height, 26rem)", fontSize: "0.85rem", backgroundColor: "var(--card)", color: "var(--ink)" },
  ".cm-scroller": { fontFamily: "ui-monospace, monospace" },
  ".cm-content": { caretColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--card)", color: "var(--soft)", borderRight: "1px solid var(--rule)" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "transparent" },
  "&.cm-focused": { outline: "2px solid var(--focus)" },
});

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "light-dark(#7a2f9e, #d9a5f5)", fontWeight: "600" },
  { tag: [tags.string, tags.comment], color: "var(--soft)", fontStyle: "italic" },
  { tag: [tags.number, tags.bool], color: "var(--orange)" },
  { tag: [tags.definition(tags.variableName), tags.function(tags.variableName), tags.className], color: "var(--blue)" },
]);

// Python as it is written everywhere: a block is four spaces deeper, and pasted tabs and odd spaces become such spaces.
const spaces = [
  indentUnit.of("    "),
  EditorState.tabSize.of(4),
  EditorView.clipboardInputFilter.of((text) => text.replaceAll("\t", "    ").replaceAll(/[\u00a0\u2007\u202f]/g, " ")),
];

/** An editor in a shadow root, whose styles are adopted style sheets: the page allows no inline ones. */
export function mount(root, parent, label, text) {
  const name = EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" });
  return new EditorView({ doc: text, root, parent, extensions: [basicSetup, python(), lintGutter(), EditorView.lineWrapping, spaces, syntaxHighlighting(colours), name, look] });
}

/** Mark a line (from 1) with a message; 0 clears. */
export function mark(view, line, message) {
  const found = line >= 1 && line <= view.state.doc.lines ? view.state.doc.line(line) : null;
  const marks = found ? [{ from: found.from, to: found.to, severity: "error", message }] : [];
  view.dispatch(setDiagnostics(view.state, marks));
  if (found) view.dispatch({ effects: EditorView.scrollIntoView(found.from, { y: "center" }) });
}
