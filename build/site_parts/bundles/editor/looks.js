// Colours and sizes of the editor: the page's own variables, which know light, dark and forced colours.
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const selection = "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground";
const theme = EditorView.theme({
  "&": { height: "var(--editor-height, 26rem)", fontSize: "0.85rem", backgroundColor: "var(--card)", color: "var(--ink)" },
  ".cm-scroller": { fontFamily: "ui-monospace, monospace" },
  ".cm-content": { caretColor: "var(--ink)" },
  ".cm-cursor, .cm-dropCursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--card)", color: "var(--soft)", borderRight: "1px solid var(--rule)" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "transparent" },
  "&.cm-focused": { outline: "none" },
  [selection]: { backgroundColor: "light-dark(#cfe0ff, #34507c)" },
  ".cm-tooltip": { backgroundColor: "var(--card)", color: "var(--ink)", border: "1px solid var(--soft)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { maxHeight: "14em", maxWidth: "min(34rem, 92vw)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "0.15rem 0.3rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--focus)", color: "var(--card)" },
  ".cm-tooltip.cm-completionInfo": { maxWidth: "min(22rem, 80vw)", fontFamily: "system-ui, sans-serif" },
  ".cm-panels": { backgroundColor: "var(--paper)", color: "var(--ink)" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--warn) 1.5px", textUnderlineOffset: "0.2em" },
  ".cm-fault": { backgroundColor: "var(--warn-paper)", color: "var(--warn)", borderLeft: "4px solid var(--warn)", padding: "0.25rem 0.5rem", fontFamily: "system-ui, sans-serif", whiteSpace: "pre-wrap", overflowWrap: "anywhere" },
  ".cm-changedLine, .cm-insertedLine": { backgroundColor: "light-dark(#e2f3e6, #1d3a2a)" },
  ".cm-deletedChunk, .cm-deletedLine": { backgroundColor: "light-dark(#fbe6e1, #43251f)" },
  ".cm-deletedChunk .cm-put-back": { font: "inherit", fontSize: "0.75rem", minHeight: "1.5rem", color: "var(--ink)", backgroundColor: "var(--card)", border: "1px solid var(--soft)", borderRadius: "0.3rem", cursor: "pointer" },
  "@media (forced-colors: active)": {
    ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": { outline: "2px solid Highlight", outlineOffset: "-2px" },
    ".cm-changedLine, .cm-insertedLine": { borderLeft: "3px solid CanvasText" },
    ".cm-deletedChunk": { borderLeft: "3px dashed CanvasText", textDecoration: "line-through" },
  },
});

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "light-dark(#7a2f9e, #d9a5f5)", fontWeight: "600" },
  { tag: [tags.string, tags.comment], color: "var(--soft)", fontStyle: "italic" },
  { tag: [tags.number, tags.bool], color: "var(--orange)" },
  { tag: [tags.definition(tags.variableName), tags.function(tags.variableName), tags.className], color: "var(--blue)" },
]);

export const looks = [theme, syntaxHighlighting(colours)];
