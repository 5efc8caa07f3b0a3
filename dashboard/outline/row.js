import { clock, el } from "../player/dom.js";

// One chapter in the list: its second, its title to be written in, and, while one is at it, what can be done with it.
// `does`: {texts, name, enter(row), typed(row, title), left(row), play(row), acts: [{label, keys, act(row), shown(point)}]}.
export class Row {
  constructor(id, does) {
    Object.assign(this, { id, does });
    const { texts } = does;
    this.time = el("button", { type: "button", class: "at" });
    this.time.addEventListener("click", () => { does.enter(this); does.play(this); });
    this.title = el("input", { type: "text", maxlength: 200, autocomplete: "off" });
    this.title.addEventListener("focus", () => does.enter(this));
    this.title.addEventListener("input", () => { this.title.setAttribute("aria-invalid", String(!this.title.value.trim())); does.typed(this, this.title.value); });
    this.title.addEventListener("blur", () => does.left(this));
    this.tag = el("small", { class: "tag" });
    this.acts = does.acts.map((each) => {
      const button = el("button", { type: "button", title: each.keys }, each.label);
      button.addEventListener("click", () => each.act(this));
      return { ...each, button };
    });
    this.root = el("li", {}, this.time, this.title, this.tag, el("div", { class: "acts", role: "group", "aria-label": texts.acts }, ...this.acts.map(({ button }) => button)));
    this.root.addEventListener("pointerdown", () => does.enter(this));
  }

  // `first`: nothing stands before it.
  show(point, first) {
    const { texts, name } = this.does;
    this.point = point;
    this.time.textContent = clock(point.start);
    this.time.setAttribute("aria-label", `${texts.play} ${clock(point.start)}`);
    this.title.setAttribute("aria-label", `${texts.title} ${clock(point.start)}`);
    if (this.title !== this.title.getRootNode().activeElement || (this.title.value.trim() && this.title.value.trim().replace(/\s+/g, " ") !== point.title)) this.title.value = point.title;
    const said = point.step ? texts.standard : point.reason ? texts.suggested : "";
    this.tag.textContent = said;
    this.tag.title = point.step ? name(point.step) : "";
    this.root.dataset.kind = point.step ? "standard" : point.reason ? "suggested" : "own";
    for (const { button, shown } of this.acts) button.hidden = shown ? !shown(point, first) : false;
  }

  current(here) {
    this.root.toggleAttribute("data-here", here);
    if (here) this.root.setAttribute("aria-current", "true"); else this.root.removeAttribute("aria-current");
  }

  focus(whole) {
    this.title.focus();
    if (whole) this.title.select();
    this.root.scrollIntoView({ block: "nearest" });
  }
}
