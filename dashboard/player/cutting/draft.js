import { keep, kept } from "../../front/drafts.js";
import { clamp, el } from "../dom.js";
import { moment, written } from "./moments.js";

const STEP = 0.1; // seconds by which an arrow moves a time

// The range that is being marked: its ends, set where the film stands or typed, and its reason. It is kept in this tab
// until it is cut, so that a reload loses nothing, and for the member who marks it. `asked`: {now(), total(),
// seek(second), cut(range)}.
export class Draft {
  constructor(asked) {
    this.asked = asked;
    this.id = "";
    this.ends = { start: this.end("start"), end: this.end("end") };
    this.reason = el("input", { class: "reason", maxlength: "200", autocomplete: "off" });
    this.reasonLabel = el("span");
    this.keep = el("button", { type: "submit", class: "keep" });
    this.clear = el("button", { type: "button", class: "plain" });
    this.before = el("button", { type: "button", class: "plain" });
    this.after = el("button", { type: "button", class: "plain" });
    this.problem = el("p", { class: "problem", role: "alert", hidden: true });
    this.root = el("form", { class: "draft", novalidate: true },
      el("div", { class: "ends" }, this.ends.start.root, this.ends.end.root),
      el("label", {}, this.reasonLabel, this.reason), this.problem,
      el("div", { class: "acts" }, this.keep, this.clear), el("div", { class: "acts trims" }, this.before, this.after));
    this.root.addEventListener("submit", (event) => { event.preventDefault(); this.submit(); });
    this.root.addEventListener("input", () => this.remember());
    this.clear.addEventListener("click", () => this.empty());
    this.before.addEventListener("click", () => this.fill({ start: 0, end: this.asked.now(), reason: this.reason.value }));
    this.after.addEventListener("click", () => this.fill({ start: this.asked.now(), end: this.asked.total(), reason: this.reason.value }));
  }

  end(name) {
    const field = el("input", { class: "moment", inputmode: "decimal", autocomplete: "off", placeholder: "0:00.0" });
    const label = el("span");
    const here = el("button", { type: "button", class: "here" });
    here.addEventListener("click", () => this.set(name));
    field.addEventListener("keydown", (event) => this.nudge(event, field));
    return { field, label, here, root: el("div", { class: "end" }, el("label", {}, label, field), here) };
  }

  update(texts, place) {
    this.texts = texts;
    for (const [name, { label, here }] of Object.entries(this.ends)) {
      label.textContent = texts[name];
      here.textContent = texts[`${name}Here`];
    }
    this.reasonLabel.textContent = texts.reason;
    this.reason.placeholder = texts.reasonHint;
    this.clear.textContent = texts.clear;
    this.before.textContent = texts.before;
    this.after.textContent = texts.after;
    if (place !== this.place) {
      this.place = place;
      this.recall();
    }
    this.state();
  }

  state() {
    this.keep.textContent = this.id ? this.texts.change : this.texts.cut;
    const { start, end } = this.range();
    const beyond = start >= this.asked.total();
    this.keep.disabled = beyond || !(start < end);
    this.say(beyond ? this.texts.beyond : end <= start ? this.texts.backwards : "");
  }

  say(text) {
    this.problem.textContent = text;
    this.problem.hidden = !text;
  }

  range() { return { start: moment(this.ends.start.field.value), end: moment(this.ends.end.field.value), reason: this.reason.value.trim() }; }

  // An end where the film stands now.
  set(name) {
    this.ends[name].field.value = written(this.asked.now());
    this.remember();
  }

  fill({ id = "", start, end, reason = "" }) {
    this.id = id;
    this.ends.start.field.value = written(start);
    this.ends.end.field.value = written(end);
    this.reason.value = reason;
    this.remember();
    this.keep.focus();
  }

  empty() {
    this.id = this.ends.start.field.value = this.ends.end.field.value = this.reason.value = "";
    this.remember();
  }

  nudge(event, field) {
    const step = { ArrowUp: STEP, ArrowDown: -STEP }[event.key];
    const second = moment(field.value);
    if (!step || Number.isNaN(second)) return;
    event.preventDefault();
    const moved = clamp(second + step, 0, this.asked.total());
    field.value = written(moved);
    this.asked.seek(moved);
    this.remember();
  }

  submit() {
    const { start, end, reason } = this.range();
    if (!this.keep.disabled) this.asked.cut({ id: this.id, start, end, reason });
  }

  remember() {
    keep(`shijiao.cutting.${this.place}`, [this.id, this.ends.start.field.value, this.ends.end.field.value, this.reason.value]);
    this.state();
  }

  recall() {
    const typed = kept(`shijiao.cutting.${this.place}`) ?? ["", "", "", ""];
    [this.id, this.ends.start.field.value, this.ends.end.field.value, this.reason.value] = typed;
  }
}
