// "Put this in and run": the lines above the button, or those of the boxes that it names, go into the drill beside it and
// run there. The frame takes that from pages of its own origin; this one asks for it at a press of the reader's alone.
function put({ isTrusted, currentTarget: button }) {
  if (!isTrusted) return;
  const drill = button.closest(".practice").querySelector("drill-sergeant");
  const boxes = button.dataset.boxes ? [...document.querySelectorAll(button.dataset.boxes)] : [button.previousElementSibling];
  drill.showCode(boxes.map((box) => box.textContent).join("\n\n"), true);
  drill.scrollIntoView({ block: "nearest" });
}

for (const button of document.querySelectorAll("button.put")) button.addEventListener("click", put);
