// A button that is asked once more where it stands, before it does what cannot be taken back.

import { el } from "./base.js";

const TWICE_APART = 600; // ms: a double click is no answer
const TWICE_WITHIN = 5000; // ms

// `look` is its class; while it asks it has `data-sure`, and at first `aria-disabled`.
export function twice({ label, sure, act, look = "act" }) {
  const button = el("button", { type: "button", class: look }, label);
  let timer;
  const calm = () => {
    clearTimeout(timer);
    delete button.dataset.sure;
    button.textContent = label;
  };
  button.addEventListener("click", async () => {
    if (button.hasAttribute("aria-disabled")) return;
    if (button.dataset.sure) {
      button.disabled = true;
      await Promise.resolve(act()).finally(() => { button.disabled = false; calm(); });
      return;
    }
    button.dataset.sure = "true";
    button.textContent = sure;
    button.setAttribute("aria-disabled", "true");
    setTimeout(() => button.removeAttribute("aria-disabled"), TWICE_APART);
    timer = setTimeout(calm, TWICE_WITHIN);
  });
  return button;
}
