import { absolute, el, fill } from "./dom.js";

const PATIENCE = 8000; // ms after which an undo that nothing came of is told

// What the glossary changed in the sentences: marked in its place, explained on demand, taken back in one press.
// `undo(change)` asks for that; `tell(text)` says how it went.
export class Changes {
  constructor(undo, tell) {
    this.undo = undo;
    this.tell = tell;
    this.address = "";
    this.found = [];
    this.sentences = [];
    this.pending = null;
  }

  async update(data) {
    this.texts = data.texts;
    this.editable = data.editable;
    if (data.changes === this.address) return;
    this.address = data.changes;
    let found = [];
    try {
      const answer = this.address ? await fetch(absolute(data.changes)) : null;
      if (answer?.ok) found = await answer.json();
    } catch { /* the words can be read without their marks */ }
    if (data.changes !== this.address) return;
    this.found = found;
    this.draw(this.sentences);
    if (this.pending && !found.some((change) => same(change, this.pending.change))) this.settle(this.texts.undone);
  }

  // Write the sentences' texts, {text, said, item, seek} each, with what was changed in them.
  draw(sentences) {
    this.sentences = sentences;
    this.panel?.remove();
    this.panel = this.open = null;
    for (const [number, { text, said }] of sentences.entries())
      said.replaceChildren(...this.pieces(text, this.found.filter(({ segment }) => segment === number)));
  }

  pieces(text, changes) {
    const characters = Array.from(text);
    const pieces = [];
    let at = 0;
    for (const change of changes.sort((a, b) => a.offset - b.offset)) {
      const end = change.offset + Array.from(change.after).length;
      // An older list than the words it is laid over marks nothing.
      if (change.offset < at || characters.slice(change.offset, end).join("") !== change.after) continue;
      const mark = el("button", { type: "button", class: "changed", "aria-expanded": "false" }, change.after);
      mark.setAttribute("aria-label", fill(this.texts.changed, change));
      mark.title = fill(this.texts.changed, change);
      mark.addEventListener("click", (event) => { event.stopPropagation(); this.toggle(mark, change); });
      pieces.push(characters.slice(at, change.offset).join(""), mark);
      at = end;
    }
    return [...pieces, characters.slice(at).join("")];
  }

  toggle(mark, change) {
    const again = this.open === mark;
    this.close();
    if (again) return;
    const { texts } = this;
    const undo = el("button", { type: "button", class: "undo" }, texts.undo);
    undo.addEventListener("click", () => this.take(change, undo));
    this.panel = el("div", { class: "why" },
      el("p", {}, el("del", {}, change.before), " → ", el("ins", {}, change.after)),
      el("p", { class: "because" }, fill(change.alike ? texts.alike : texts.similar, change)),
      ...(this.editable ? [undo] : []));
    this.panel.addEventListener("keydown", (event) => this.leave(event, mark));
    mark.onkeydown = (event) => this.leave(event, mark);
    mark.setAttribute("aria-expanded", "true");
    this.open = mark;
    mark.closest("li").append(this.panel);
    this.panel.scrollIntoView({ block: "nearest" });
  }

  leave(event, mark) {
    if (event.key !== "Escape" || !this.panel) return;
    event.stopPropagation();
    this.close();
    mark.focus();
  }

  close() {
    this.panel?.remove();
    this.open?.setAttribute("aria-expanded", "false");
    this.panel = this.open = null;
  }

  take(change, button) {
    if (this.pending) return;
    button.setAttribute("aria-disabled", "true"); // `disabled` would lose the focus
    this.pending = { change, button, timer: setTimeout(() => this.settle(this.texts.undoFailed), PATIENCE) };
    const { before, after, start } = change;
    this.undo({ before, after, start, segment: change.segment, offset: change.offset });
  }

  settle(text) {
    clearTimeout(this.pending.timer);
    this.pending.button.removeAttribute("aria-disabled");
    this.pending = null;
    this.tell(text);
  }
}

const same = (one, other) => one.before === other.before && one.after === other.after && Math.abs(one.start - other.start) < 0.01;
