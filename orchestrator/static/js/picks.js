/* Choosing flow nodes in the drawing: <input data-picks="ID OF THE ELEMENT" data-mark="going|coming"> in a form beside it.
   A click on the element presses its first box; the drawing marks what is chosen. */

import { $, $$ } from "./dom.js";

const boxes = (element = "") => $$(element ? `[data-picks="${CSS.escape(element)}"]` : "[data-picks]");

function mark() {
  const viewer = $(".drawing[data-shown=yes]")?.viewer;
  if (!viewer) return;
  const canvas = viewer.get("canvas");
  const registry = viewer.get("elementRegistry");
  boxes()
    .filter((box) => registry.get(box.dataset.picks))
    .forEach((box) => canvas.removeMarker(box.dataset.picks, box.dataset.mark));
  boxes()
    .filter((box) => box.checked && registry.get(box.dataset.picks))
    .forEach((box) => canvas.addMarker(box.dataset.picks, box.dataset.mark));
}

export function listenForPicks() {
  if (!boxes().length) return;
  document.addEventListener("picked", (event) => boxes(event.detail)[0]?.click());
  document.addEventListener("change", mark);
}
