import { el } from "./base.js";

// Puts a text on the clipboard; `beside` is an element of the page by which the old way can select it.
export async function toClipboard(text, beside) {
  try {
    await navigator.clipboard.writeText(text);
  } catch { // plain http in a hospital's own network has no clipboard interface
    const field = el("textarea", { style: "position:fixed;opacity:0" });
    field.value = text;
    beside.after(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
}
