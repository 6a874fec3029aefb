/* Starts what a page needs. Everything here only adds comfort: each act is a form that works without it. */

import { chartAll, rechart } from "./charts.js";
import { showDecisions } from "./decision.js";
import { $, $$ } from "./dom.js";
import { drawAll, redraw } from "./drawing.js";
import { listen } from "./keys.js";
import { keepOpen, sayChanges } from "./live.js";
import { listenForPicks } from "./picks.js";

function enrich(root = document) {
  drawAll(root);
  showDecisions(root);
  chartAll(root);
}

/** Change the theme at once, without losing what somebody is typing; the cookie tells the server. */
function switchTheme(event) {
  event.preventDefault();
  const theme = document.documentElement.dataset.bsTheme === "dark" ? "light" : "dark";
  document.documentElement.dataset.bsTheme = theme;
  document.cookie = `theme=${theme};path=/;max-age=31536000;samesite=lax`;
  redraw();
  rechart();
}

/** Point at an element in the drawing: <a data-element="ID"> in a list beside it. */
function point(event) {
  const link = event.target.closest("[data-element]");
  const viewer = $(".drawing[data-shown=yes]")?.viewer;
  const element = link && viewer?.get("elementRegistry").get(link.dataset.element);
  if (!element) return;
  event.preventDefault();
  $$(".drawing .pointed").forEach((node) => node.classList.remove("pointed"));
  viewer.get("canvas").addMarker(element.id, "pointed");
  viewer.get("canvas").scrollToElement(element.id, 60);
  $(".drawing").scrollIntoView({ block: "nearest" });
}

/** Say how many tasks are selected, in the bar that acts on them. */
function countSelected(event) {
  const bar = event.target.name === "task" && $("[data-selected]", event.target.form);
  if (bar) bar.textContent = `${$$("[name=task]:checked", event.target.form).length} selected`;
}

/** Take dropped files into the page's file field. */
function acceptDrops(zone) {
  const field = $("input[type=file]", zone);
  const tell = () => {
    const names = [...field.files].map((file) => file.name);
    $("[data-chosen]", zone).textContent = names.length ? names.join(", ") : "";
  };
  ["dragover", "dragleave", "drop"].forEach((name) =>
    zone.addEventListener(name, (event) => {
      event.preventDefault();
      zone.classList.toggle("over", name === "dragover");
    }),
  );
  zone.addEventListener("drop", (event) => {
    field.files = event.dataTransfer.files;
    tell();
  });
  field.addEventListener("change", tell);
}

enrich();
listen();
$("[data-theme-switch]")?.addEventListener("submit", switchTheme);
$$("[data-drop]").forEach(acceptDrops);
document.addEventListener("click", point);
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (opener) document.getElementById(opener.dataset.open)?.showModal();
  $$("details.menu[open]").forEach((menu) => menu.contains(event.target) || menu.removeAttribute("open"));
});
document.addEventListener("change", (event) => event.target.matches("[data-submit]") && event.target.form.requestSubmit());
document.addEventListener("change", countSelected);
document.addEventListener("htmx:afterSwap", () => enrich());
keepOpen();
sayChanges();
listenForPicks();
