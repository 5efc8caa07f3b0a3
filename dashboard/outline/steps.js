import { clock, el, fill } from "../player/dom.js";

// The standard steps of an operation: which are set, which are missing, and a press that sets one where the picture stands.
// `editor`: {texts, language, chapters, here(step), seek(second), mark(chapter, step)}.
export class Steps {
  constructor(editor) {
    this.editor = editor;
    this.procedures = [];
    this.choice = el("select", { "aria-label": editor.texts.procedure });
    this.choice.addEventListener("change", () => { this.chosen = this.choice.value; this.draw(); });
    this.told = el("p", { class: "told", role: "status" });
    this.wrong = el("p", { class: "wrong", role: "alert", hidden: true });
    this.list = el("ol", { "aria-label": editor.texts.steps });
    this.root = el("section", { class: "standard block" }, el("div", { class: "head" }, el("h2", {}, editor.texts.steps), this.choice), this.wrong, this.told, this.list);
  }

  update({ procedures, matched, wrong }) {
    const { texts, language } = this.editor;
    this.procedures = procedures;
    this.matched = matched;
    this.wrong.hidden = !wrong;
    this.wrong.textContent = wrong ? fill(texts.wrong, { what: wrong }) : "";
    this.choice.replaceChildren(el("option", { value: "" }, texts.noProcedure), ...procedures.map((each) => el("option", { value: each.name }, each[language])));
    this.draw();
  }

  // The operation that somebody chose; else that of the steps that are set; else the one that the recording is said to be.
  get procedure() {
    const counts = new Map();
    for (const { step } of this.editor.chapters) if (step) counts.set(step.split("/")[0], (counts.get(step.split("/")[0]) ?? 0) + 1);
    const used = [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
    const name = this.chosen ?? used ?? this.matched;
    return this.procedures.find((each) => each.name === name);
  }

  // The first step, in the operation's order, that comes after those that are set before a second.
  next(second) {
    const steps = this.procedure?.steps ?? [];
    const set = (step) => this.editor.chapters.find((chapter) => chapter.step === step);
    const last = steps.findLastIndex(({ step }) => (set(step)?.start ?? Infinity) <= second);
    return steps.find(({ step }, place) => place > last && !set(step)) ?? steps.find(({ step }) => !set(step));
  }

  draw() {
    const { texts, language, chapters } = this.editor;
    const { procedure } = this;
    this.choice.value = procedure?.name ?? "";
    const steps = procedure?.steps ?? [];
    const set = (step) => chapters.find((chapter) => chapter.step === step);
    const missing = steps.filter(({ step }) => !set(step));
    this.told.textContent = !procedure ? texts.chooseProcedure
      : missing.length ? fill(texts.missing, { set: steps.length - missing.length, all: steps.length, what: missing.slice(0, 4).map((step) => step[language]).join(texts.comma), more: missing.length > 4 ? texts.andMore : "" })
      : fill(texts.complete, { all: steps.length });
    const held = [...this.list.children].findIndex((item) => item.contains(this.list.getRootNode().activeElement));
    this.list.replaceChildren(...steps.map((step, place) => this.item(step, place, set(step.step))));
    this.list.children[held]?.querySelector("button")?.focus({ preventScroll: true }); // what was pressed is another button now
  }

  item(step, place, chapter) {
    const { editor } = this, { texts, language } = editor;
    const name = el("span", { class: "name" }, el("b", {}, String(place + 1)), el("span", {}, step[language]));
    const button = (label, act, kind = "") => {
      const made = el("button", { type: "button", class: kind || false, "aria-label": `${label} · ${step[language]}` }, label);
      made.addEventListener("click", act);
      return made;
    };
    if (chapter) return el("li", { class: "set" }, name, button(clock(chapter.start), () => editor.seek(chapter.start), "time"));
    const likely = editor.chapters.find((each) => !each.step && step.words.some((word) => each.title.includes(word)));
    return el("li", {}, name, el("span", { class: "acts" },
      likely ? button(fill(texts.isThis, { time: clock(likely.start) }), () => editor.mark(likely.id, step)) : "",
      button(texts.stepHere, () => editor.here(step), "main")));
  }
}
