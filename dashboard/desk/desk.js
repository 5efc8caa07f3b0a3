import { absolute, el, fill } from "../player/dom.js";
import { Line } from "./line.js";
import { addTerm, conflicts, help, history, replaceMany } from "./panels.js";
import { Queue, near } from "./queue.js";
import { Reel } from "./reel.js";

const LOOK = 10_000; // ms between two looks at what others wrote
const RATES = [0.6, 0.8, 1, 1.25, 1.5];

// The transcript desk: sentences to be written in beside a small player, all of it by keyboard.
class Desk {
  constructor(root, data) {
    Object.assign(this, { root, data, texts: data.texts, lines: [], current: null, seen: "" });
    this.reel = new Reel({ library: data.addresses.library, expired: () => this.renew(), moved: (second) => this.follow(second) });
    this.reel.video.setAttribute("aria-label", data.texts.picture);
    this.queue = new Queue(`shijiao.desk.${data.member}.${data.recording}.${data.track}`, {
      post: async (edits) => (await this.ask("edits", { edits })).results,
      saved: (operation, now) => this.saved(operation, now),
      changed: () => this.drawState(),
    });
    this.keys = KEYS;
    this.list = el("ol", { class: "lines", "aria-label": data.texts.sentences });
    this.state = el("p", { class: "saving", role: "status" });
    this.said = el("p", { class: "said", role: "status" });
    this.trouble = el("div", { class: "conflicts" });
    this.auto = el("input", { type: "checkbox", checked: true });
    this.loop = el("input", { type: "checkbox" });
    this.loop.addEventListener("change", () => { this.reel.loop = this.loop.checked; });
    this.speed = el("select", { "aria-label": data.texts.speed }, ...RATES.map((rate) => el("option", { value: rate, selected: rate === 1 }, `${rate}×`)));
    this.speed.addEventListener("change", () => this.reel.rate(Number(this.speed.value)));
    root.replaceChildren(this.side(), el("div", { class: "paper" }, this.trouble, this.list));
    root.removeAttribute("aria-busy");
    this.gone = new AbortController();
    const { signal } = this.gone;
    for (const kind of ["keydown", "keypress", "keyup"]) // the page's own shortcuts are not for who is typing
      root.addEventListener(kind, (event) => { if (kind === "keydown") this.press(event); event.stopPropagation(); });
    addEventListener("online", () => this.queue.pump(), { signal });
    addEventListener("pagehide", () => this.leave(), { signal });
    document.addEventListener("visibilitychange", () => { if (document.hidden) this.leave(); }, { signal });
    this.timer = setInterval(() => this.look(), LOOK);
    this.alive = setInterval(() => { if (!root.isConnected) this.close(); }, 1000);
    this.start();
  }

  side() {
    const { texts } = this;
    const tool = (label, act, keys) => {
      const button = el("button", { type: "button", class: "tool", title: keys }, label);
      button.addEventListener("click", act);
      return button;
    };
    const check = (box, label) => el("label", { class: "check" }, box, el("span", {}, label));
    return el("div", { class: "side" }, this.reel.root,
      el("div", { class: "how" }, check(this.auto, texts.auto), check(this.loop, texts.loop), this.speed),
      this.state, this.said,
      el("div", { class: "tools" }, tool(texts.nextDoubt, () => this.doubt(1), "Alt+N"), tool(texts.replace, () => replaceMany(this), "Alt+R"),
        tool(texts.glossary, () => addTerm(this), "Alt+G"), tool(texts.history, () => history(this), "Alt+V"), tool(texts.keys, () => help(this), "?")),
      el("p", { class: "legend quiet" }, el("mark", { class: "low" }, texts.legendLow), " ", el("mark", { class: "changed" }, texts.legendChanged)));
  }

  // -- what the server has

  async start() {
    try {
      await this.refresh(true);
    } catch (problem) {
      this.list.replaceChildren(el("li", { class: "quiet" }, problem.text ?? this.texts.failed));
      setTimeout(() => { if (!this.gone.signal.aborted) this.start(); }, 4000);
      return;
    }
    for (const [start, { before, text }] of Object.entries(this.queue.drafts)) {
      const line = this.at(Number(start));
      if (line?.text === before) { line.area.value = text; line.draw(); }
      else this.queue.add({ start: Number(start), end: line?.end ?? Number(start) + 1, before, after: text });
    }
    this.drawState();
    this.queue.pump();
    const first = this.lines.find(({ start, end }) => this.data.second < end && this.data.second >= start - 0.05) ?? this.lines[0];
    if (first && !this.root.querySelector("dialog")) { first.focus(); }
  }

  async ask(what, values) {
    const get = what === "sheet" || what === "history";
    const address = new URL(absolute(`${this.data.address}${what}`));
    const told = { language: this.data.track, ...values };
    if (get) address.search = new URLSearchParams(told);
    const body = get ? undefined : JSON.stringify(told);
    const answer = await fetch(address, get ? {} : { method: "POST", body, headers: { "X-Shijiao": "1" }, keepalive: body.length < 60_000 });
    const found = await answer.json().catch(() => ({}));
    if (answer.ok) return found;
    const state = { 401: "signedOut", 403: "refused" }[answer.status] ?? (answer.status >= 500 ? "offline" : "refused");
    throw Object.assign(new Error(answer.status), { state, text: this.texts[`bad_${found.facts?.why}`] ?? this.data.failures[found.code] ?? this.texts.failed });
  }

  async refresh(whole) {
    const found = await this.ask("sheet", whole ? {} : { seen: this.seen });
    if (found.same) return;
    this.seen = found.seen;
    if (!this.reel.angle && this.data.angle) this.reel.load(`gate/${found.token}/`, this.data.angle).catch(() => {});
    this.token = found.token;
    this.take(found.lines);
  }

  async renew() {
    if (this.renewing) return;
    this.renewing = true;
    try {
      await this.refresh(true);
      await this.reel.load(`gate/${this.token}/`, this.data.angle);
    } catch { /* the next look says why */ }
    setTimeout(() => { this.renewing = false; }, 5000);
  }

  // Take over what the server has; what is being written or sent stays as it is here.
  take(fresh) {
    const before = new Map(this.lines.map((line) => [line.start.toFixed(3), line]));
    const taken = fresh.map((facts) => {
      const key = facts.start.toFixed(3), line = before.get(key);
      before.delete(key);
      if (!line) return new Line(facts, this.texts, (...heard) => this.hear(...heard));
      if (this.queue.of(line.start).length) return line;
      if (line.dirty && facts.text !== line.text) this.queue.add({ start: line.start, end: line.end, before: line.text, after: line.value });
      else { line.take(facts); if (line.state !== "saved") line.tell(""); }
      return line;
    });
    for (const line of before.values()) // no more there: what was being typed into it is not lost
      if (line.dirty) this.queue.add({ start: line.start, end: line.end, before: line.text, after: line.value });
    const same = taken.length === this.lines.length && taken.every((line, place) => line === this.lines[place]);
    this.lines = taken;
    if (same) return;
    const { scrollTop } = this.list;
    const held = this.current, caret = held?.area.selectionStart;
    const focused = held && held.area === this.root.getRootNode().activeElement;
    this.list.replaceChildren(...taken.map(({ root }) => root));
    this.list.scrollTop = scrollTop;
    for (const line of taken) line.tell(line.state ?? "");
    if (focused && taken.includes(held)) held.focus(caret);
    if (!taken.length) this.list.replaceChildren(el("li", { class: "quiet" }, this.texts.none));
  }

  look() {
    if (document.hidden || this.queue.waiting.length || this.root.querySelector("dialog")) return;
    this.refresh(false).catch(() => {});
  }

  // -- writing and saving

  at(start) { return this.lines.find((line) => near(line.start, start)); }

  commit(line = this.current) {
    if (!line?.dirty) return;
    const { start, end, text: before } = line, after = line.value;
    this.lastFix = difference(before, after);
    Object.assign(line, { text: after, edited: true, low: [], changes: [] });
    line.draw();
    line.tell("saving");
    this.queue.add({ start, end, before, after });
  }

  saved(operation, now) {
    const line = this.at(operation.start);
    if (!line || this.queue.of(operation.start).length) return;
    if (!now) { this.drop(line); return; }
    line.take({ ...line, text: now.text, start: now.start, end: now.end });
    line.tell("saved");
  }

  drop(line) {
    const place = this.lines.indexOf(line);
    if (line === this.current) (this.lines[place + 1] ?? this.lines[place - 1])?.focus();
    this.lines.splice(place, 1);
    line.root.remove();
  }

  drawState() {
    const { texts, queue } = this;
    const waiting = queue.waiting.length;
    const state = queue.state || (waiting ? "saving" : "saved");
    this.state.textContent = fill(texts[`all_${state}`], { count: waiting });
    this.state.dataset.state = state;
    for (const { start, conflict } of queue.operations) this.at(start)?.tell(conflict ? "conflict" : "saving");
    const told = JSON.stringify(queue.conflicts);
    if (told !== this.told) this.trouble.replaceChildren(...conflicts(this));
    this.told = told;
  }

  leave() {
    this.commit();
    fetch(absolute(`${this.data.address}leave`), { method: "POST", body: JSON.stringify({ language: this.data.track }), headers: { "X-Shijiao": "1" }, keepalive: true }).catch(() => {});
  }

  // -- moving about

  hear(line, what) {
    if (what === "enter") {
      if (this.current === line) return;
      this.current?.root.removeAttribute("aria-current");
      this.current = line;
      line.root.setAttribute("aria-current", "true");
      if (this.auto.checked && this.begun) this.reel.play(line.start, line.end);
    }
    if (what === "input") this.queue.draft(line.start, line.dirty ? { before: line.text, text: line.area.value } : null);
    if (what === "leave") this.commit(line);
    if (what === "play") { this.begun = true; line.focus(); this.reel.play(line.start, line.end); }
  }

  go(step) {
    const place = this.lines.indexOf(this.current) + step;
    this.begun = true;
    this.commit();
    this.lines[Math.min(this.lines.length - 1, Math.max(0, place))]?.focus(0);
  }

  doubt(step) {
    const from = this.lines.indexOf(this.current);
    const here = this.current;
    if (step > 0 && here?.doubtful && !here.dirty && !this.selection()) return this.mark(here);
    const ahead = step > 0 ? this.lines.slice(from + 1) : this.lines.slice(0, Math.max(0, from)).reverse();
    const found = ahead.find(({ doubtful }) => doubtful);
    this.begun = true;
    this.commit();
    if (!found) return this.say(this.texts.noDoubt);
    this.mark(found);
  }

  // Select what is in doubt: what is typed next takes its place.
  mark(line) {
    const first = line.marks().find(({ kind }) => kind === "low") ?? line.marks()[0];
    line.focus();
    line.area.setSelectionRange(units(line.text, first.begin), units(line.text, first.end));
  }

  follow(second) {
    const heard = this.lines.findLast(({ start }) => start <= second + 0.05);
    if (heard === this.heard) return;
    this.heard?.root.classList.remove("heard");
    this.heard = heard;
    heard?.root.classList.add("heard");
  }

  selection() {
    const { area } = this.current ?? {};
    return area ? area.value.slice(area.selectionStart, area.selectionEnd) : "";
  }

  say(text) {
    this.said.textContent = text;
    clearTimeout(this.saying);
    this.saying = setTimeout(() => { this.said.textContent = ""; }, 4000);
  }

  press(event) {
    if (event.isComposing || event.keyCode === 229 || this.root.querySelector("dialog")) return; // an input method's own keys
    const typing = event.target === this.current?.area;
    const found = this.keys.find(({ code, alt = false, shift = false, typed = false }) =>
      [code].flat().includes(event.code) && alt === event.altKey && shift === event.shiftKey && !event.ctrlKey && !event.metaKey && (!typed || typing));
    const asked = event.key === "?" && !/TEXTAREA|INPUT|SELECT/.test(event.target.tagName);
    if (!found && !asked) return;
    const done = asked ? help(this) : found.act(this, event);
    if (done !== false) event.preventDefault();
  }

  close() {
    this.commit();
    this.gone.abort();
    clearInterval(this.timer);
    clearInterval(this.alive);
    this.reel.close();
    this.leave();
  }
}

const edge = (area, last) => {
  const rest = last ? area.value.slice(area.selectionEnd) : area.value.slice(0, area.selectionStart);
  return area.selectionStart === area.selectionEnd && rest === "";
};

// The keys, and what they do, in the order in which they are explained.
const KEYS = [
  { keys: ["Enter"], code: ["Enter", "NumpadEnter"], typed: true, says: "key_next", act: (desk) => desk.go(1) },
  { keys: ["Shift", "Enter"], code: ["Enter", "NumpadEnter"], shift: true, typed: true, says: "key_before", act: (desk) => desk.go(-1) },
  { keys: ["↓", "↑"], code: "ArrowDown", typed: true, says: "key_edge", act: (desk) => edge(desk.current.area, true) && desk.go(1) },
  { keys: [], code: "ArrowUp", typed: true, act: (desk) => edge(desk.current.area, false) && desk.go(-1) },
  { keys: ["Alt", "J"], code: "KeyJ", alt: true, says: "key_again", act: (desk) => { desk.begun = true; if (desk.current) desk.reel.play(desk.current.start, desk.current.end); } },
  { keys: ["Alt", "K"], code: "KeyK", alt: true, says: "key_play", act: (desk) => { desk.begun = true; desk.reel.toggle(desk.current?.start, desk.current?.end); } },
  { keys: ["Alt", "L"], code: "KeyL", alt: true, says: "key_loop", act: (desk) => desk.loop.click() },
  { keys: ["Alt", "N"], code: "KeyN", alt: true, says: "key_doubt", act: (desk) => desk.doubt(1) },
  { keys: ["Alt", "B"], code: "KeyB", alt: true, says: "key_doubtBefore", act: (desk) => desk.doubt(-1) },
  { keys: ["Esc"], code: "Escape", typed: true, says: "key_restore", act: (desk) => { const { current } = desk; current.area.value = current.text; current.draw(); desk.queue.draft(current.start, null); } },
  { keys: ["Alt", "R"], code: "KeyR", alt: true, says: "key_replace", act: replaceMany },
  { keys: ["Alt", "G"], code: "KeyG", alt: true, says: "key_term", act: addTerm },
  { keys: ["Alt", "V"], code: "KeyV", alt: true, says: "key_history", act: history },
  { keys: ["Alt", "Z"], code: "KeyZ", alt: true, says: "key_undo", act: (desk) => undoLast(desk) },
  { keys: ["Alt", "C"], code: "KeyC", alt: true, says: "key_conflict", act: (desk) => desk.trouble.querySelector("button")?.focus() },
  { keys: ["Alt", "/", "?"], code: "Slash", alt: true, says: "key_help", act: help },
];

async function undoLast(desk) {
  desk.commit();
  await desk.queue.pump();
  try {
    const { edits } = await desk.ask("history");
    const undone = [];
    const last = edits.find(({ before, after, reason }) => {
      if (reason === "undo") { undone.push(`${after}\n${before}`); return false; }
      const place = undone.indexOf(`${before}\n${after}`);
      if (place >= 0) undone.splice(place, 1);
      return place < 0;
    });
    if (!last) return desk.say(desk.texts.noEdits);
    await desk.ask("undo", { at: last.at });
    await desk.refresh(true);
    desk.say(desk.texts.done);
  } catch (problem) {
    desk.say(problem.text ?? desk.texts.failed);
  }
}

function difference(before, after) {
  const one = Array.from(before), other = Array.from(after);
  const most = Math.min(one.length, other.length);
  let begin = 0, tail = 0;
  while (begin < most && one[begin] === other[begin]) begin += 1;
  while (tail < most - begin && one.at(-1 - tail) === other.at(-1 - tail)) tail += 1;
  return { before: one.slice(begin, one.length - tail).join(""), after: other.slice(begin, other.length - tail).join("") };
}

const units = (text, characters) => Array.from(text).slice(0, characters).join("").length;

const open = (root, data) => new Desk(root, data);
