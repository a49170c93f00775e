// Completion from a list that Python has made: groups of words, each with what stands before them.
import { pythonLanguage } from "@codemirror/lang-python";
import { syntaxTree } from "@codemirror/language";
import { Compartment } from "@codemirror/state";

const place = new Compartment();
export const completion = place.of([]);

/** Complete from these groups, beside what Python's own language offers. */
export function complete(view, groups) {
  view.dispatch({ effects: place.reconfigure(groups.length ? pythonLanguage.data.of({ autocomplete: source(groups) }) : []) });
}

function source(groups) {
  const known = groups.map((group) => ({ ...group, before: new RegExp(`(?:${group.after})[\\w.]*`), after: new RegExp(group.after, "y") }));
  return (context) => {
    const inside = syntaxTree(context.state).resolveInner(context.pos, -1).name;
    const line = context.state.doc.lineAt(context.pos);
    const fitting = [];
    for (const group of known) {
      const found = context.matchBefore(group.before);
      if (!found) continue;
      group.after.lastIndex = found.from - line.from;
      const from = found.from + (group.after.exec(line.text)?.[0].length ?? 0);
      const alone = from === found.from; // nothing has to stand before such a word: one begins it, or asks
      if (!alone || ((from < context.pos || context.explicit) && !/String|Comment/.test(inside))) fitting.push({ ...group, from });
    }
    if (!fitting.length) return null;
    const from = Math.max(...fitting.map((group) => group.from)); // what has most before it
    const options = fitting.filter((group) => group.from === from).flatMap(({ title, kind, words }) =>
      words.map(({ name, detail, note }) => ({ label: name, detail, info: note || undefined, type: kind, section: { name: title } })));
    return { from, options, validFor: /^[\w.]*$/ };
  };
}
