/* Pages that htmx refreshes by themselves: what somebody has opened stays open, and no menu closes under the hand. */

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
