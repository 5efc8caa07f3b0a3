import { toClipboard } from "../front/clipboard.js";
import { Changes } from "./changes.js";
import { clock, el, icon } from "./dom.js";
import { lastBefore } from "./storyboard.js";

const FOLLOW_PAUSE = 6000; // ms for which the list is left alone after the reader scrolled it

// What was said, beside the picture: follows it, seeks it, can be sifted and linked to.
export class TranscriptList {
  constructor(seek, undo) {
    this.seek = seek;
    this.changes = new Changes(undo, (text) => this.tell(text));
    this.sentences = [];
    this.current = -1;
    this.touchedAt = -Infinity;
    this.filter = el("input", { type: "search", autocomplete: "off" });
    this.about = el("p", { class: "about", hidden: true });
    this.list = el("ol");
    this.empty = el("p", { class: "empty" });
    this.said = el("p", { class: "said", role: "status" });
    this.root = el("section", { class: "transcript" }, el("div", { class: "top" }, this.filter),
      this.about, this.list, this.empty, this.said);
    this.filter.addEventListener("input", () => this.sift());
    for (const touch of ["wheel", "touchmove", "pointerdown"])
      this.list.addEventListener(touch, () => { this.touchedAt = performance.now(); }, { passive: true });
    this.list.addEventListener("click", (event) => this.click(event));
  }

  update(data) {
    this.texts = data.texts;
    this.recording = data.recording;
    this.filter.placeholder = data.texts.filter;
    this.filter.setAttribute("aria-label", data.texts.filter);
    for (const { copy } of this.sentences) copy.setAttribute("aria-label", data.texts.copy);
    this.changes.update(data);
    this.sift();
  }

  explain(about) {
    this.about.textContent = about;
    this.about.hidden = !about;
  }

  fill(cues) {
    const held = this.sentences.findIndex(({ item }) => item.contains(this.root.getRootNode().activeElement));
    const { scrollTop } = this.list;
    this.current = -1;
    this.sentences = cues.map((cue) => {
      const text = cue.getCueAsHTML().textContent;
      const time = clock(cue.startTime);
      const seek = el("button", { type: "button", class: "seek", "aria-label": `${time} ${text}` }, el("time", {}, time));
      const said = el("span", { class: "words" });
      const line = el("div", { class: "sentence" }, seek, said);
      const copy = el("button", { type: "button", class: "copy", "aria-label": this.texts.copy, title: this.texts.copy }, icon("link"));
      return { start: cue.startTime, end: cue.endTime, text, seek, said, copy, item: el("li", {}, line, copy) };
    });
    this.changes.draw(this.sentences);
    this.list.replaceChildren(...this.sentences.map(({ item }) => item));
    this.list.scrollTop = scrollTop;
    this.sift();
    if (!this.sentences[held]) return;
    this.touchedAt = performance.now(); // whoever is at work in it is not to be moved away
    this.sentences[held].seek.focus();
  }

  sift() {
    const wanted = this.filter.value.trim().toLowerCase();
    let shown = 0;
    for (const { item, text } of this.sentences) {
      item.hidden = !text.toLowerCase().includes(wanted);
      shown += !item.hidden;
    }
    this.empty.hidden = shown > 0;
    this.empty.textContent = this.sentences.length ? this.texts.noMatch : this.texts.none;
    this.filter.hidden = !this.sentences.length;
  }

  click(event) {
    const pressed = event.target.closest(".sentence, .copy");
    const sentence = pressed && this.sentences.find(({ item }) => item.contains(pressed));
    if (!sentence) return;
    if (pressed.className === "copy") return this.copyLink(sentence);
    this.touchedAt = -Infinity;
    this.seek(sentence.start);
  }

  async copyLink({ start }) {
    const address = new URL(document.baseURI);
    address.search = new URLSearchParams({ r: this.recording, t: String(Math.floor(start * 10) / 10) });
    address.hash = "";
    await toClipboard(address.href, this.said);
    this.tell(this.texts.copied);
  }

  tell(text) {
    this.said.textContent = text;
    clearTimeout(this.telling);
    this.telling = setTimeout(() => { this.said.textContent = ""; }, 2500);
  }

  // The sentence being said, or the last one said in a pause.
  follow(second) {
    const found = lastBefore(this.sentences, second + 0.05, ({ start }) => start);
    if (found === this.current) return;
    this.sentences[this.current]?.item.removeAttribute("aria-current");
    this.current = found;
    const item = this.sentences[found]?.item;
    if (!item) return;
    item.setAttribute("aria-current", "true");
    if (item.hidden || performance.now() - this.touchedAt < FOLLOW_PAUSE) return;
    const above = item.offsetTop - this.list.offsetTop;
    this.list.scrollTo({ top: above - (this.list.clientHeight - item.offsetHeight) / 2, behavior: "smooth" });
  }
}
