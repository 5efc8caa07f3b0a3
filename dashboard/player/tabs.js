import { el } from "./dom.js";

// Beside the picture: tabs, of which one is open. Those that are filled later say so until then.
// `panels`: {name: {root, opened?()}} in their order; a panel whose root is `empty` (see `update`) has no tab.
export class Tabs {
  constructor(panels) {
    this.panels = panels;
    this.list = el("div", { class: "tabs", role: "tablist" });
    this.buttons = {};
    for (const [name, { root }] of Object.entries(panels)) {
      const button = el("button", { type: "button", role: "tab", id: `tab-${name}`, "aria-controls": `panel-${name}`, "data-tab": name });
      button.addEventListener("click", () => this.open(name));
      root.id = `panel-${name}`;
      root.setAttribute("role", "tabpanel");
      root.setAttribute("aria-labelledby", button.id);
      this.buttons[name] = button;
      this.list.append(button);
    }
    this.list.addEventListener("keydown", (event) => this.key(event));
    this.open("transcript");
  }

  update(texts, hidden) {
    for (const [name, button] of Object.entries(this.buttons)) {
      button.textContent = texts[name];
      button.hidden = hidden.includes(name);
    }
    if (hidden.includes(this.name)) this.open("transcript");
  }

  open(name) {
    this.name = name;
    for (const [each, { root }] of Object.entries(this.panels)) {
      root.toggleAttribute("data-closed", each !== name);
      this.buttons[each].setAttribute("aria-selected", String(each === name));
      this.buttons[each].tabIndex = each === name ? 0 : -1;
    }
    this.panels[name].opened?.();
  }

  key(event) {
    const shown = Object.keys(this.buttons).filter((name) => !this.buttons[name].hidden);
    const at = shown.indexOf(this.name);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: shown.length - 1 }[event.key];
    if (next === undefined) return;
    const name = shown[(next + shown.length) % shown.length];
    this.open(name);
    this.buttons[name].focus();
    event.preventDefault();
    event.stopPropagation();
  }
}
