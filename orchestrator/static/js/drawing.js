/* BPMN drawings: <div class="drawing" data-src="ADDRESS" data-state="ID OF A JSON BLOCK">.

   The state names elements by their id in the drawing:
     passed  [flow, ...]                   sequence flows a token went along
     done    [element, ...]                flow nodes that were passed
     fill    [[element, token], ...]       act, ok, warn, bad, machine
     heat    [[element, share 0..1], ...]  the darker, the longer
     pins    [[element, text, kind], ...]  kind: "", bad, warn, quiet
     focus   element                       shown large, in the middle

   A click on an element tells the page: the event "picked", with the element's id as its detail. */

import { $$, json, text, tone, vendor } from "./dom.js";

const FILES = [
  "bpmn-js/assets/diagram-js.css",
  "bpmn-js/assets/bpmn-js.css",
  "bpmn-js/bpmn-navigated-viewer.production.min.js",
];
const FONT = "Inter, sans-serif";

function makeViewer(box) {
  return new window.BpmnJS({
    container: box,
    textRenderer: {
      defaultStyle: { fontFamily: FONT },
      externalStyle: { fontSize: "12px", fontFamily: FONT },
    },
    bpmnRenderer: {
      defaultFillColor: tone("card"),
      defaultStrokeColor: tone("edge"),
      defaultLabelColor: tone("ink"),
    },
  });
}

function paint(viewer, id, fill, stroke) {
  const element = viewer.get("elementRegistry").get(id);
  if (!element) return;
  const isFlow = Boolean(element.waypoints);
  element.di.set(isFlow ? "color:border-color" : "color:background-color", fill);
  if (!isFlow) element.di.set("color:border-color", stroke);
  const graphics = viewer.get("elementRegistry").getGraphics(element);
  viewer.get("graphicsFactory").update(isFlow ? "connection" : "shape", element, graphics);
}

/** Where a pin sits: on the upper edge of a shape, in the middle of a flow's first stretch. */
function pinPlace(element) {
  if (!element.waypoints) return { top: -11, left: element.width > 60 ? element.width / 2 : element.width - 14 };
  const [a, b] = element.waypoints;
  const left = Math.min(...element.waypoints.map((point) => point.x));
  const top = Math.min(...element.waypoints.map((point) => point.y));
  return { left: (a.x + b.x) / 2 - left - 11, top: (a.y + b.y) / 2 - top - 11 };
}

function pin(viewer, id, words, kind = "") {
  const element = viewer.get("elementRegistry").get(id);
  if (!element) return;
  const html = document.createElement("div");
  html.className = `pin ${kind}`;
  html.textContent = words;
  viewer.get("overlays").add(id, { position: pinPlace(element), html, scale: false });
}

/** Where a window with `middle` in its middle begins; it does not look past an end while there is more to see. */
function within(middle, size, from, to) {
  if (size >= to - from) return (from + to - size) / 2;
  return Math.min(Math.max(middle - size / 2, from), to - size);
}

/** Show the whole drawing; when that would be too small to read, the part that matters, the rest by dragging. */
function fit(viewer, box, state) {
  const canvas = viewer.get("canvas");
  const { clientWidth: wide, clientHeight: high } = box;
  if (!wide || !high) return; // not shown now, nothing to fit into
  canvas.resized();
  const all = canvas.viewbox().inner;
  const wanted = state.focus || state.pins?.[0]?.[0];
  const element = viewer.get("elementRegistry").get(wanted);
  let scale = Math.min(wide / (all.width + 60), high / (all.height + 40), 1.1);
  let near = all;
  if (element && (state.focus || scale < 0.4)) {
    scale = state.focus ? 0.8 : 0.6;
    near = element;
  }
  const [width, height] = [wide / scale, high / scale];
  const x = within(near.x + (near.width || 0) / 2, width, all.x - 30, all.x + all.width + 30);
  const y = within(near.y + (near.height || 0) / 2, height, all.y - 20, all.y + all.height + 20);
  canvas.viewbox({ x, y, width, height });
}

function show(viewer, state) {
  (state.passed || []).forEach((id) => paint(viewer, id, tone("act"), tone("act")));
  (state.done || []).forEach((id) => paint(viewer, id, tone("act-soft"), tone("act")));
  (state.heat || []).forEach(([id, share]) => paint(viewer, id, tone("warn", share * 0.5), tone("warn")));
  (state.fill || []).forEach(([id, name]) => {
    const isFlow = viewer.get("elementRegistry").get(id)?.waypoints;
    paint(viewer, id, tone(isFlow ? name : `${name}-soft`), tone(name));
  });
  (state.pins || []).forEach(([id, words, kind]) => pin(viewer, id, words, kind));
}

/** Say in the drawing's place that it cannot be shown; the lists of the page say the same facts. */
function apologise(box, error) {
  console.warn("drawing not shown:", error.message);
  const words = document.createElement("p");
  words.className = "pad mute small m-0";
  words.textContent = "This file has no picture that can be shown here. ";
  const link = document.createElement("a");
  link.href = box.dataset.src;
  link.textContent = "Open the file";
  words.append(link);
  box.replaceChildren(words);
  box.classList.add("unseen");
}

/** Paint a drawing's state on a fresh import of its file; a part that somebody moved to stays in view. */
async function paintAll(box) {
  const { viewer } = box;
  const canvas = viewer.get("canvas");
  const looked = box.fitted && JSON.stringify(canvas.viewbox()) !== box.fitted ? canvas.viewbox() : null;
  box.painted = document.getElementById(box.dataset.state)?.textContent;
  box.facts = json(box.dataset.state);
  await viewer.importXML(box.xml);
  show(viewer, box.facts);
  if (looked) canvas.viewbox(looked);
  else refit(box);
}

function refit(box) {
  fit(box.viewer, box, box.facts);
  box.fitted = JSON.stringify(box.viewer.get("canvas").viewbox());
}

async function draw(box) {
  try {
    [box.xml] = await Promise.all([
      text(box.dataset.src),
      document.fonts.load("12px Inter"),
      ...FILES.map(vendor),
    ]);
    box.viewer = makeViewer(box);
    box.viewer.on("element.click", ({ element }) =>
      box.dispatchEvent(new CustomEvent("picked", { bubbles: true, detail: element.id })),
    );
    await paintAll(box);
    box.dataset.shown = "yes";
    new ResizeObserver(() => refit(box)).observe(box);
  } catch (error) {
    apologise(box, error);
  }
}

/** Draw every drawing below `root`; of those already shown, paint the ones whose state was swapped. */
export function drawAll(root = document) {
  $$(".drawing[data-src]:not([data-shown])", root).forEach((box) => {
    box.dataset.shown = "soon";
    draw(box);
  });
  $$(".drawing[data-shown=yes]").forEach((box) => {
    if (document.getElementById(box.dataset.state)?.textContent !== box.painted) paintAll(box);
  });
}

/** Draw again in the colours of the theme chosen now. */
export function redraw() {
  $$(".drawing[data-shown=yes]").forEach((box) => {
    box.viewer.destroy();
    box.replaceChildren();
    delete box.fitted;
    draw(box);
  });
}
