/* DMN decisions: <div class="dmn" data-src="ADDRESS OF THE .dmn" data-decision="ID" data-rules="r1 r2">;
   the cells of the named rules get the class "hit". */

import { $$, text, vendor } from "./dom.js";

const FILES = [
  "dmn-js/assets/diagram-js.css",
  "dmn-js/assets/dmn-js-shared.css",
  "dmn-js/assets/dmn-js-drd.css",
  "dmn-js/assets/dmn-js-decision-table.css",
  "dmn-js/assets/dmn-js-literal-expression.css",
  "dmn-js/assets/dmn-js-boxed-expression.css",
  "dmn-js/dmn-viewer.production.min.js",
];

async function show(box) {
  try {
    const [xml] = await Promise.all([text(box.dataset.src), ...FILES.map(vendor)]);
    const viewer = new window.DmnJS({ container: box });
    await viewer.importXML(xml);
    const view = viewer.getViews().find((one) => one.element.id === box.dataset.decision);
    if (view) await viewer.open(view);
    $$("th.index-column", box).forEach((cell) => {
      const words = document.createElement("span");
      words.className = "sr";
      words.textContent = "Rule";
      cell.append(words);
    });
    const hits = new Set((box.dataset.rules || "").split(" ").filter(Boolean));
    $$("[data-row-id]", box).forEach((cell) => cell.classList.toggle("hit", hits.has(cell.dataset.rowId)));
  } catch (error) {
    console.warn("decision not shown:", error.message);
    box.textContent = "This file has no table that can be shown here.";
  }
}

/** Show every decision below `root`. */
export function showDecisions(root = document) {
  $$(".dmn[data-src]:not([data-shown])", root).forEach((box) => {
    box.dataset.shown = "yes";
    show(box);
  });
}
