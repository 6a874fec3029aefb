/* Small helpers that the other modules share. */

export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

/** The JSON of the block with this id (made by Django's json_script), or an empty object. */
export function json(id) {
  const block = id && document.getElementById(id);
  return block ? JSON.parse(block.textContent) : {};
}

/** The rgba() that a token of css/tokens.css resolves to in the current theme. */
export function tone(name, alpha = 1) {
  const probe = document.body.appendChild(document.createElement("i"));
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  probe.style.color = `var(--${name})`;
  pen.fillStyle = getComputedStyle(probe).color;
  pen.fillRect(0, 0, 1, 1);
  probe.remove();
  const [r, g, b] = pen.getImageData(0, 0, 1, 1).data;
  return `rgba(${r},${g},${b},${alpha})`;
}

const loaded = new Map();

/** Load a script or a style sheet of static/vendor once; resolves when it is there. */
export function vendor(path) {
  if (!loaded.has(path)) {
    loaded.set(
      path,
      new Promise((resolve, reject) => {
        const address = new URL(`../vendor/${path}`, import.meta.url).href;
        const isStyle = path.endsWith(".css");
        const node = document.createElement(isStyle ? "link" : "script");
        if (isStyle) Object.assign(node, { rel: "stylesheet", href: address });
        else node.src = address;
        node.addEventListener("load", () => resolve());
        node.addEventListener("error", () => reject(new Error(`cannot load ${address}`)));
        document.head.append(node);
      }),
    );
  }
  return loaded.get(path);
}

/** The encoding that an XML file names, by its byte order mark or its declaration. */
function encodingOf(bytes) {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  const start = new TextDecoder("latin1").decode(bytes.slice(0, 200));
  return start.match(/^\W*<\?xml[^>]*encoding=["']([\w-]+)["']/)?.[1] || "utf-8";
}

/** Fetch an XML file of our own as text; an answer that is no success is an error. */
export async function text(address) {
  const answer = await fetch(address, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`${address} answered ${answer.status}`);
  const bytes = new Uint8Array(await answer.arrayBuffer());
  return new TextDecoder(encodingOf(bytes)).decode(bytes);
}
