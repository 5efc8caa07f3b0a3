import { ChapterList } from "./chapters.js";
import { absolute, el } from "./dom.js";
import { Tabs } from "./tabs.js";
import { TranscriptList } from "./transcript.js";

// What stands beside the picture. Transcript and chapters come with the player; the member's own notes, the questions
// and what is known of the recording are fetched once the first picture is there, or when somebody wants them.
export class Side {
  constructor(player) {
    this.player = player;
    this.marks = true; // notes and bookmarks can be set
    const go = (second) => { player.seek(second); player.play(); };
    this.transcript = new TranscriptList(go, (change) => player.ask("undo", change));
    this.chapters = new ChapterList(go);
    this.mine = el("section", { class: "mine" }, el("p", { class: "empty" }));
    this.about = el("section", { class: "known", tabindex: "0" }, el("p", { class: "empty" }));
    this.cuts = el("section", { class: "cutting" }, el("p", { class: "empty" }));
    const wanted = () => this.fetch();
    this.tabs = new Tabs({
      cuts: { root: this.cuts },
      transcript: { root: this.transcript.root }, chapters: { root: this.chapters.root },
      mine: { root: this.mine, opened: () => { this.fetch().then((beside) => beside?.refresh()); } }, about: { root: this.about, opened: wanted },
    });
    this.root = el("div", { class: "side" }, this.tabs.list, this.cuts, this.transcript.root, this.chapters.root, this.mine, this.about);
  }

  // The data that Python handed over, as an editor of cuts wants them seen.
  seen(data) { return this.cutting?.seen(data) ?? data; }
  get keys() { return this.cutting?.keys ?? {}; }

  update(data) {
    this.transcript.update(data);
    this.chapters.update(data);
    this.tabs.list.setAttribute("aria-label", data.texts.beside);
    this.tabs.update(data.texts, [...(data.cutting ? ["mine", "about"] : ["cuts"]), ...(data.chapters.length ? [] : ["chapters"])]);
    if (data.cutting) this.edit(data);
    if (!this.beside) for (const { firstChild } of [this.mine, this.about]) firstChild.textContent = data.texts.loading;
    this.beside?.update(data);
    if (data.tab && data.tab !== this.asked) this.tabs.open(data.tab === "mine" ? "mine" : "transcript");
    this.asked = data.tab;
  }

  // An editor of cuts: its script is fetched by those who edit.
  async edit(data) {
    if (this.cutting) return this.cutting.update();
    this.cuts.firstChild.textContent = data.texts.loading;
    this.tabs.open("cuts");
    this.editor ??= import(absolute(data.cutting.script)).catch(() => null);
    const script = await this.editor;
    if (!script) { this.editor = undefined; this.cuts.firstChild.textContent = data.texts.failed; return; }
    if (this.cutting) return;
    this.cutting = new script.Cutting(this.player, this.cuts);
    this.cutting.seen(this.player.data);
    this.cutting.update();
  }

  follow(second) {
    this.transcript.follow(second);
    this.chapters.follow(second);
    this.beside?.follow(second);
  }

  // Once; a failed try (no network) is made again when it is wanted again.
  async fetch() {
    const { player } = this;
    if (!player.data) return null;
    this.coming ??= import(absolute(player.data.beside.script)).then(({ Beside }) => {
      this.beside = new Beside(player, this.mine, this.about);
      this.beside.update(player.data);
      return this.beside;
    });
    try {
      return await this.coming;
    } catch {
      this.coming = undefined;
      return null;
    }
  }

  // A key was pressed: a note to be written, or a bookmark set at once.
  async mark(kind) {
    const second = this.player.sync.now;
    if (kind === "note") this.tabs.open("mine");
    (await this.fetch())?.begin(kind, second);
  }
}
