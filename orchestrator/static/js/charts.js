/* Charts: <canvas data-from="ID OF A JSON BLOCK">. Colours are names of tokens.

   The block: {labels, x: axis, y: axis, sets: [set], notes: [note]}
     axis  {type, min, max, step, unit, title, grid}
     set   {label, tone, data, low, high, bar, alpha, width, dots, dash, smooth, line, order}; low and high make a band
     note  {x, y, text, tone, align, dx, dy} */

import { $$, json, tone, vendor } from "./dom.js";

const FONT = "Inter, sans-serif";
const charts = [];

function axis(spec = {}) {
  return {
    type: spec.type,
    min: spec.min,
    max: spec.max,
    border: { display: false },
    grid: spec.grid === false ? { display: false } : { color: tone("line"), drawTicks: false },
    ticks: {
      color: tone("mute"),
      font: { size: 11 },
      padding: 6,
      maxRotation: 0,
      stepSize: spec.step,
      autoSkipPadding: 14,
      ...(spec.unit && { callback: (value) => value + spec.unit }),
    },
    title: { display: Boolean(spec.title), text: spec.title, color: tone("mute"), font: { size: 11 } },
  };
}

function datasets(set) {
  const colour = tone(set.tone);
  const base = {
    label: set.label,
    borderColor: colour,
    backgroundColor: set.bar ? tone(set.tone, set.alpha ?? 1) : colour,
    borderWidth: set.width ?? (set.bar ? 0 : 2),
    pointRadius: set.dots ?? 0,
    pointHoverRadius: 5,
    borderDash: set.dash,
    tension: set.smooth ?? 0,
    showLine: set.line !== false,
    pointStyle: set.shape,
    order: set.order ?? 1,
    borderRadius: 3,
  };
  if (!set.low) return [{ ...base, type: set.bar ? "bar" : "line", data: set.data }];
  const edge = { ...base, type: "line", borderWidth: 0, pointRadius: 0, pointHoverRadius: 0, label: "", order: 9 };
  return [
    { ...edge, data: set.low, fill: false },
    { ...edge, data: set.high, fill: "-1", backgroundColor: tone(set.tone, 0.16) },
    { ...base, type: "line", data: set.data },
  ];
}

function writeNotes(chart, notes) {
  for (const note of notes) {
    const x = chart.scales.x.getPixelForValue(note.x) + (note.dx || 0);
    const y = chart.scales.y.getPixelForValue(note.y) + (note.dy || 0);
    chart.ctx.font = `600 11.5px ${FONT}`;
    chart.ctx.fillStyle = tone(note.tone || "mute");
    chart.ctx.textAlign = note.align || "left";
    note.text.split("\n").forEach((line, i) => chart.ctx.fillText(line, x, y + i * 15));
  }
}

function make(canvas) {
  const spec = json(canvas.dataset.from);
  window.Chart.defaults.font.family = FONT;
  return new window.Chart(canvas, {
    data: { labels: spec.labels, datasets: spec.sets.flatMap(datasets) },
    plugins: [{ id: "notes", afterDatasetsDraw: (chart) => writeNotes(chart, spec.notes || []) }],
    options: {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      interaction: { mode: "nearest", intersect: false },
      scales: { x: axis(spec.x), y: axis(spec.y) },
      plugins: { legend: { display: false }, tooltip: { filter: (item) => item.dataset.label } },
    },
  });
}

/** Draw every chart below `root`. */
export async function chartAll(root = document) {
  const canvases = $$("canvas[data-from]:not([data-shown])", root);
  if (!canvases.length) return;
  canvases.forEach((canvas) => (canvas.dataset.shown = "yes"));
  await Promise.all([vendor("chart.js/chart.umd.min.js"), document.fonts.load("12px Inter")]);
  charts.push(...canvases.map(make));
}

/** Draw again in the colours of the theme chosen now. */
export function rechart() {
  const canvases = charts.splice(0).map((chart) => {
    chart.destroy();
    return chart.canvas;
  });
  $$("canvas[data-shown]").forEach((canvas) => canvas.removeAttribute("data-shown"));
  if (canvases.length || $$("canvas[data-from]").length) chartAll();
}
