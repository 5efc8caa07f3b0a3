import { unique } from "../desk/tab.js";
import { absolute, clamp, clock, el, fill } from "../player/dom.js";
import { Ledger } from "./ledger.js";
import { Row } from "./row.js";
import { Screening } from "./screening.js";
import { Steps } from "./steps.js";

const LOOK = 10_000; // ms between two looks at what others changed
const NEAR = 0.5; // seconds from a chapter within which there is no other, and a standard step is that chapter

// The chapters of a recording, beside its player: all of it by keyboard, too.
class Editor {
  constructor(root, data) {
    Object.assign(this, { root, data, texts: data.texts, language: data.language, rows: new Map() });
    this.screening = new Screening({ address: data.play, second: data.second, failed: (told) => this.say(told || data.texts.noPlayer) });
    this.ledger = new Ledger(`shijiao.outline.${data.member}.${data.recording}`, { post: (changes) => this.ask("changes", { changes }), changed: () => this.draw() });
    this.steps = new Steps(this);
    this.state = el("p", { class: "saving", role: "status" });
    this.said = el("p", { class: "said", role: "status" });
    this.now = el("output", { class: "now" });
    this.list = el("ol", { class: "rows", "aria-label": this.texts.chapters });
    this.trouble = el("div", { class: "conflicts" });
    this.offers = el("details", { class: "block offers", hidden: true }, el("summary", {}, this.texts.unused), el("ol"));
    this.past = el("details", { class: "block past" }, el("summary", {}, this.texts.history), el("ol"));
    this.past.addEventListener("toggle", () => { if (this.past.open) this.history(); });
    root.replaceChildren(this.side(), this.paper());
    root.removeAttribute("aria-busy");
    this.gone = new AbortController();
    const { signal } = this.gone;
    for (const kind of ["keydown", "keypress", "keyup"]) // the page's own shortcuts are not for who is typing
      root.addEventListener(kind, (event) => { if (kind === "keydown") this.press(event); if (event.composedPath()[0].matches?.("input, select, textarea")) event.stopPropagation(); });
    addEventListener("keydown", (event) => { if (event.target === document.body) this.press(event); }, { signal }); // nothing has the focus
    addEventListener("online", () => this.ledger.pump(), { signal });
    addEventListener("pagehide", () => this.leave(), { signal });
    document.addEventListener("visibilitychange", () => { if (document.hidden) this.leave(); }, { signal });
    this.timer = setInterval(() => this.look(), LOOK);
    this.clock = setInterval(() => this.tick(), 250);
    this.start();
  }

  tool(label, act, keys, kind = "") {
    const button = el("button", { type: "button", class: kind || false, title: keys || false }, label);
    button.addEventListener("click", act);
    return button;
  }

  side() {
    const { texts } = this;
    return el("div", { class: "side" },
      el("div", { class: "stand" }, this.now, this.tool(texts.back, () => this.nudge(-1), "Alt+←"), this.tool(texts.on, () => this.nudge(1), "Alt+→"),
        this.tool(texts.add, () => this.add(), "Alt+Enter", "main"), this.tool(texts.poster, () => this.poster())),
      this.screening.root, this.said);
  }

  paper() {
    const { texts } = this;
    const keys = el("details", { class: "block keys" }, el("summary", {}, texts.keys), el("dl", {}, ...KEYS.filter(({ says }) => says).flatMap(({ keys: named, says }) => [
      el("dt", {}, ...named.map((key) => el("kbd", {}, key))), el("dd", {}, texts[says])])));
    this.accept = this.tool(texts.acceptAll, () => this.acceptAll(), "Alt+Shift+A");
    this.undone = this.tool(texts.undo, () => this.back(), "Alt+Z");
    return el("div", { class: "paper" },
      el("section", { class: "block" }, el("div", { class: "head" }, el("h2", {}, texts.chapters), this.state),
        el("div", { class: "tools" }, this.accept, this.undone), this.trouble, this.list),
      this.steps.root, this.offers, this.past, keys);
  }

  // -- what the server has

  async start() {
    try {
      const [sheet, steps] = await Promise.all([this.ask("sheet"), this.ask("steps")]);
      this.fresh(sheet);
      this.steps.update(steps);
    } catch (problem) {
      this.list.replaceChildren(el("li", { class: "quiet" }, problem.text ?? this.texts.failed));
      setTimeout(() => { if (!this.gone.signal.aborted) this.start(); }, 4000);
      return;
    }
    this.ledger.pump();
  }

  fresh({ chapters, unused }) {
    this.started = true;
    this.unused = unused;
    this.ledger.take(chapters);
  }

  async ask(what, values) {
    const address = new URL(absolute(`${this.data.address}${what}`));
    const options = values && what !== "version" ? { method: "POST", body: JSON.stringify(values), headers: { "X-Shijiao": "1" } } : {};
    if (options.body) options.keepalive = options.body.length < 60_000;
    else address.search = new URLSearchParams(values);
    const answer = await fetch(address, options);
    const found = await answer.json().catch(() => ({}));
    if (answer.ok) return found;
    const state = { 401: "signedOut", 403: "refused" }[answer.status] ?? (answer.status >= 500 ? "offline" : "refused");
    throw Object.assign(new Error(answer.status), { state, text: this.texts[`bad_${found.facts?.why}`] ?? this.data.failures[found.code] ?? this.texts.failed });
  }

  look() {
    if (document.hidden || this.ledger.count || !this.started) return;
    this.ask("sheet").then((sheet) => { if (!this.ledger.count) this.fresh(sheet); }, () => {});
  }

  // -- drawing

  get chapters() { return this.ledger.chapters; }

  draw() {
    const { ledger, texts } = this;
    const state = ledger.state || (ledger.count ? "saving" : "saved");
    this.state.dataset.state = state;
    this.state.textContent = ledger.state === "refused" && ledger.why ? ledger.why : fill(texts[`all_${state}`], { count: ledger.count });
    if (!this.started) return;
    const { chapters } = this;
    this.place(chapters);
    this.accept.hidden = !chapters.some(({ reason }) => reason);
    this.undone.disabled = !ledger.past.length;
    this.screening.show(chapters.map(({ start, title, step, reason }) => ({ start, title, standard: Boolean(step), suggested: Boolean(reason) })));
    this.steps.draw();
    this.offer();
    this.conflict();
  }

  // Put the rows in order without taking the focus from the one that is written in.
  place(chapters) {
    const focused = this.root.getRootNode().activeElement, held = [...this.rows.values()].find(({ title }) => title === focused);
    const caret = held?.title.selectionStart;
    const gone = new Set(this.rows.keys());
    const rows = chapters.map((point, number) => {
      gone.delete(point.id);
      if (!this.rows.has(point.id)) this.rows.set(point.id, new Row(point.id, this.does));
      const row = this.rows.get(point.id);
      row.show(point, number === 0);
      return row;
    });
    for (const id of gone) this.rows.delete(id);
    const wanted = rows.map(({ root }) => root);
    if (!wanted.length) this.list.replaceChildren(el("li", { class: "quiet" }, this.texts.none));
    else if (wanted.length !== this.list.children.length || wanted.some((root, at) => root !== this.list.children[at])) {
      this.list.replaceChildren(...wanted);
      if (held && this.rows.has(held.id)) { held.title.focus({ preventScroll: true }); held.title.setSelectionRange(caret, caret); }
    }
    if (this.current && !this.rows.has(this.current.id)) this.current = null;
  }

  offer() {
    const { unused = [], texts } = this;
    const free = unused.filter(({ start }) => !this.chapters.some((each) => Math.abs(each.start - start) < 1));
    this.offers.hidden = !free.length;
    this.offers.lastChild.replaceChildren(...free.map((point) => el("li", {}, el("span", {}, `${clock(point.start)}  ${point.title}`),
      this.tool(texts.take, () => this.ledger.edit({ [fresh()]: { ...point, reason: "" } })))));
  }

  conflict() {
    const { ledger, texts } = this;
    const told = JSON.stringify(ledger.conflicts);
    if (told === this.told) return;
    this.told = told;
    const words = (point) => (point ? `${clock(point.start)} ${point.title}` : texts.removed);
    this.trouble.replaceChildren(...Object.entries(ledger.conflicts).map(([id, { mine, theirs }]) => el("section", { role: "alert" },
      el("p", {}, fill(texts.conflict, { theirs: words(theirs), mine: words(mine) })),
      el("div", { class: "tools" }, this.tool(texts.keepMine, () => ledger.resolve(id, true)), this.tool(texts.keepTheirs, () => ledger.resolve(id, false))))));
  }

  tick() {
    if (!this.root.isConnected) return this.close();
    const second = this.screening.now;
    this.now.textContent = clock(second);
    const heard = this.chapters.findLast(({ start }) => start <= second + 0.05)?.id;
    if (heard === this.heard) return;
    this.rows.get(this.heard)?.root.classList.remove("heard");
    this.rows.get(heard)?.root.classList.add("heard");
    this.heard = heard;
  }

  say(text) {
    this.said.textContent = text;
    clearTimeout(this.saying);
    this.saying = setTimeout(() => { this.said.textContent = ""; }, 6000);
  }

  // -- what a trainer does

  get does() {
    const { texts } = this;
    return this.doing ??= {
      texts,
      name: (step) => this.nameOf(step),
      enter: (row) => { this.current?.current(false); this.current = row; row.current(true); },
      typed: (row, title) => {
        const point = this.ledger.at(row.id), clean = title.trim().replace(/\s+/g, " ");
        if (point && clean) this.ledger.edit({ [row.id]: { ...point, title: clean, reason: "" } }, `title ${row.id}`);
      },
      left: (row) => { this.ledger.rest(); row.title.removeAttribute("aria-invalid"); const point = this.ledger.at(row.id); if (point) row.title.value = point.title; },
      play: (row) => this.screening.play(row.point.start),
      acts: [
        { label: texts.accept, keys: "Alt+A", act: (row) => this.change(row, {}), shown: ({ reason }) => reason },
        { label: texts.here, keys: "Alt+H", act: (row) => this.change(row, { start: this.second() }) },
        { label: texts.merge, keys: "Alt+M", act: (row) => this.remove(row, texts.merged), shown: (_point, first) => !first },
        { label: texts.plain, keys: "", act: (row) => this.change(row, { step: "" }), shown: ({ step }) => step },
        { label: texts.remove, keys: "Alt+Delete", act: (row) => this.remove(row, texts.gone) },
      ],
    };
  }

  nameOf(step) {
    const procedure = this.steps.procedures.find(({ name }) => name === step.split("/")[0]);
    return procedure?.steps.find((each) => each.step === step)?.[this.language] ?? step;
  }

  second() { return Math.round(clamp(this.screening.now, 0, this.data.length || Infinity) * 100) / 100; }

  change(row, values) {
    const point = row && this.ledger.at(row.id);
    if (point) this.ledger.edit({ [row.id]: { ...point, ...values, reason: "" } });
  }

  add() {
    const start = this.second(), id = fresh();
    const there = this.chapters.find((each) => Math.abs(each.start - start) < NEAR); // of a double press, too
    if (there) {
      this.rows.get(there.id).focus(there.title === this.texts.newTitle);
      return this.say(fill(this.texts.there, { time: clock(there.start) }));
    }
    this.ledger.edit({ [id]: { start, title: this.texts.newTitle, step: "", reason: "" } });
    const row = this.rows.get(id);
    row.focus(true);
    this.say(fill(this.texts.added, { time: clock(start) }));
  }

  // A standard step where the picture stands: a chapter that begins there is that step from now on.
  here(step) {
    const start = this.second();
    const there = this.chapters.find((each) => Math.abs(each.start - start) < NEAR && !each.step);
    if (there) this.mark(there.id, step);
    else {
      this.ledger.edit({ [fresh()]: { start, title: step[this.language], step: step.step, reason: "" } });
      this.say(fill(this.texts.stepSet, { step: step[this.language], time: clock(start) }));
    }
  }

  mark(id, step) {
    const point = this.ledger.at(id);
    if (!point) return;
    this.ledger.edit({ [id]: { ...point, title: step[this.language], step: step.step, reason: "" } });
    this.say(fill(this.texts.stepSet, { step: step[this.language], time: clock(point.start) }));
  }

  remove(row, told) {
    if (!row || !this.ledger.at(row.id)) return;
    const order = this.chapters.map(({ id }) => id), place = order.indexOf(row.id);
    const focused = row.root.contains(this.root.getRootNode().activeElement);
    this.ledger.edit({ [row.id]: null });
    if (focused) this.rows.get(order[place - 1] ?? order[place + 1])?.focus();
    this.say(told);
  }

  acceptAll() {
    this.ledger.edit(Object.fromEntries(this.chapters.filter(({ reason }) => reason).map(({ id, ...point }) => [id, { ...point, reason: "" }])));
  }

  back() { this.ledger.rest(); if (!this.ledger.undo()) this.say(this.texts.nothing); }
  again() { if (!this.ledger.redo()) this.say(this.texts.nothing); }
  seek(second) { this.screening.seek(second); }
  nudge(seconds) { this.screening.seek(clamp(this.screening.now + seconds, 0, this.data.length || Infinity)); }

  go(step) {
    const order = this.chapters.map(({ id }) => id), place = order.indexOf(this.current?.id) + step;
    this.rows.get(order[clamp(place, 0, order.length - 1)])?.focus();
  }

  // Chapters and what is said of a recording are kept by different routes: this is the other one's.
  async poster() {
    const { angle } = this.screening;
    const start = angle ? Math.max(0, this.screening.now - angle.start) : 0;
    try {
      const address = absolute(this.data.describe);
      const { fields } = await (await fetch(`${address}sheet`)).json();
      const changes = { poster: { before: fields.poster, after: { angle: angle.id, time: start } } };
      const answer = await fetch(`${address}change`, { method: "POST", body: JSON.stringify({ changes }), headers: { "X-Shijiao": "1" } });
      this.say(answer.ok ? fill(this.texts.posterSet, { time: clock(this.screening.now) }) : this.texts.noPoster);
    } catch {
      this.say(this.texts.failed);
    }
  }

  async history() {
    const list = this.past.lastChild, { texts } = this;
    try {
      const { versions } = await this.ask("versions");
      const moment = (at) => new Date(at).toLocaleString(this.data.html, { dateStyle: "medium", timeStyle: "short" });
      list.replaceChildren(...versions.map(({ number, at, who }) => el("li", {}, el("span", {}, moment(at), el("small", {}, who)),
        this.tool(texts.goBack, () => this.goBack(number)))));
      if (!versions.length) list.replaceChildren(el("li", { class: "quiet" }, texts.noHistory));
    } catch (problem) {
      list.replaceChildren(el("li", { class: "quiet" }, problem.text ?? texts.failed));
    }
  }

  // As in an earlier version: a change like any other, so that it can be taken back.
  async goBack(number) {
    try {
      const { chapters } = await this.ask("version", { number });
      const then = Object.fromEntries(chapters.map(({ id, ...point }) => [id, point]));
      const now = Object.fromEntries(this.chapters.map(({ id }) => [id, null]));
      this.ledger.edit({ ...now, ...then });
      this.say(this.texts.wentBack);
    } catch (problem) {
      this.say(problem.text ?? this.texts.failed);
    }
  }

  press(event) {
    if (event.isComposing || event.keyCode === 229) return; // an input method's own keys
    const typing = event.composedPath()[0].matches?.(".rows input") ?? false;
    const found = KEYS.find(({ code, alt = false, shift = false, typed = false }) =>
      [code].flat().includes(event.code) && alt === event.altKey && shift === event.shiftKey && !event.ctrlKey && !event.metaKey && (!typed || typing));
    if (!found) return;
    found.act(this);
    event.preventDefault();
    event.stopPropagation();
  }

  leave() {
    this.ledger.pump();
    fetch(absolute(`${this.data.address}leave`), { method: "POST", body: "{}", headers: { "X-Shijiao": "1" }, keepalive: true }).catch(() => {});
  }

  close() {
    this.gone.abort();
    clearInterval(this.timer);
    clearInterval(this.clock);
    this.screening.close();
    this.leave();
  }
}

const fresh = () => unique().slice(0, 14);

// The keys, and what they do, in the order in which they are explained.
const KEYS = [
  { keys: ["Alt", "Enter"], code: ["Enter", "NumpadEnter"], alt: true, says: "key_add", act: (editor) => editor.add() },
  { keys: ["Alt", "S"], code: "KeyS", alt: true, says: "key_step", act: (editor) => { const step = editor.steps.next(editor.screening.now); if (step) editor.here(step); else editor.say(editor.texts.noStep); } },
  { keys: ["Enter"], code: ["Enter", "NumpadEnter"], typed: true, says: "key_next", act: (editor) => editor.go(1) },
  { keys: ["↓", "↑"], code: "ArrowDown", typed: true, says: "key_move", act: (editor) => editor.go(1) },
  { keys: [], code: "ArrowUp", typed: true, act: (editor) => editor.go(-1) },
  { keys: ["Alt", "A"], code: "KeyA", alt: true, says: "key_accept", act: (editor) => { editor.change(editor.current, {}); editor.go(1); } },
  { keys: ["Alt", "Shift", "A"], code: "KeyA", alt: true, shift: true, says: "key_acceptAll", act: (editor) => editor.acceptAll() },
  { keys: ["Alt", "H"], code: "KeyH", alt: true, says: "key_here", act: (editor) => editor.change(editor.current, { start: editor.second() }) },
  { keys: ["Alt", "M"], code: "KeyM", alt: true, says: "key_merge", act: (editor) => { if (editor.chapters[0]?.id !== editor.current?.id) editor.remove(editor.current, editor.texts.merged); } },
  { keys: ["Alt", "Delete"], code: ["Delete", "Backspace"], alt: true, says: "key_remove", act: (editor) => editor.remove(editor.current, editor.texts.gone) },
  { keys: ["Alt", "J"], code: "KeyJ", alt: true, says: "key_play", act: (editor) => { if (editor.current) editor.screening.play(editor.current.point.start); } },
  { keys: ["Alt", "K"], code: "KeyK", alt: true, says: "key_toggle", act: (editor) => editor.screening.toggle() },
  { keys: ["Alt", "←", "→"], code: "ArrowLeft", alt: true, says: "key_nudge", act: (editor) => editor.nudge(-1) },
  { keys: [], code: "ArrowRight", alt: true, act: (editor) => editor.nudge(1) },
  { keys: ["Alt", "Z"], code: "KeyZ", alt: true, says: "key_undo", act: (editor) => editor.back() },
  { keys: ["Alt", "Y"], code: "KeyY", alt: true, says: "key_redo", act: (editor) => editor.again() },
];

const open = (root, data) => new Editor(root, data);
