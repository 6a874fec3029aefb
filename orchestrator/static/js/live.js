/* Pages that htmx refreshes by themselves: what somebody has opened stays open, no menu closes under the hand,
   and those who do not see the page hear what has changed. */

import { $, $$ } from "./dom.js";

/** Postpone a swap while a menu of the part is open; open the details again that were open before it. */
export function keepOpen() {
  let open = [];
  document.addEventListener("htmx:beforeSwap", (event) => {
    const part = event.detail.target;
    if (!part.id || !event.detail.shouldSwap) return;
    if ($("details.menu[open]", part)) event.detail.shouldSwap = false; // the next look brings it
    open = $$("details[open][id]", part).map((node) => node.id);
  });
  document.addEventListener("htmx:afterSwap", () => {
    open.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
    open = [];
  });
}

/** Read out the sentence of every refreshed part that differs from the one before: <div id data-says="SENTENCE">. */
export function sayChanges() {
  const sentences = () => new Map($$("[data-says]").map((part) => [part.id, part.dataset.says]));
  let before = sentences();
  document.addEventListener("htmx:afterSettle", () => {
    const now = sentences();
    const changed = [...now].filter(([id, words]) => before.has(id) && before.get(id) !== words);
    if (changed.length) $("#said").textContent = changed.map(([, words]) => words).join(". ");
    before = now;
  });
}
