// Before the first paint: what the visitor chose the last time (colours, suggestions), so that nothing jumps later.
for (const [name, values] of [["theme", ["light", "dark"]], ["tips", ["hidden"]]]) {
  let kept = null;
  try { kept = localStorage.getItem(`drillsergeant-${name}`); } catch { /* a browser that keeps nothing */ }
  if (values.includes(kept)) document.documentElement.dataset[name] = kept;
}
