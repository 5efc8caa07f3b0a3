import { el, icon } from "./dom.js";

// A button that opens a panel of choices. `sections()` gives, each time it opens or changes, what can be chosen:
// [{title, note, choices: [{label, more, chosen, pick()}]}].
export class Menu {
  constructor(face, sections) {
    this.sections = sections;
    this.face = face;
    this.button = el("button", { type: "button", class: "control", "aria-expanded": "false", "aria-haspopup": "true" }, face);
    this.panel = el("div", { class: "menu", hidden: true });
    this.button.addEventListener("click", () => this.toggle(this.panel.hidden));
    this.panel.addEventListener("keydown", (event) => this.key(event));
  }

  // What it is for and, where the face does not say all, what was chosen (with what stands between the two).
  label(text, chosen = "") {
    this.button.setAttribute("aria-label", text + chosen);
    this.button.title = text + chosen;
    this.panel.setAttribute("aria-label", text);
  }

  toggle(open) {
    if (open) this.opening?.();
    this.panel.hidden = !open;
    this.button.setAttribute("aria-expanded", String(open));
    if (!open) return;
    this.fill();
    (this.panel.querySelector('[aria-checked="true"]') ?? this.panel.querySelector("button"))?.focus({ preventScroll: true });
  }

  fill() {
    const focused = this.panel.getRootNode().activeElement?.dataset?.choice;
    this.panel.replaceChildren(...this.sections().map(({ title, note, choices }, which) => {
      const head = el("div", { class: "head" }, el("h3", {}, title), note ? el("span", {}, note) : "");
      const list = el("div", { role: "radiogroup", "aria-label": title }, ...choices.map((choice, number) => {
        const button = el("button", { type: "button", role: "radio", "aria-checked": String(choice.chosen), "data-choice": `${which}.${number}` },
          icon("check"), el("span", {}, choice.label), el("small", {}, choice.more ?? ""));
        button.addEventListener("click", () => { choice.pick(); this.toggle(false); this.button.focus({ preventScroll: true }); });
        return button;
      }));
      return el("section", {}, head, list);
    }));
    if (focused) this.panel.querySelector(`[data-choice="${focused}"]`)?.focus({ preventScroll: true });
  }

  key(event) {
    const buttons = [...this.panel.querySelectorAll("button")];
    const at = buttons.indexOf(event.target);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (event.key === "Escape") { this.toggle(false); this.button.focus(); }
    else if (next !== undefined) buttons[(next + buttons.length) % buttons.length].focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
