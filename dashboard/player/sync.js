import { Cuts } from "./cuts.js";
import { clamp } from "./dom.js";

const EVERY = 100; // ms between two looks
const CLOSE = 0.04; // seconds apart that nobody sees
const EXACT = 0.012; // where a nudge ends
const FAR = 0.5; // seconds apart that are jumped, not caught up
const HOLD = 5000; // ms for which all wait for one that has run dry

// One clock for several angles. The angle that is heard tells the time; the others are muted and follow it, nudged by
// their speed or, from far away, by a jump. Where one runs dry, all wait for it, for a while. One angle alone is left
// to itself. `changed(second)` is called as time goes on.
export class Sync {
  constructor(changed) {
    this.changed = changed;
    this.angles = [];
    this.heard = null;
    this.lead = null;
    this.playing = false;
    this.holding = false;
    this.rate = 1;
    this.volume = 1;
    this.muted = false;
    this.cuts = new Cuts(this);
    this.at = 0;
    this.stamp = performance.now();
    this.drySince = 0;
    this.timer = setInterval(() => this.tick(), EVERY);
  }

  use(angles, heard) {
    this.angles = angles;
    this.heard = heard;
    this.follow(this.pick(this.at));
  }

  get alone() { return this.angles.length === 1; }
  get total() { return Math.max(0, ...this.angles.map((angle) => angle.end)); }
  beyond(second) { return this.cuts.beyond(second); }
  get now() {
    if (this.lead?.ready) this.at = this.lead.time;
    return this.at;
  }

  pick(second) {
    if (this.alone) return this.angles[0];
    const able = this.angles.filter((angle) => angle.playlist && !angle.failed && angle.covers(second));
    return able.includes(this.heard) ? this.heard : able[0] ?? null;
  }

  follow(lead) {
    this.lead = lead;
    for (const angle of this.angles) {
      angle.video.muted = this.muted || angle !== lead;
      angle.video.volume = this.volume;
      if (angle === lead) this.pace(angle, this.rate);
    }
  }

  pace(angle, rate) {
    angle.video.defaultPlaybackRate = this.rate;
    if (Math.abs(angle.video.playbackRate - rate) > 0.001) angle.video.playbackRate = rate;
  }

  play() {
    this.playing = true;
    this.holding = false;
    this.stamp = performance.now();
    if (this.at >= this.total - 0.1) this.seek(0);
    // All at once, while the browser still sees the viewer's own gesture; who has nothing to show is held at once.
    for (const angle of this.angles)
      if (angle.playlist && (angle === this.lead || angle.covers(this.at))) this.start(angle);
    this.tick();
  }

  start(angle) {
    angle.video.play().catch((error) => {
      if (error.name === "NotAllowedError" && angle === this.lead) this.pause();
    });
  }

  pause() {
    this.playing = false;
    this.holding = false;
    for (const angle of this.angles) angle.video.pause();
    this.tick();
  }

  seek(second) {
    this.at = clamp(this.beyond(second), 0, Math.max(this.total, 0));
    this.drySince = 0;
    for (const angle of this.angles) if (angle.playlist) angle.seek(this.at);
    this.follow(this.pick(this.at));
    this.tick();
  }

  setRate(rate) {
    this.rate = rate;
    for (const angle of this.angles) this.pace(angle, rate);
  }

  setVolume(volume, muted) {
    this.volume = volume;
    this.muted = muted;
    this.follow(this.lead);
  }

  // Somebody else (a headset's key, another script) may have moved the one that leads.
  moved(angle, event) {
    if (angle !== this.lead || !angle.ready) return;
    const { paused, ended } = angle.video; // an event may tell of what is no longer so: it is late by a turn of the loop
    if (event === "play" && !paused && !this.playing && !this.holding) this.play();
    else if (event === "pause" && paused && this.playing && !this.holding && !ended) this.pause();
    else if (event === "ended" && this.at >= this.total - 0.4) this.pause();
    else if (event === "ratechange" && angle.video.playbackRate !== this.rate) this.setRate(angle.video.playbackRate);
    else if (event === "seeking" || event === "timeupdate") { this.cuts.watch(this.now); this.changed(this.now); }
  }

  tick() {
    const elapsed = ((performance.now() - this.stamp) / 1000) * this.rate;
    this.stamp = performance.now();
    if (!this.lead && this.playing && !this.angles.some((angle) => angle.playlist && angle.covers(this.at))) {
      this.at += elapsed; // between two angles nobody tells the time
      if (this.at >= this.total) { this.at = this.total; this.playing = false; }
    }
    const second = this.now;
    this.cuts.watch(second);
    if (!this.alone) this.together(second);
    this.changed(second);
  }

  together(second) {
    const lead = this.pick(second);
    if (lead !== this.lead) this.follow(lead);
    const live = [];
    for (const angle of this.angles) {
      if (!angle.playlist) continue;
      if (angle.covers(second)) live.push(angle);
      else this.rest(angle, second);
    }
    const dry = live.filter((angle) => angle.starved(this.holding));
    if (!dry.length) this.drySince = 0;
    else this.drySince ||= performance.now();
    const wait = this.playing && dry.length > 0 && (dry.includes(lead) || performance.now() - this.drySince < HOLD);
    this.holding = wait;
    for (const angle of live) {
      if (!this.playing || wait) angle.video.pause();
      else if (angle.video.paused && !dry.includes(angle)) this.start(angle);
      if (angle !== lead && lead?.ready && angle.ready) this.correct(angle, second);
    }
  }

  // Before it has begun an angle stands at its first picture, after its end at its last.
  rest(angle, second) {
    if (!angle.video.paused) angle.video.pause();
    const first = this.beyond(angle.start);
    if (angle.ready && second < angle.start && angle.time > first + 0.05 && !angle.video.seeking) angle.seek(first);
  }

  correct(angle, second) {
    const drift = angle.time - second;
    const apart = Math.abs(drift);
    if (angle.video.seeking) return;
    if (apart > FAR || (angle.video.paused && !this.playing && apart > CLOSE)) {
      angle.nudged = false;
      angle.seek(second);
    } else if (apart > CLOSE || (angle.nudged && apart > EXACT)) {
      angle.nudged = true;
      this.pace(angle, this.rate * (1 - clamp(3 * drift, -0.5, 0.5)));
      return;
    }
    angle.nudged = false;
    this.pace(angle, this.rate);
  }

  close() {
    clearInterval(this.timer);
  }
}
