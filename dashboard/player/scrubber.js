import { clamp, clock, el, fill } from "./dom.js";
import { lastBefore } from "./storyboard.js";

const NEAR_POINT = 8; // pixels from a teaching point at which it is told

// The time line: what was played, what lies ready, what is missing, where chapters begin and teaching points stand, and under the pointer the
// storyboard's picture.
// `ask`: {seek(second), tile(second) -> Promise of a storyboard tile or undefined}.
export class Scrubber {
  constructor(ask) {
    this.ask = ask;
    this.total = 0;
    this.second = 0;
    this.dragged = null;
    this.buffered = el("div", { class: "ready" });
    this.played = el("div", { class: "played" });
    this.missing = el("div", { class: "gaps" });
    this.cut = el("div", { class: "cuts" });
    this.marks = el("div", { class: "marks" });
    this.points = el("div", { class: "points" });
    this.pinned = [];
    this.knob = el("div", { class: "knob" });
    this.picture = el("div", { class: "tile", hidden: true });
    this.time = el("span");
    this.lack = el("span", { class: "lack", hidden: true });
    this.chapter = el("span", { class: "chapter", hidden: true });
    this.told = el("span", { class: "point", hidden: true });
    this.tip = el("div", { class: "tip", hidden: true, "aria-hidden": "true" }, this.picture, el("p", {}, this.time, this.chapter, this.told, this.lack));
    this.rail = el("div", { class: "rail" }, this.buffered, this.played, this.missing, this.cut, this.marks, this.points);
    this.root = el("div", { class: "scrubber", role: "slider", tabindex: "0", "aria-valuemin": "0" }, this.rail, el("div", { class: "knob-way" }, this.knob), this.tip);
    this.root.addEventListener("pointerdown", (event) => this.down(event));
    this.root.addEventListener("pointermove", (event) => this.point(event));
    this.root.addEventListener("pointerup", (event) => this.up(event));
    this.root.addEventListener("pointercancel", () => this.leave(true));
    this.root.addEventListener("pointerleave", () => this.leave(false));
  }

  update(texts, gaps, cuts, total, chapters) {
    this.texts = texts;
    this.gaps = [...cuts.shown, ...gaps];
    this.cuts = cuts;
    this.chapters = chapters;
    this.total = total;
    this.root.setAttribute("aria-label", texts.position);
    this.root.setAttribute("aria-valuemax", String(Math.round(total)));
    this.missing.replaceChildren(...gaps.map((gap) => el("i", { style: this.span(gap.from, gap.to), title: gap.text })));
    this.cut.replaceChildren(...cuts.shown.filter(({ from }) => from < total).map((cut) => el("i", { style: this.span(cut.from, cut.to), title: cut.text })));
    const later = chapters.filter(({ start }) => start > 0);
    this.marks.replaceChildren(...later.map(({ start }) => el("i", { style: `left:${this.part(start) * 100}%` })));
    this.drawPoints();
    this.draw();
  }

  // What trainers point out: {start, text}.
  pin(points) {
    this.pinned = points;
    this.drawPoints();
  }

  drawPoints() { this.points.replaceChildren(...this.pinned.map(({ start }) => el("i", { style: `left:${this.part(start) * 100}%` }))); }

  span(from, to) {
    const [left, right] = [this.part(from), this.part(to)];
    return `left:${left * 100}%;width:max(3px,${(right - left) * 100}%)`;
  }

  part(second) { return this.total ? clamp(second / this.total, 0, 1) : 0; }

  at(second, ready) {
    this.second = second;
    const spans = JSON.stringify(ready.map((pair) => pair.map(Math.round)));
    if (spans !== this.spans) {
      this.spans = spans;
      this.buffered.replaceChildren(...ready.map(([from, to]) => el("i", { style: this.span(from, to) })));
    }
    this.draw();
  }

  draw() {
    const second = this.dragged ?? this.second;
    const left = `${this.part(second) * 100}%`;
    if (left !== this.left) {
      this.left = left;
      this.played.style.width = left;
      this.knob.style.left = left;
    }
    const place = fill(this.texts.at, { time: clock(second), length: clock(this.total) });
    const text = [place, this.titleOf(second)].filter(Boolean).join(" · ");
    if (text === this.text) return;
    this.text = text;
    this.root.setAttribute("aria-valuenow", String(Math.round(second)));
    this.root.setAttribute("aria-valuetext", text);
  }

  titleOf(second) { return this.chapters[lastBefore(this.chapters, second, ({ start }) => start)]?.title ?? ""; }

  under(event) {
    const box = this.rail.getBoundingClientRect();
    return clamp((event.clientX - box.left) / box.width, 0, 1) * this.total;
  }

  down(event) {
    if (event.button || !event.isPrimary) return;
    this.root.setPointerCapture(event.pointerId);
    this.dragged = this.under(event);
    this.show(this.dragged);
    this.draw();
  }

  point(event) {
    if (!event.isPrimary) return;
    const second = this.under(event);
    if (this.dragged !== null) { this.dragged = second; this.draw(); }
    if (this.dragged !== null || event.pointerType === "mouse") this.show(second);
  }

  up(event) {
    if (this.dragged === null || !event.isPrimary) return;
    const second = this.under(event);
    this.dragged = null;
    if (event.pointerType !== "mouse") this.tip.hidden = true;
    this.ask.seek(second);
  }

  leave(given) {
    if (given) this.dragged = null;
    if (this.dragged === null) this.tip.hidden = true;
    this.draw();
  }

  async show(second) {
    this.pointed = second;
    this.time.textContent = clock(second);
    const gap = this.gaps.find(({ from, to }) => from <= second && second < to);
    this.lack.hidden = !gap;
    this.lack.textContent = gap?.text ?? "";
    this.chapter.textContent = this.titleOf(second);
    this.chapter.hidden = !this.chapter.textContent;
    const near = this.pinned.find(({ start }) => Math.abs(start - second) * this.rail.offsetWidth < NEAR_POINT * this.total);
    this.told.hidden = !near;
    this.told.textContent = near?.text ?? "";
    this.tip.hidden = false;
    this.place();
    const tile = this.cuts.at(second) ? undefined : await this.ask.tile(second);
    if (this.pointed !== second) return;
    this.picture.hidden = !tile;
    if (tile) {
      this.picture.style.width = `${tile.width}px`;
      this.picture.style.height = `${tile.height}px`;
      this.picture.style.backgroundImage = `url("${tile.address}")`;
      this.picture.style.backgroundPosition = `-${tile.x}px -${tile.y}px`;
    }
    this.place();
  }

  // Over the pointer, but never out of the box.
  place() {
    const [width, all] = [this.tip.offsetWidth, this.root.clientWidth];
    const middle = this.rail.offsetLeft + this.part(this.pointed) * this.rail.offsetWidth;
    this.tip.style.left = `${clamp(middle - width / 2, 0, Math.max(0, all - width))}px`;
  }
}
