import { clock, el } from "./dom.js";
import { lastBefore } from "./storyboard.js";

// The chapters in a list: what there is, where one is, and a press that goes there.
export class ChapterList {
  constructor(seek) {
    this.seek = seek;
    this.chapters = [];
    this.items = [];
    this.current = -1;
    this.badge = el("small", { class: "badge" });
    this.list = el("ol");
    this.root = el("section", { class: "chapters" }, this.badge, this.list);
  }

  update({ chapters, texts }) {
    const all = chapters.length > 0 && chapters.every(({ suggested }) => suggested);
    this.badge.textContent = all ? texts.suggested : "";
    this.badge.hidden = !all;
    if (JSON.stringify(chapters) === JSON.stringify(this.chapters)) return;
    this.chapters = chapters;
    this.current = -1;
    this.items = chapters.map(({ start, title, suggested, standard }) => {
      const note = standard ? texts.standard : suggested && !all ? texts.suggested : "";
      const button = el("button", { type: "button", class: "goto" }, el("time", {}, clock(start)),
        el("span", {}, title, note ? el("small", { class: standard ? "badge standard" : "badge" }, note) : ""));
      button.addEventListener("click", () => this.seek(start));
      return el("li", {}, button);
    });
    this.list.replaceChildren(...this.items);
  }

  // The chapter of a second.
  at(second) { return this.chapters[lastBefore(this.chapters, second + 0.05, ({ start }) => start)]; }

  follow(second) {
    const found = lastBefore(this.chapters, second + 0.05, ({ start }) => start);
    if (found === this.current) return;
    this.items[this.current]?.removeAttribute("aria-current");
    this.current = found;
    const item = this.items[found];
    if (!item) return;
    item.setAttribute("aria-current", "true");
    const above = item.offsetTop - this.list.offsetTop;
    if (above < this.list.scrollTop || above + item.offsetHeight > this.list.scrollTop + this.list.clientHeight) this.list.scrollTo({ top: above });
  }
}
