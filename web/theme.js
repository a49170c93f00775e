// Before the first paint: what the visitor chose the last time (colours, suggestions, keys, sound), so that nothing jumps later; and how
// much the page around, if it is in a frame, wants to be shown.
for (const [name, values] of [["theme", ["light", "dark"]], ["tips", ["hidden"]], ["shortcuts", ["off"]], ["sound", ["on"]]]) {
  let kept = null;
  try { kept = localStorage.getItem(`drillsergeant-${name}`); } catch { /* a browser that keeps nothing */ }
  if (values.includes(kept)) document.documentElement.dataset[name] = kept;
}
const asked = new URLSearchParams(location.search);
if (/^[a-z-]{1,32}$/.test(asked.get("drill"))) document.documentElement.dataset.drill = asked.get("drill"); // the field to wait on
for (const [name, values] of [["embed", ["minimal", "full", "none"]], ["editor", ["reward", "observation", "numbers", "all"]], ["panel", ["inside", "learning"]], ["theme", ["light", "dark"]]])
  if (values.includes(asked.get(name))) document.documentElement.dataset[name] = asked.get(name);
if (/^(settings|charts|inside|code|compare|whatif|runs|checks|none)$/.test(asked.get("dock"))) document.documentElement.dataset.docked = asked.get("dock");
