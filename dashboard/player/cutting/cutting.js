import { absolute, clock, el, fill } from "../dom.js";
import { Draft } from "./draft.js";
import { written } from "./moments.js";

const RUN_UP = 4; // seconds before a cut from which it is played across

// The editor of cuts, beside the film. Each change is kept at once, for it may be a face that nobody should see; it can
// be taken back as often as there were changes. The film is seen with what is cut, or as viewers see it.
export class Cutting {
  constructor(player, root) {
    this.player = player;
    this.whole = true;
    this.told = { cuts: [], effective: [], ends: {}, left: 0, whole: 0 };
    this.before = [];
    const { sync } = player;
    this.draft = new Draft({
      now: () => sync.now, total: () => this.told.whole || sync.total, seek: (second) => player.seek(second), cut: (range) => this.cut(range),
    });
    this.sum = el("p", { class: "sum" });
    this.shows = el("input", { type: "checkbox", role: "switch" });
    this.showsLabel = el("span");
    this.list = el("ol");
    this.empty = el("p", { class: "empty" });
    this.undo = el("button", { type: "button", class: "plain undo" });
    this.state = el("p", { class: "state", role: "status" });
    this.rounding = el("p", { class: "by" });
    this.shows.addEventListener("change", () => this.look(this.shows.checked));
    this.undo.addEventListener("click", () => this.takeBack());
    this.keys = { i: () => this.draft.set("start"), o: () => this.draft.set("end") };
    player.root.append(el("style", {}, CUTTING_STYLE));
    root.replaceChildren(
      el("div", { class: "head" }, this.sum, el("label", { class: "shows" }, this.shows, this.showsLabel)), this.draft.root,
      el("div", { class: "kept" }, this.state, this.undo), this.list, this.empty, this.rounding);
  }

  // What Python handed over, as the film is to be seen now.
  seen(data) {
    this.data = data;
    const { whole } = this;
    const angles = whole ? data.angles : data.angles.map((angle) => ({ ...angle, duration: Math.min(angle.duration, this.told.ends[angle.id] ?? Infinity) }));
    return { ...data, whole, angles: angles.filter(({ duration }) => duration > 0), cuts: this.told.effective, base: whole ? data.base : data.cutting.base };
  }

  update() {
    const { cutting, recording } = this.data;
    const another = recording !== this.recording;
    this.recording = recording;
    this.texts = cutting.texts;
    this.draft.update(this.texts, `${cutting.member}.${recording}`);
    this.showsLabel.textContent = this.texts.shows;
    this.undo.textContent = this.texts.undo;
    this.empty.textContent = this.texts.none;
    this.rounding.textContent = this.texts.rounding;
    if (another) this.load();
    else this.draw();
  }

  // -- what is kept

  async ask(method, wish) {
    const headers = { "X-Shijiao": "1", "Content-Type": "application/json" };
    const answer = await fetch(absolute(`${this.data.cutting.address}?lang=${this.data.cutting.lang}`), { method, headers, body: wish && JSON.stringify(wish) });
    const told = await answer.json().catch(() => ({}));
    if (!answer.ok) throw Object.assign(new Error(told.message ?? answer.status), { code: told.code ?? "error" });
    return told;
  }

  async load() {
    this.tell("loading");
    try {
      this.adopt(await this.ask("GET"));
      this.tell(this.told.cuts.length ? "saved" : "");
    } catch (error) { this.fail(error); }
  }

  // Keep these cuts instead of those that are there; true: they are.
  async put(cuts) {
    if (this.busy) return false;
    this.busy = true;
    this.tell("saving");
    this.draw();
    try {
      const told = await this.ask("POST", { lang: this.data.cutting.lang, instead_of: this.told.cuts.map(({ id }) => id), cuts });
      if (told.conflict) this.before = [];
      this.adopt(told);
      this.tell(told.conflict ? "conflict" : "saved");
      return !told.conflict;
    } catch (error) {
      this.fail(error);
      return false;
    } finally {
      this.busy = false;
      this.draw();
    }
  }

  async change(cuts) {
    const before = this.told.cuts;
    const kept = await this.put(cuts);
    if (kept) this.before.push(before);
    this.draw();
    return kept;
  }

  async cut(range) {
    const others = this.told.cuts.filter(({ id }) => id !== range.id);
    if (await this.change([...others, range])) this.draft.empty();
  }

  async takeBack() {
    const before = this.before.at(-1);
    if (before && await this.put(before)) this.before.pop();
    this.draw();
  }

  adopt(told) {
    this.told = told;
    this.show();
  }

  tell(state) {
    this.state.textContent = state ? this.texts[state] : "";
    this.state.dataset.state = state;
  }

  fail(error) {
    const { failures } = this.data.cutting;
    this.state.textContent = error.code === "input" ? this.texts.refused : failures[error.code] ?? this.texts.failed;
    this.state.dataset.state = "failed";
  }

  // -- how the film is seen

  // With what is cut, or as viewers see it. What viewers get is another film, which has to be fetched.
  look(whole, second = this.player.sync.now) {
    this.whole = whole;
    this.show(second);
    this.draw();
  }

  show(second = this.player.sync.now) {
    const { player } = this;
    const { base } = player.data;
    player.data = this.seen(this.data);
    player.sync.cuts.use(player.data.cuts, !this.whole);
    player.adopt();
    if (!this.whole || base !== player.data.base) player.reload(second);
    player.bar.update();
    this.draw();
  }

  across({ from, to }) {
    this.look(false, Math.max(0, Math.min(from - RUN_UP, from === 0 ? to : from)));
    this.player.play();
  }

  // -- what is drawn

  draw() {
    const { texts, told } = this;
    this.shows.checked = this.whole;
    this.sum.textContent = told.whole ? fill(texts.sum, { left: clock(told.left), whole: clock(told.whole) }) : "";
    this.undo.hidden = !this.before.length;
    this.undo.disabled = Boolean(this.busy);
    this.empty.hidden = told.cuts.length > 0;
    this.rounding.hidden = !told.cuts.length;
    const focused = this.list.contains(this.root?.activeElement) && this.root.activeElement;
    const again = focused && [focused.closest("li").dataset.id, focused.dataset.act];
    this.list.replaceChildren(...told.cuts.map((cut) => this.item(cut)));
    if (again) this.list.querySelector(`li[data-id="${CSS.escape(again[0])}"] [data-act="${again[1]}"]`)?.focus();
  }

  get root() { return this.list.getRootNode(); }

  item(cut) {
    const { texts } = this;
    const wide = this.told.effective.find(({ from, to }) => from <= cut.start + 0.05 && cut.end - 0.05 <= to) ?? { from: cut.start, to: cut.end };
    const range = fill(texts.range, { from: written(cut.start), to: written(cut.end) });
    const button = (act, press) => {
      const made = el("button", { type: "button", class: "plain", "data-act": act, "aria-label": `${texts[act]} ${range}` }, texts[act]);
      made.disabled = Boolean(this.busy);
      made.addEventListener("click", press);
      return made;
    };
    const seek = el("button", { type: "button", class: "goes", "data-act": "seek" }, range);
    seek.addEventListener("click", () => { if (this.whole) this.player.seek(cut.start); else this.across(wide); });
    const skips = fill(texts.skips, { from: clock(wide.from), to: clock(wide.to), seconds: String(Math.round(wide.to - wide.from)) });
    return el("li", { "data-id": cut.id },
      el("div", { class: "head-of" }, seek, cut.reason ? el("span", { class: "because" }, cut.reason) : ""),
      el("p", { class: "by" }, [skips, cut.author].filter(Boolean).join(" · ")),
      el("div", { class: "acts" }, button("across", () => this.across(wide)),
        button("edit", () => this.draft.fill(cut)), button("remove", () => this.change(this.told.cuts.filter(({ id }) => id !== cut.id)))));
  }
}
