// What is wrong, at its place: underlined, in the gutter, and as a sentence under its line.
import { setDiagnostics } from "@codemirror/lint";
import { StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, WidgetType } from "@codemirror/view";

class Fault extends WidgetType {
  constructor(why) {
    super();
    this.why = why;
  }
  eq(other) {
    return other.why === this.why;
  }
  toDOM() {
    const box = document.createElement("div");
    box.className = "cm-fault";
    box.textContent = this.why;
    return box;
  }
}

const told = StateEffect.define();
export const faults = StateField.define({
  create: () => Decoration.none,
  update(value, transaction) {
    for (const effect of transaction.effects) if (effect.is(told)) return effect.value;
    return value.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** Mark a line (from 1) between two columns, of which an end of 0 is the line's, with a sentence; line 0 clears. */
export function mark(view, line, [start, end], message) {
  const { doc } = view.state;
  const found = line >= 1 && line <= doc.lines ? doc.line(line) : null;
  if (!found) {
    view.dispatch(setDiagnostics(view.state, []), { effects: told.of(Decoration.none) });
    return;
  }
  const to = end ? Math.min(found.from + end, found.to) : found.to;
  const from = Math.min(found.from + start, Math.max(found.from, to - 1));
  const under = Decoration.widget({ widget: new Fault(message), block: true, side: 1 }).range(found.to);
  view.dispatch(setDiagnostics(view.state, [{ from, to, severity: "error", message }]), {
    effects: [told.of(Decoration.set([under])), EditorView.scrollIntoView(from, { y: "nearest", yMargin: 90 })],
  });
}
