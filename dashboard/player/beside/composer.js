import { clock, el, fill } from "../dom.js";

const KINDS = ["note", "question", "clip", "teaching_point"];

// Where a note, a question, a clip or, by who may answer, a teaching point is written, for the second at which the film stands. What is being typed outlives
// every run of the page, and the tab's being left by mistake.
export class Composer {
  constructor({ now, save, bookmark }) {
    Object.assign(this, { now, save });
    this.choices = KINDS.map((kind) => el("button", { type: "button", role: "radio", "data-kind": kind }));
    this.bookmark = el("button", { type: "button", class: "plain" });
    this.bookmark.addEventListener("click", () => bookmark(this.now()));
    const kinds = el("div", { class: "kinds", role: "radiogroup" }, ...this.choices);
    kinds.addEventListener("click", (event) => { const { kind } = event.target.dataset; if (kind) this.open(kind); });
    this.kinds = kinds;
    this.where = el("span", { class: "where" });
    this.here = el("button", { type: "button", class: "plain" });
    this.here.addEventListener("click", () => this.move());
    this.ending = el("button", { type: "button", class: "plain" });
    this.ending.addEventListener("click", () => this.finish());
    this.text = el("textarea", { rows: "3", maxlength: "4000" });
    this.list = el("input", { type: "text", maxlength: "100", list: "collections", autocomplete: "off" });
    this.known = el("datalist", { id: "collections" });
    this.keep = el("button", { type: "submit", class: "keep" });
    this.cancel = el("button", { type: "button", class: "plain" });
    this.cancel.addEventListener("click", () => this.close());
    this.problem = el("p", { class: "problem", role: "alert", hidden: true });
    this.form = el("form", { hidden: true }, el("p", { class: "times" }, this.where, this.here, this.ending), this.text, this.list, this.known,
      this.problem, el("p", { class: "acts" }, this.keep, this.cancel));
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.submit(); });
    this.form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); this.submit(); }
      if (event.key === "Escape") this.close();
    });
    for (const field of [this.text, this.list]) field.addEventListener("input", () => this.remember());
    this.root = el("div", { class: "composer" }, el("div", { class: "row-of" }, kinds, this.bookmark), this.form);
  }

  update(texts, recording, may) {
    this.texts = texts;
    this.root.hidden = !may.note;
    for (const button of this.choices) {
      button.textContent = texts[button.dataset.kind];
      button.hidden = button.dataset.kind === "teaching_point" && !may.answer;
    }
    this.kinds.setAttribute("aria-label", texts.write);
    this.bookmark.textContent = texts.setBookmark;
    this.keep.textContent = texts.save;
    this.cancel.textContent = texts.cancel;
    this.list.placeholder = texts.collectionHint;
    this.list.setAttribute("aria-label", texts.collection);
    if (recording !== this.recording) { this.recording = recording; this.recall(); }
    this.show();
  }

  lists(names) { this.known.replaceChildren(...names.map((name) => el("option", { value: name }))); }

  open(kind, second = this.now(), edited = null) {
    this.kind = kind;
    this.start = edited?.start ?? this.start ?? second;
    if (kind === "clip") this.end ??= this.start + 30;
    this.edited = edited;
    if (edited) this.text.value = edited.text;
    this.problem.hidden = true;
    this.show();
    this.remember();
    this.text.focus();
  }

  show() {
    const { kind, texts } = this;
    this.form.hidden = !kind;
    for (const button of this.choices) {
      button.setAttribute("aria-checked", String(button.dataset.kind === kind));
      button.tabIndex = !kind || button.dataset.kind === kind ? 0 : -1;
    }
    if (!kind || !texts) return;
    const clip = kind === "clip";
    this.where.textContent = clip ? `${clock(this.start)}–${clock(this.end)}` : fill(texts.at, { time: clock(this.start) });
    this.here.textContent = clip ? texts.beginHere : texts.moveHere;
    this.ending.textContent = texts.endHere;
    this.ending.hidden = this.list.hidden = !clip;
    this.text.rows = clip ? 1 : 3;
    this.text.placeholder = texts[`${kind}Hint`];
    this.text.setAttribute("aria-label", texts[kind]);
  }

  move() {
    this.start = this.now();
    if (this.kind === "clip" && this.end <= this.start) this.end = this.start + 30;
    this.show();
    this.remember();
  }

  finish() {
    this.end = Math.max(this.now(), this.start + 1);
    this.show();
    this.remember();
  }

  async submit() {
    if (this.busy || !this.text.value.trim()) return this.text.focus();
    this.busy = this.keep.disabled = true;
    const { kind, start, end, edited } = this;
    try {
      await this.save({ kind, start, end, edited, text: this.text.value, collection: this.list.value });
      this.close();
    } catch (error) { // what was typed stays
      this.problem.textContent = this.texts[`failed.${error.code}`] ?? this.texts.failed;
      this.problem.hidden = false;
    } finally {
      this.busy = this.keep.disabled = false;
    }
  }

  close() {
    this.kind = this.edited = this.start = this.end = undefined;
    this.text.value = "";
    this.problem.hidden = true;
    this.show();
    this.remember();
  }

  get place() { return `shijiao.draft.${this.recording}`; }

  remember() {
    const { kind, start, end, edited } = this;
    try {
      if (kind) sessionStorage.setItem(this.place, JSON.stringify({ kind, start, end, edited, text: this.text.value, collection: this.list.value }));
      else sessionStorage.removeItem(this.place);
    } catch { /* private windows may keep nothing */ }
  }

  recall() {
    try {
      const { text = "", collection = "", ...kept } = JSON.parse(sessionStorage.getItem(this.place)) ?? {};
      Object.assign(this, { kind: undefined, start: undefined, end: undefined, edited: undefined }, kept);
      this.text.value = text;
      this.list.value = collection;
    } catch { /* nothing was kept */ }
  }
}
