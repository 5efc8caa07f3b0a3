import { clock, el, fill } from "../dom.js";
import { keep, kept } from "../../front/drafts.js";

const KINDS = ["note", "question", "clip", "teaching_point"];
const LONG = 30; // seconds of a clip whose end was not set

// Where a note, a question, a clip or, by who may answer, a teaching point is written, for the second at which the film stands. What is being typed outlives
// every run of the page, and the tab's being left by mistake. A note that is changed while something else is being typed is written first: the other
// is there again afterwards. Of the drafts the last is the one that is shown, unless it is folded away.
export class Composer {
  constructor({ now, total, save, bookmark }) {
    Object.assign(this, { now, total, save, drafts: [], folded: false });
    this.choices = KINDS.map((kind) => el("button", { type: "button", role: "radio", "data-kind": kind }));
    this.bookmark = el("button", { type: "button", class: "plain" });
    this.bookmark.addEventListener("click", () => bookmark(this.now()));
    const kinds = el("div", { class: "kinds", role: "radiogroup" }, ...this.choices);
    kinds.addEventListener("click", (event) => { this.choose(event.target.dataset.kind); });
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
      if (event.isComposing || event.keyCode === 229) return; // an input method's own keys
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); this.submit(); }
      if (event.key === "Escape") this.fold();
    });
    for (const field of [this.text, this.list]) field.addEventListener("input", () => this.remember());
    this.root = el("div", { class: "composer" }, el("div", { class: "row-of" }, kinds, this.bookmark), this.form);
  }

  get shown() { return this.folded ? undefined : this.drafts.at(-1); }

  // `place`: whose drafts these are, and of which recording; empty while that is not known.
  update(texts, place, may) {
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
    if (place !== this.place) { this.place = place; this.recall(); }
    else this.show();
  }

  lists(names) { this.known.replaceChildren(...names.map((name) => el("option", { value: name }))); }

  choose(kind) {
    if (kind && kind === this.shown?.kind) this.text.focus();
    else if (kind) this.open(kind);
  }

  // At a `second` that was asked for; what has words already stays where it is.
  open(kind, second, edited = null) {
    const begun = this.drafts.find((draft) => draft.edited?.id === edited?.id);
    const draft = begun ?? { edited, start: edited?.start, text: edited?.text ?? "", collection: "" };
    if (second !== undefined && !draft.text) Object.assign(draft, { start: second, end: undefined });
    draft.kind = kind;
    this.put(draft, draft.start ?? this.now());
    this.drafts = [...this.drafts.filter((other) => other !== draft && typed(other)), draft];
    this.folded = false;
    this.take();
    this.text.focus();
  }

  // A clip begins before the film's end and ends there at the latest.
  put(draft, second) {
    const whole = this.total() || Infinity;
    const clip = draft.kind === "clip";
    draft.start = clip ? Math.min(second, Math.max(0, whole - 1)) : second;
    if (clip && !(draft.end > draft.start)) draft.end = Math.min(draft.start + LONG, whole);
  }

  take() {
    const { text = "", collection = "" } = this.drafts.at(-1) ?? {};
    this.text.value = text;
    this.list.value = collection;
    this.problem.hidden = true;
    this.show();
    this.remember();
  }

  show() {
    const { shown, texts } = this;
    this.form.hidden = !shown;
    for (const button of this.choices) {
      const chosen = button.dataset.kind === shown?.kind;
      button.setAttribute("aria-checked", String(chosen));
      button.tabIndex = !shown || chosen ? 0 : -1;
      button.disabled = Boolean(shown?.edited) && !chosen; // what was written stays of its kind
    }
    if (!shown || !texts) return;
    const { kind, start, end } = shown;
    const clip = kind === "clip";
    this.where.textContent = clip ? `${clock(start)}–${clock(end)}` : fill(texts.at, { time: clock(start) });
    this.here.textContent = clip ? texts.beginHere : texts.moveHere;
    this.ending.textContent = texts.endHere;
    this.ending.hidden = this.list.hidden = !clip;
    this.text.rows = clip ? 1 : 3;
    this.text.placeholder = texts[`${kind}Hint`];
    this.text.setAttribute("aria-label", texts[kind]);
  }

  move() {
    this.put(this.shown, this.now());
    this.show();
    this.remember();
  }

  finish() {
    const { shown } = this;
    shown.end = Math.max(this.now(), Math.min(shown.start + 1, this.total() || Infinity));
    this.show();
    this.remember();
  }

  async submit() {
    if (this.busy || !this.text.value.trim()) return this.text.focus();
    const { shown } = this;
    this.busy = this.keep.disabled = this.text.readOnly = true;
    try {
      await this.save(shown);
      this.close(shown);
    } catch (error) { // what was typed stays
      this.problem.textContent = this.texts[`failed.${error.code}`] ?? this.texts.failed;
      this.problem.hidden = false;
    } finally {
      this.busy = this.keep.disabled = this.text.readOnly = false;
    }
  }

  close(done = this.shown) {
    this.drafts = this.drafts.filter((draft) => draft !== done);
    this.take();
  }

  // Out of the way, with what was typed.
  fold() {
    this.drafts = this.drafts.filter(typed);
    this.folded = true;
    this.take();
  }

  remember() {
    const { drafts, folded, shown } = this;
    if (shown) Object.assign(shown, { text: this.text.value, collection: this.list.value });
    if (this.place) keep(`shijiao.draft.${this.place}`, drafts.length ? { drafts, folded } : null);
  }

  recall() {
    const { drafts = [], folded = false } = (this.place && kept(`shijiao.draft.${this.place}`)) || {};
    Object.assign(this, { drafts, folded });
    this.take();
  }
}

// Whether a draft holds anything that is not kept elsewhere.
const typed = ({ text, start, edited }) => Boolean(text.trim()) && (text !== edited?.text || start !== edited?.start);
