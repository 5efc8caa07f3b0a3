import { toClipboard } from "../../front/clipboard.js";
import { absolute, clock, el, fill } from "../dom.js";
import { ask } from "./asking.js";
import { Composer } from "./composer.js";
import { keep, kept } from "../../front/drafts.js";
import { twice } from "../../front/twice.js";

const NEAR = 1; // seconds from a bookmark within which there is no second one

// One's own notes, bookmarks and clips, and everybody's questions with their answers, in the order of the timeline.
export class Notes {
  constructor(player, root) {
    this.player = player;
    this.root = root;
    this.marks = [];
    this.clips = [];
    this.place = ""; // whose drafts are kept here, and of which recording
    this.answers = {}; // that are being written, by the id of their question
    this.forms = {}; // in which they are
    this.may = { note: false, answer: false };
    this.composer = new Composer({ now: () => player.sync.now, total: () => player.sync.total, save: (wish) => this.save(wish), bookmark: (second) => this.bookmark(second) });
    this.list = el("ol");
    this.empty = el("p", { class: "empty" });
    this.said = el("p", { class: "said", role: "status" });
    root.replaceChildren(this.composer.root, this.list, this.empty, this.said);
  }

  update(data) {
    const another = data.recording !== this.recording;
    const words = data.beside.texts !== this.texts && JSON.stringify(data.beside.texts) !== JSON.stringify(this.texts);
    this.recording = data.recording;
    this.texts = data.beside.texts;
    if (another) this.place = "";
    this.composer.update(this.texts, this.place, this.may);
    if (words) this.forms = {};
    if (another) this.refresh();
    else if (words) this.draw();
  }

  async refresh() {
    try {
      const told = await ask("GET", `${this.recording}/marks`);
      Object.assign(this, { marks: told.marks, clips: told.clips, may: told.may });
      this.recall(`${told.member}.${this.recording}`);
      this.composer.update(this.texts, this.place, this.may);
      this.composer.lists(told.collections);
      this.draw();
    } catch {
      if (!this.list.children.length) this.tellEmpty(this.texts.failed);
    }
  }

  recall(place) {
    if (place === this.place) return;
    Object.assign(this, { place, answers: kept(`shijiao.answers.${place}`) ?? {}, forms: {} });
  }

  begin(kind, second) {
    if (!this.may.note) return;
    if (kind === "bookmark") this.bookmark(second);
    else this.composer.open(kind, second);
  }

  async save({ kind, start, end, edited, text, collection }) {
    if (kind === "clip") await ask("POST", `${this.recording}/clips`, { start, end, name: text, collection });
    else if (edited) await ask("PUT", `${this.recording}/marks/${edited.id}`, { start, text });
    else await ask("POST", `${this.recording}/marks`, { kind, start, text });
    await this.refresh();
    this.tell(this.texts.saved);
  }

  async bookmark(second) {
    if (this.bookmarking) return;
    const there = this.marks.find(({ kind, start }) => kind === "bookmark" && Math.abs(start - second) < NEAR);
    if (there) return this.tell(fill(this.texts.bookmarked, { time: clock(there.start) }));
    this.bookmarking = true;
    await this.attempt(async () => {
      await ask("POST", `${this.recording}/marks`, { kind: "bookmark", start: second, text: "" });
      this.tell(fill(this.texts.bookmarked, { time: clock(second) }));
    });
    this.bookmarking = false;
  }

  async attempt(act) {
    try {
      await act();
      await this.refresh();
    } catch (error) {
      this.tell(this.texts[`failed.${error.code}`] ?? this.texts.failed);
    }
  }

  draw() {
    const tops = this.marks.filter(({ kind }) => kind !== "answer").map((mark) => ({ ...mark, draw: () => this.mark(mark) }));
    const clips = this.clips.map((clip) => ({ ...clip, draw: () => this.clip(clip) }));
    const typing = this.root.getRootNode().activeElement; // perhaps in an answer, whose form is put into the new list
    const items = [...tops, ...clips].sort((one, two) => one.start - two.start).map((each) => each.draw());
    this.list.replaceChildren(...items);
    if (this.list.contains(typing)) typing.focus({ preventScroll: true });
    this.player.bar.scrubber.pin(this.marks.filter(({ kind }) => kind === "teaching_point"));
    this.tellEmpty(items.length ? "" : this.texts.none);
  }

  tellEmpty(text) {
    this.empty.textContent = text;
    this.empty.hidden = !text;
  }

  item(each, kind, ...content) {
    const label = kind === "clip" ? `${clock(each.start)}–${clock(each.end)}` : clock(each.start);
    const seek = el("button", { type: "button", class: "seek", "aria-label": fill(this.texts.playFrom, { time: label }) }, el("time", {}, label));
    seek.addEventListener("click", () => { this.player.seek(each.start); this.player.play(); });
    return el("li", { class: `of-${kind}`, "data-id": each.id }, el("p", { class: "head-of" }, seek, el("span", { class: "sort" }, this.texts[kind])), ...content);
  }

  mark(mark) {
    const acts = el("p", { class: "acts" });
    if (mark.mine && mark.kind !== "bookmark") acts.append(this.button("edit", () => this.composer.open(mark.kind, mark.start, mark)));
    if (mark.erasable) acts.append(this.erase(() => ask("DELETE", `${this.recording}/marks/${mark.id}`)));
    const body = mark.text ? [el("p", { class: "body" }, mark.text)] : [];
    if (mark.kind === "teaching_point") body.unshift(el("p", { class: "by" }, [mark.author, mark.institution].filter(Boolean).join(" · ")));
    if (mark.kind !== "question") return this.item(mark, mark.kind, ...body, acts);
    const answers = this.marks.filter(({ reply_to: to }) => to === mark.id).map((answer) => {
      const own = el("p", { class: "acts" });
      if (answer.erasable) own.append(this.erase(() => ask("DELETE", `${this.recording}/marks/${answer.id}`)));
      return el("div", { class: "answer" }, el("p", { class: "by" }, fill(this.texts.answers, { name: answer.author })), el("p", { class: "body" }, answer.text), own);
    });
    const item = this.item(mark, "question", el("p", { class: "by" }, mark.mine ? this.texts.me : mark.author), ...body, ...answers);
    if (this.may.answer) acts.prepend(this.button("answer", () => this.reply(item, mark)));
    else if (!answers.length) item.append(el("p", { class: "by" }, this.texts.waiting));
    item.append(acts);
    if (this.may.answer && mark.id in this.answers) item.append(this.form(mark));
    return item;
  }

  reply(item, question) {
    this.answers[question.id] ??= "";
    const form = this.form(question);
    if (!form.isConnected) item.append(form);
    form.querySelector("textarea").focus();
  }

  form(question) { return (this.forms[question.id] ??= this.answering(question)); }

  answering(question) {
    const field = el("textarea", { rows: "3", maxlength: "4000", "aria-label": this.texts.answer, placeholder: this.texts.answerHint });
    const send = el("button", { type: "submit", class: "keep" }, this.texts.send);
    const cancel = el("button", { type: "button", class: "plain" }, this.texts.cancel);
    const form = el("form", {}, field, el("p", { class: "acts" }, send, cancel));
    const done = () => { delete this.answers[question.id]; delete this.forms[question.id]; form.remove(); this.remember(); };
    field.value = this.answers[question.id];
    field.addEventListener("input", () => { this.answers[question.id] = field.value; this.remember(); });
    cancel.addEventListener("click", done);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (send.disabled || !field.value.trim()) return;
      send.disabled = field.readOnly = true;
      await this.attempt(async () => {
        await ask("POST", `${this.recording}/marks`, { kind: "answer", start: question.start, text: field.value, reply_to: question.id });
        done();
        this.tell(this.texts.saved);
      });
      send.disabled = field.readOnly = false;
    });
    return form;
  }

  remember() {
    const typed = Object.entries(this.answers).filter(([, text]) => text.trim());
    keep(`shijiao.answers.${this.place}`, typed.length ? Object.fromEntries(typed) : null);
  }

  clip(clip) {
    const acts = el("p", { class: "acts" }, this.button("copyLink", () => this.copy(clip)), this.erase(() => ask("DELETE", `${this.recording}/clips/${clip.id}`)));
    const body = el("p", { class: "body" }, clip.name, clip.collection ? el("span", { class: "sort" }, clip.collection) : "");
    return this.item(clip, "clip", body, acts);
  }

  button(name, act) {
    const button = el("button", { type: "button", class: "plain" }, this.texts[name]);
    button.addEventListener("click", act);
    return button;
  }

  erase(act) { return twice({ label: this.texts.erase, sure: this.texts.sure, act: () => this.attempt(act), look: "plain" }); }

  async copy({ start, end }) {
    const address = new URL(absolute("."));
    const second = (number) => String(Math.round(number * 10) / 10);
    address.search = new URLSearchParams({ r: this.recording, t: second(start), to: second(end) });
    await toClipboard(address.href, this.said);
    this.tell(this.texts.copied);
  }

  tell(text) {
    this.said.textContent = text;
    clearTimeout(this.telling);
    this.telling = setTimeout(() => { this.said.textContent = ""; }, 2500);
  }
}
