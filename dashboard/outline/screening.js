import { absolute, el } from "../player/dom.js";

const SOON_SHOWN = 300; // ms

// The player of the recording's page, with the chapters as they stand here on its time line.
export class Screening {
  // `address` gives what the player is handed; `failed(text)` tells why there is none.
  constructor({ address, second, failed }) {
    Object.assign(this, { address, second, failed });
    this.root = el("div", { class: "screen", "aria-busy": "true" });
    this.chapters = [];
    this.open();
  }

  async open() {
    const shadow = this.root.attachShadow({ mode: "open" });
    try {
      this.data = await this.ask();
      const sheet = el("link", { rel: "stylesheet", href: absolute(this.data.style) });
      const narrow = el("style", {}, "@container (max-width: 560px) { .side { display: none; } .stage { border: 0; } }");
      shadow.append(sheet, narrow);
      const [{ Player }] = await Promise.all([import(absolute(this.data.script)), new Promise((done) => { sheet.onload = sheet.onerror = done; })]);
      this.player = new Player(shadow);
      this.tell = (what) => { if (what === "renew") this.ask().then((data) => { this.data = data; this.update(); }, () => {}); };
      this.update();
    } catch (problem) {
      this.failed(problem.told ?? "");
    }
    this.root.removeAttribute("aria-busy");
  }

  async ask() {
    const answer = await fetch(absolute(this.address));
    const data = await answer.json();
    if (!answer.ok) throw Object.assign(new Error(answer.status), { told: data.told });
    return data;
  }

  // Soon, for a title is typed letter by letter.
  show(chapters) {
    this.chapters = chapters;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.update(), SOON_SHOWN);
  }

  update() {
    if (this.player) this.player.update({ ...this.data, uncounted: true, seek: [this.second, 0], chapters: this.chapters }, this.tell);
  }

  get ready() { return Boolean(this.player); }
  get now() { return this.player?.sync.now ?? this.second; }
  get angle() { return this.player?.large?.facts; }
  seek(second) { this.player?.seek(second); }
  play(second) { this.player?.seek(second); this.player?.play(); }
  toggle() { this.player?.toggle(); }
  close() { this.player?.close(); this.player = null; }
}
