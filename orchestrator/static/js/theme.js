/* Runs before the first paint: follows the system's theme until the reader has chosen one (the server then says it). */
if (!document.documentElement.dataset.bsTheme) {
  document.documentElement.dataset.bsTheme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}
