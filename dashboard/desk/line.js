import { clock, el, fill } from "../player/dom.js";

// One sentence: its time, and its text to be written in, over a copy of it that carries the marks.
// `hear(line, what, value)`: "enter", "input", "leave", "play".
export class Line {
  constructor(facts, texts, hear) {
    this.texts = texts;
    this.time = el("button", { type: "button", class: "at", tabindex: "-1" });
    this.under = el("div", { class: "under", "aria-hidden": "true" });
    this.area = el("textarea", { rows: 1, spellcheck: "false", autocomplete: "off", enterkeyhint: "next" });
    this.note = el("span", { class: "note-of" });
    this.root = el("li", {}, this.time, el("div", { class: "text" }, this.under, this.area), this.note);
    this.area.addEventListener("focus", () => hear(this, "enter"));
    this.area.addEventListener("input", () => { this.draw(); hear(this, "input"); });
    this.area.addEventListener("blur", () => hear(this, "leave"));
    this.time.addEventListener("click", () => hear(this, "play"));
    this.take(facts);
  }

  // As the server has it. What is being typed stays.
  take({ start, end, text, low = [], changes = [], edited = false }) {
    const untouched = this.text === undefined || !this.dirty;
    Object.assign(this, { start, end, text, low, changes, edited });
    this.time.replaceChildren(el("time", {}, clock(start)));
    this.time.setAttribute("aria-label", fill(this.texts.playFrom, { time: clock(start) }));
    if (untouched) this.area.value = text;
    this.draw();
  }

  get value() { return this.area.value.split("\n").map((line) => line.trim()).filter(Boolean).join("\n"); }
  get dirty() { return this.value !== this.text; }
  get doubtful() { return !this.edited && (this.low.length > 0 || this.changes.length > 0); }

  draw() {
    const typed = this.area.value;
    const marks = this.text === undefined ? [] : shifted(this.marks(), Array.from(this.text), Array.from(typed));
    this.under.replaceChildren(...pieces(typed, marks), "\u200b");
    const why = marks.map(({ says }) => says).filter(Boolean).join(this.texts.stop);
    this.area.setAttribute("aria-label", [clock(this.start), why].filter(Boolean).join(" · "));
    this.area.title = why;
  }

  marks() {
    const changed = this.changes.map(({ offset, before, after, term }) => ({
      begin: offset, end: offset + Array.from(after).length, kind: "changed", says: fill(this.texts.changed, { before, after, term }),
    }));
    const low = this.low.map(([begin, end]) => ({ begin, end, kind: "low", says: fill(this.texts.low, { words: Array.from(this.text).slice(begin, end).join("") }) }));
    const free = low.filter((one) => !changed.some((other) => one.begin < other.end && other.begin < one.end));
    return [...changed, ...free].sort((one, other) => one.begin - other.begin);
  }

  // state: "", "saving", "saved", "conflict"
  tell(state) {
    this.state = state;
    this.root.dataset.state = state;
    this.note.textContent = state ? this.texts[state] : this.edited ? this.texts.edited : "";
  }

  focus(caret) {
    this.area.focus({ preventScroll: true });
    const at = caret ?? this.area.value.length;
    this.area.setSelectionRange(at, at);
    this.root.scrollIntoView({ block: "nearest" });
  }
}

// Where marks are after something was typed: those before it stay, those behind it move along, those in it are no more.
function shifted(marks, before, after) {
  const most = Math.min(before.length, after.length);
  let begin = 0, tail = 0;
  while (begin < most && before[begin] === after[begin]) begin += 1;
  while (tail < most - begin && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  const growth = after.length - before.length;
  return marks.flatMap((mark) => {
    if (mark.end <= begin) return [mark];
    if (mark.begin >= before.length - tail) return [{ ...mark, begin: mark.begin + growth, end: mark.end + growth }];
    return begin === before.length && !growth ? [mark] : [];
  });
}

function pieces(text, marks) {
  const characters = Array.from(text);
  const made = [];
  let at = 0;
  for (const { begin, end, kind } of marks) {
    made.push(characters.slice(at, begin).join(""), el("mark", { class: kind }, characters.slice(begin, end).join("")));
    at = end;
  }
  return [...made, characters.slice(at).join("")];
}
