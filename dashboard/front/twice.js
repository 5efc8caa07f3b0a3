// A button that is asked once more where it stands, before it does what cannot be taken back.

import { el } from "./base.js";

const TWICE_APART = 600; // ms: a double click is no answer
const TWICE_WITHIN = 5000; // ms

export function twice({ label, sure, act }) {
  const button = el("button", { type: "button", class: "act" }, label);
  let asked = 0; // when it was
  let timer;
  button.addEventListener("click", async () => {
    const since = performance.now() - asked;
    if (asked && since < TWICE_APART) return;
    if (asked && since < TWICE_WITHIN) {
      button.disabled = true;
      await Promise.resolve(act()).finally(() => { button.disabled = false; calm(); });
      return;
    }
    asked = performance.now();
    button.textContent = sure;
    timer = setTimeout(calm, TWICE_WITHIN);
  });
  function calm() {
    asked = 0;
    clearTimeout(timer);
    button.textContent = label;
  }
  return button;
}
