// What is not as in the original: the lines of both, one under the other.
import { unifiedMergeView } from "@codemirror/merge";
import { Compartment } from "@codemirror/state";

const place = new Compartment();
export const changes = place.of([]);

/** Show how the text differs from this one; null: no more. */
export function compare(view, original) {
  view.dispatch({ effects: place.reconfigure(original === null ? [] : unifiedMergeView({ original, mergeControls: control })) });
}

/** A button that puts the original's lines back; the other one, which would change the original, is not there. */
function control(kind, act) {
  if (kind === "accept") return document.createElement("span");
  const button = document.createElement("button");
  button.className = "cm-put-back";
  button.type = "button";
  button.textContent = "Put back";
  button.onclick = act;
  return button;
}
