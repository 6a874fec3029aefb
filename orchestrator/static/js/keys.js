/* Keys: j k move, Enter opens, x selects, 1-9 choose an answer, / searches, ? shows all, data-key="n" is pressed by n. */

import { $, $$ } from "./dom.js";

const TYPING = "input:not([type=radio],[type=checkbox]), textarea, select";

function move(step) {
  const rows = $$("[data-row]");
  if (!rows.length) return;
  const at = rows.indexOf(document.activeElement);
  rows.at(at < 0 ? (step > 0 ? 0 : -1) : (at + step) % rows.length).focus();
}

function select() {
  const row = document.activeElement.closest("li, tr, .task");
  row?.querySelector("input[type=checkbox]")?.click();
}

function press(event) {
  const choice = /^[1-9]$/.test(event.key) && $$(".pick input")[event.key - 1];
  const named = $$("[data-key]").find((node) => node.dataset.key === event.key);
  if (choice) {
    choice.checked = true;
    choice.focus();
    choice.dispatchEvent(new Event("change", { bubbles: true }));
  } else if (named) named.matches("input, textarea, select") ? named.focus() : named.click();
  else if (event.key === "?") $("#keys")?.showModal();
  else if (event.key === "/") $("#find")?.focus();
  else if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "x") select();
  else return;
  event.preventDefault();
}

/** Close open menus and give the focus back to what opened them. */
function closeMenus() {
  $$("details.menu[open]").forEach((menu) => {
    const within = menu.contains(document.activeElement);
    menu.removeAttribute("open");
    if (within) $("summary", menu).focus();
  });
}

/** Listen to the keyboard; while somebody types, only Ctrl+Enter is heard. */
export function listen() {
  document.addEventListener("keydown", (event) => {
    const sends = event.key === "Enter" && (event.ctrlKey || event.metaKey);
    if (sends) document.activeElement.form?.requestSubmit();
    if (event.key === "Escape") closeMenus();
    if (sends || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.activeElement.matches(TYPING) || $("dialog[open]")) return;
    press(event);
  });
}
