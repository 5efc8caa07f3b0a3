import { clock, el, fill } from "./dom.js";

const LAST = 0.3; // seconds before the film's end at which a clip that lasts so long is over

// Why the film stands where it stands, and the other way to go: it was resumed, or only a clip of it is to be seen, of
// which nothing may be left.
export class Range {
  constructor(player) {
    this.player = player;
    this.text = el("span");
    this.button = el("button", { type: "button" });
    this.root = el("div", { class: "range", role: "status", hidden: true }, this.text, this.button);
    this.button.addEventListener("click", () => this.press());
  }

  // {resumed: second or 0, until: second or 0}
  update({ seek, resumed, until, texts }) {
    const turn = seek.join();
    this.texts = texts;
    if (turn !== this.turn) {
      const { sync } = this.player;
      this.turn = turn;
      this.start = sync.beyond(seek[0]);
      const last = until > seek[0] ? sync.cuts.before(until) : 0;
      this.gone = until > seek[0] && last <= this.start && { from: clock(seek[0]), to: clock(until) };
      this.until = this.gone ? until : last;
      this.resumed = resumed;
      this.over = Boolean(this.gone);
      if (this.gone) setTimeout(() => { if (this.turn === turn) this.end(); }); // after whoever plays it at once
    }
    this.show();
  }

  show() {
    const { texts } = this;
    this.root.hidden = !this.until && !this.resumed;
    if (this.gone) {
      this.text.textContent = fill(texts.clipCut, this.gone);
      this.button.textContent = texts.wholeFilm;
    } else if (this.until) {
      this.text.textContent = fill(texts.clip, { from: clock(this.start), to: clock(this.until) });
      this.button.textContent = this.over ? texts.again : texts.wholeFilm;
    } else if (this.resumed) {
      this.text.textContent = fill(texts.resumed, { time: clock(this.resumed) });
      this.button.textContent = texts.fromStart;
    }
  }

  press() {
    const { player } = this;
    if (this.until && this.over && !this.gone) { this.over = false; player.seek(this.start); player.play(); return this.show(); }
    const resumed = this.resumed && !this.until;
    this.dismiss();
    if (resumed) { player.seek(0); player.play(); }
  }

  dismiss() {
    this.until = this.resumed = 0;
    this.gone = false;
    this.root.hidden = true;
  }

  // Stop at the clip's end; who goes elsewhere wants more than the clip.
  at(second) {
    const { sync } = this.player;
    if (this.resumed && !this.until && Math.abs(second - this.resumed) > 15) this.dismiss();
    if (!this.until || this.over) return;
    if (second < this.start - 1 || second > this.until + 2) this.dismiss();
    else if (sync.playing && second >= Math.min(this.until, sync.total - LAST)) {
      this.over = true;
      this.show();
      this.end();
    }
  }

  // Whoever plays one clip after the other goes on.
  end() {
    this.player.pause();
    this.player.root.dispatchEvent(new Event("over"));
  }
}
