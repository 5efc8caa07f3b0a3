import { ChapterList } from "../player/chapters.js";
import { clock, el, fill } from "../player/dom.js";
import { Tabs } from "../player/tabs.js";
import { TranscriptList } from "../player/transcript.js";

// What stands beside the picture, all of it at hand: transcript, chapters, teaching points, what is known.
export class Side {
  constructor(player) {
    this.player = player;
    this.go = (second) => { player.seek(second); player.play(); };
    this.transcript = new TranscriptList(this.go, () => {});
    this.chapters = new ChapterList(this.go);
    this.points = el("section", { class: "mine" });
    this.known = el("section", { class: "known" });
    this.tabs = new Tabs({
      transcript: { root: this.transcript.root }, chapters: { root: this.chapters.root },
      points: { root: this.points }, about: { root: this.known },
    });
    this.root = el("div", { class: "side" }, this.tabs.list, this.transcript.root, this.chapters.root, this.points, this.known);
  }

  seen(data) { return data; } // nobody edits it

  update(data) {
    const { texts, points, chapters } = data;
    this.transcript.update(data);
    this.chapters.update(data);
    this.tabs.list.setAttribute("aria-label", texts.beside);
    this.tabs.update(texts, [...(chapters.length ? [] : ["chapters"]), ...(points.length ? [] : ["points"])]);
    this.player.bar.scrubber.pin(points);
    this.points.replaceChildren(el("ol", {}, ...points.map((point) => this.point(point, texts))));
    const rows = data.about.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value)));
    this.known.replaceChildren(el("dl", { "aria-label": texts.about }, ...rows));
  }

  point({ start, text, author, institution }, texts) {
    const seek = el("button", { type: "button", class: "seek", "aria-label": fill(texts.playFrom, { time: clock(start) }) }, el("time", {}, clock(start)));
    seek.addEventListener("click", () => this.go(start));
    const by = [author, institution].filter(Boolean).join(" · ");
    return el("li", {}, el("p", { class: "head-of" }, seek, el("span", { class: "by" }, by)), el("p", { class: "body" }, text));
  }

  follow(second) {
    this.transcript.follow(second);
    this.chapters.follow(second);
  }

  fetch() { return Promise.resolve(null); }
  mark() {} // what is written belongs into the archive, not into a copy of it
}
