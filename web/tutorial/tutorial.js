// "Put this in and run": the lines above the button, or those of the boxes that it names, go into the drill beside it, and a
// press of the reader's here is one of Run in there. A page can press what is in a frame of its own origin and no other, so
// this is for the tutorial alone: in other pages `showCode` shows the code, and the reader presses Run.
const PATIENCE = 900; // looks, a tenth of a second apart: the first start downloads
const newest = new WeakMap(); // drill -> the last press that is about it

async function put(press, button) {
  const drill = button.closest(".practice").querySelector("drill-sergeant");
  const boxes = button.dataset.boxes ? [...document.querySelectorAll(button.dataset.boxes)] : [button.previousElementSibling];
  const text = boxes.map((box) => box.textContent).join("\n\n");
  newest.set(drill, press);
  drill.showCode(text);
  drill.scrollIntoView({ block: "nearest" });
  for (let looks = 0; looks < PATIENCE && drill.started && newest.get(drill) === press; looks++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const inside = drill.shadowRoot.querySelector("iframe")?.contentDocument;
    const run = inside?.querySelector("html:has(#train:enabled) #workshop-run:enabled");
    if (!run || inside.getElementById("workshop-editor").value?.trim() !== text.trim()) continue;
    run.click();
    return;
  }
}

for (const button of document.querySelectorAll("button.put"))
  button.addEventListener("click", (press) => press.isTrusted && put(press, button));
