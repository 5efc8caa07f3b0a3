import { absolute, el } from "../player/dom.js";

const LEAD = 0.15; // seconds heard before a sentence, so that its first sound is not cut

// A small player for work on words: it plays a stretch of the recording, once or again and again.
export class Reel {
  // `expired()` is called when the address is no longer accepted; `moved(second)` as it plays.
  constructor({ library, expired, moved }) {
    this.library = library;
    this.expired = expired;
    this.moved = moved;
    this.to = Infinity;
    this.from = 0;
    this.loop = false;
    this.video = el("video", { playsinline: true, preload: "auto", tabindex: "-1" });
    this.root = el("div", { class: "reel" }, this.video);
    this.video.addEventListener("timeupdate", () => this.watch());
    this.video.addEventListener("playing", () => this.each());
  }

  // Another token: go on at the same second.
  async load(base, angle) {
    this.angle = angle;
    const at = this.video.currentTime, playing = !this.video.paused;
    const address = absolute(`${base}${encodeURIComponent(angle.id)}/master.m3u8`);
    await import(absolute(this.library));
    const { Hls } = globalThis;
    this.hls?.destroy();
    if (Hls.isSupported()) {
      this.hls = new Hls({ startLevel: 0, capLevelToPlayerSize: true, startPosition: at, maxBufferLength: 20 });
      this.hls.on(Hls.Events.ERROR, (_event, problem) => {
        if (problem.response?.code === 403) this.expired();
        else if (problem.fatal && problem.type === Hls.ErrorTypes.MEDIA_ERROR) this.hls.recoverMediaError();
      });
      this.hls.loadSource(address);
      this.hls.attachMedia(this.video);
    } else this.video.src = address;
    if (playing) this.start();
  }

  get now() { return this.video.currentTime + (this.angle?.start ?? 0); }
  get playing() { return !this.video.paused; }

  // Play from one second of the recording to another.
  play(from, to) {
    if (!this.angle) return;
    this.from = Math.max(0, from - this.angle.start - LEAD);
    this.to = to - this.angle.start + LEAD;
    this.video.currentTime = this.from;
    this.start();
  }

  seek(second) {
    if (!this.angle) return;
    this.to = Infinity;
    this.video.currentTime = Math.max(0, second - this.angle.start);
  }

  toggle(from, to) {
    if (!this.video.paused) return this.video.pause();
    const here = this.video.currentTime;
    if (from !== undefined && (here < from - this.angle?.start - 2 * LEAD || here >= this.to - 0.05)) return this.play(from, to);
    this.start();
  }

  pause() { this.video.pause(); }
  start() { this.video.play().catch(() => {}); } // refused before anybody touched the page
  rate(value) { this.video.playbackRate = value; }

  each() {
    if (this.video.paused || !this.video.isConnected) return;
    this.watch();
    requestAnimationFrame(() => this.each());
  }

  watch() {
    this.moved(this.now);
    if (this.video.paused || this.video.currentTime < this.to) return;
    if (this.loop) this.video.currentTime = this.from;
    else this.video.pause();
  }

  close() { this.hls?.destroy(); this.hls = null; }
}
