import { Angle } from "./angle.js";
import { Bar } from "./bar.js";
import { Captions } from "./captions.js";
import { absolute, el, remember, remembered } from "./dom.js";
import { press } from "./keys.js";
import { Network } from "./network.js";
import { Range } from "./range.js";
import { Scenes } from "./scenes.js";
import { Screen } from "./screen.js";
import { Side } from "./side.js";
import { Sitting } from "./sitting.js";
import { Stage } from "./stage.js";
import { Storyboard } from "./storyboard.js";
import { Sync } from "./sync.js";

const STUCK = 600; // ms without moving on after which it is shown
const NEAR = 10; // seconds before its beginning at which an angle is fetched

// Built once for its place in the page and given new values by later runs, never rebuilt while it stays.
class Player {
  constructor(parent) {
    const kept = remembered();
    this.angles = new Map();
    this.layout = ["side", "pip", "one"].includes(kept.layout) ? kept.layout : "pip";
    this.quality = kept.quality ?? "auto";
    this.begun = false;
    this.state = "loading";
    this.sync = new Sync((second) => this.goOn(second));
    this.sync.volume = kept.volume ?? 1;
    this.captions = new Captions(kept, (cues) => {
      this.transcript.fill(cues);
      this.transcript.explain(this.captions.about);
      this.transcript.follow(this.sync.now);
    });
    this.scenes = new Scenes();
    this.stage = new Stage(this);
    this.bar = new Bar(this);
    this.range = new Range(this);
    this.sitting = new Sitting(this);
    this.side = new Side(this);
    this.transcript = this.side.transcript;
    this.cinema = el("div", { class: "cinema" }, this.stage.root, this.range.root, this.bar.root);
    this.frame = el("div", { class: "stage" }, this.cinema, this.side.root);
    this.root = el("div", { class: "player" }, this.frame);
    parent.append(this.root);
    this.outside = [
      [window, "online", () => { if (this.state === "offline") this.reload(this.sync.at); }],
      [window, "keydown", (event) => { if (press(this, event)) { event.preventDefault(); event.stopPropagation(); } }, true],
      [window, "pointerdown", (event) => this.bar.close(event.composedPath()), true],
    ];
    for (const [target, event, heard, capture] of this.outside) target.addEventListener(event, heard, capture);
    this.screen = new Screen(this, this.cinema);
    this.network = new Network((angle) => this.resume(angle));
  }

  // -- what Python hands over

  update(data, ask) {
    const before = this.data;
    this.data = data = this.side.seen(data);
    this.ask = ask;
    this.sync.cuts.use(data.cuts, !data.whole);
    this.adopt();
    this.side.update(data);
    this.range.update(data);
    this.stage.reload.textContent = data.texts.reload;
    const sought = before?.seek.join() !== data.seek.join();
    if (!before) this.open(data.seek[0]);
    else if (before.base !== data.base && this.state !== "playing") this.reload(sought ? data.seek[0] : this.sync.at);
    else {
      this.caption();
      this.arrange();
      if (!this.begun) this.refresh();
      if (sought) this.seek(data.seek[0]);
    }
    this.bar.update();
  }

  // Make an angle for each that has come, and let those go that are no more.
  adopt() {
    const { angles, texts } = this.data;
    for (const [id, angle] of this.angles)
      if (!angles.some((facts) => facts.id === id)) { angle.unload(); angle.root.remove(); this.angles.delete(id); }
    for (const facts of angles) {
      if (!this.angles.has(facts.id)) {
        const angle = new Angle(this);
        this.angles.set(facts.id, angle);
        this.stage.adopt(angle);
      }
      this.angles.get(facts.id).update(facts, angles.length > 1, texts);
    }
    const all = angles.map(({ id }) => this.angles.get(id));
    if (!all.includes(this.large) || !this.large.picture) this.large = all.find((angle) => angle.picture) ?? all[0];
    if (!all.includes(this.heard) || !this.heard.sound) this.heard = all.find((angle) => angle.sound) ?? all[0];
    this.sync.use(all, this.heard);
    const { poster, of } = this.large?.facts.stills ?? {}; // somebody may have chosen one of another angle
    for (const angle of all) if (angle !== this.large || !poster) angle.video.removeAttribute("poster");
    if (poster && !this.large.video.poster) this.large.video.poster = this.still({ id: of }, poster);
    this.frame.classList.toggle("sound", !all.some((angle) => angle.picture));
  }

  still(angle, name) { return absolute(`${this.data.base}${encodeURIComponent(angle.id)}/stills/${encodeURIComponent(name)}`); }
  all() { return this.sync.angles; }
  views() { return this.all().filter((angle) => angle.picture); }
  audible() { return this.heard?.sound ?? false; }

  // -- loading

  async open(second) {
    this.sync.at = this.sync.beyond(second);
    this.state = "loading";
    this.stage.notice.hidden = true;
    this.caption();
    this.bar.update();
    const { base } = this.data;
    try {
      await this.library();
    } catch {
      return this.fail(navigator.onLine ? "failed" : "offline");
    }
    if (base !== this.data.base || !this.root.isConnected) return;
    if (!globalThis.Hls.isSupported() && !this.large.video.canPlayType("application/vnd.apple.mpegurl")) return this.fail("unsupported");
    this.sync.at = Math.min(this.sync.at, Math.max(0, this.sync.total - 0.1));
    this.arrange();
  }

  library() { return import(absolute(this.data.library)); }

  // All anew at a second: another token, or the network is back.
  reload(second) {
    for (const angle of this.all()) { angle.freeze(); angle.unload(); }
    this.scenes.folder = "";
    this.open(second);
  }

  caption() {
    const [first] = this.all();
    if (first) this.captions.load(first.video, this.data.captions);
    this.transcript.explain(this.captions.about);
    this.transcript.follow(this.sync.at);
  }

  // What an angle is to play now; "": nothing.
  wanted(angle) {
    const second = this.sync.now;
    if (this.quality === "stills" && this.audible() && this.views().length) return angle === this.heard ? "sound.m3u8" : "";
    if (this.all().length === 1) return "master.m3u8";
    if (!angle.playlist && (second < angle.start - NEAR || second > angle.end)) return "";
    const seen = angle.picture && (this.layout !== "one" || angle === this.large);
    const whole = this.heard.start <= 1 && this.heard.end >= this.sync.total - 1;
    if (seen) return angle === this.heard || (angle.sound && !whole) || !angle.sound ? "master.m3u8" : "picture.m3u8";
    return angle === this.heard ? (angle.picture ? "sound.m3u8" : "master.m3u8") : "";
  }

  // Let every angle play what it should, in its place.
  arrange() {
    if (!globalThis.Hls || this.state === "failed" || this.state === "unsupported") return;
    const stills = this.quality === "stills" && this.audible() && this.views().length > 0;
    this.stage.arrange(stills ? "one" : this.layout, this.all(), this.large);
    this.frame.classList.toggle("wide", !stills && this.layout === "side" && this.views().length > 1);
    this.frame.classList.toggle("stills", stills);
    this.scenes.use(this.data.base, stills ? this.large : null);
    const second = this.sync.now;
    for (const angle of this.all()) {
      const wanted = this.wanted(angle);
      if (!stills || angle !== this.large) angle.still.hidden = true;
      if (stills) angle.frozen.hidden = true;
      if (wanted === angle.playlist) continue;
      if (wanted) this.fetch(angle, wanted, second);
      else angle.unload();
    }
    this.sync.follow(this.sync.pick(second));
    if (this.sync.playing) this.sync.play();
    this.bar.state();
  }

  fetch(angle, playlist, second) {
    const asked = { rung: this.chosen(), track: this.track, thrifty: !this.begun };
    angle.load(this.data.base, playlist, this.sync.beyond(Math.max(second, angle.start)), asked); // it may begin in a cut
    this.sync.pace(angle, this.sync.rate);
  }

  // Rungs that have come since an angle was opened are taken up where that disturbs nobody.
  refresh() {
    const second = this.sync.now;
    for (const angle of this.all())
      if (angle.playlist && angle.version !== angle.facts.version && this.state === "playing") this.fetch(angle, angle.playlist, second);
    this.sync.follow(this.sync.pick(second));
  }

  // -- what the angles report

  fed(angle) {
    if (angle === this.sync.lead) { this.state = "playing"; this.side.fetch(); }
    this.network.found(angle);
  }

  moved(angle, event) {
    this.sync.moved(angle, event);
    if (event === "play" || event === "pause" || event === "ratechange" || event === "ended") this.bar.state();
    if (event === "play") { this.renewedAt = 0; this.start(); }
  }

  // No answer at all: what is ready is played, and it is asked for again until it comes.
  cut(angle, given) { this.network.lost(angle, given); }

  resume(angle) {
    if (!angle.playlist) return this.network.found(angle);
    if (!angle.resume()) this.fetch(angle, angle.playlist, this.sync.now);
    if (this.sync.playing) this.sync.play();
  }

  trouble(angle, Hls, problem) {
    const changed = problem.response?.code === 404 && angle.version !== angle.facts.version;
    if (problem.response?.code === 403) this.expired();
    else if (changed || (problem.response?.code === 404 && !angle.again)) {
      angle.again = true; // made anew meanwhile: the playlist in hand is of a file that is no more
      this.fetch(angle, angle.playlist, this.sync.at);
      if (this.sync.playing) this.sync.play();
    } else if (angle !== this.sync.lead) {
      angle.failed = true;
      angle.hls?.stopLoad();
    } else this.fail(navigator.onLine ? "failed" : "offline");
  }

  // A token that ran out in the middle of a long operation is renewed without a word; a second refusal is told.
  expired() {
    if (this.state === "expired") return;
    if (this.renewedAt) return this.fail("expired");
    this.renew(4, () => this.fail("expired"));
  }

  askAgain() { this.stage.notice.hidden = true; this.renew(1, () => this.reload(this.sync.at)); }

  // Ask until it comes: a link may be slow, and a word to a page that is just being drawn anew gets lost.
  renew(times, otherwise) {
    this.renewedAt = Date.now();
    this.state = "expired";
    const ask = (left) => {
      if (this.state !== "expired") return;
      if (!left) return otherwise();
      this.ask("renew", Date.now());
      setTimeout(() => ask(left - 1), 4000);
    };
    ask(times);
  }

  fail(state) {
    this.state = state;
    for (const angle of this.all()) angle.hls?.stopLoad();
    this.stage.tell(this.data.texts[state], state !== "unsupported" && state !== "offline");
  }

  // Called as time goes on, and ten times a second while it does not.
  goOn(second) {
    if (!this.data) return;
    const { sync, data: { texts } } = this;
    this.side.follow(second);
    this.sitting.at(second);
    this.range.at(second);
    this.captions.show(second);
    const lead = sync.lead;
    this.bar.at(second, lead?.ready ? lead.spans() : []);
    const stills = this.frame.classList.contains("stills");
    if (stills) this.scenes.show(this.large.still, second - this.large.start);
    for (const angle of this.all()) {
      const state = angle.failed ? "angleFailed" : second < angle.start - 0.05 ? "notBegun" : second > angle.end + 0.05 ? "over" : "";
      const calm = stills && angle === this.large && !this.scenes.folder ? "listening" : "";
      angle.say(texts[calm || (this.all().length > 1 && !stills ? state : "")] ?? "");
      if (!angle.playlist && this.state === "playing" && this.wanted(angle)) this.arrange();
    }
    const dry = lead !== null && lead.starved(false) && (sync.playing || this.network.gone);
    this.stuckSince = dry || sync.holding ? this.stuckSince || performance.now() : 0;
    const stuck = this.stuckSince > 0 && performance.now() - this.stuckSince >= STUCK;
    this.stage.wait(stuck, this.network.gone ? texts.offline : "");
  }

  // -- what the viewer asks

  start() {
    this.stage.begin.hidden = true;
    this.stage.notice.hidden = true;
    if (this.begun) return;
    this.begun = true;
    for (const angle of this.all()) angle.fetchOn();
  }

  play() {
    this.start();
    this.sync.play();
    this.bar.state();
  }

  pause() {
    this.sync.pause();
    this.bar.state();
    this.refresh();
  }

  toggle() { if (this.sync.playing) this.pause(); else this.play(); }

  seek(second) {
    this.sync.seek(second);
    if (this.sync.lead && !this.sync.lead.holds(second)) this.refresh();
    this.transcript.follow(second);
  }

  setRate(rate) { this.sync.setRate(rate); this.bar.state(); }

  setVolume(volume, muted) {
    this.sync.setVolume(volume, muted);
    remember({ volume });
    this.bar.state();
  }

  // "off", a language, or "both"
  setCaptions(choice) {
    this.captions.choose(choice);
    remember({ captions: choice });
    this.bar.state();
  }

  setCaptionSize(size) {
    this.captions.resize(size);
    remember({ captionSize: size });
    this.bar.state();
  }

  // "auto", "stills", or a rung {name, height}
  setQuality(quality) {
    this.quality = quality;
    remember({ quality });
    const rung = this.chosen();
    for (const angle of this.all()) {
      if (rung && angle.playlist && angle.version !== angle.facts.version) this.fetch(angle, angle.playlist, this.sync.now);
      else angle.choose(rung);
    }
    this.arrange();
  }

  setLayout(layout) {
    this.layout = layout;
    remember({ layout });
    this.arrange();
  }

  enlarge(angle) {
    this.large = angle;
    this.arrange();
    this.bar.state();
  }

  // -- what there is to choose from

  rungs() { return [...(this.large?.facts.rungs ?? [])].sort((a, b) => b.height - a.height || b.size - a.size); }
  chosen() { return typeof this.quality === "object" && this.large?.facts.rungs.length ? this.large.nearest(this.quality) : null; }
  pictured() { return this.large?.facts.stills?.scenes ?? false; }

  // Bytes of the whole recording at a rung (of the large angle), or as sound and stills, as it is laid out now.
  cost(choice) {
    if (choice === "stills") return this.heard.facts.low + (this.large.facts.stills?.size ?? 0);
    const seen = this.layout === "one" ? [this.large] : this.views();
    const pictures = seen.reduce((sum, angle) => sum + (angle === this.large ? choice : angle.nearest(choice)).size, 0);
    const track = this.heard.facts.tracks.find(({ name }) => name === this.track) ?? this.heard.facts.tracks[0];
    return pictures + (choice.sound === "low" ? this.heard.facts.low : track?.size ?? 0);
  }

  tracks() {
    const several = this.all().filter((angle) => angle.sound).length > 1;
    return this.all().flatMap((angle) => angle.facts.tracks.map((track) => ({
      ...track, angle, label: several ? `${angle.facts.label} · ${track.label}` : track.label,
    })));
  }

  isHeard({ angle, name }) { return angle === this.heard && name === (this.track ?? this.heard.facts.tracks[0]?.name); }

  hear({ angle, name }) {
    this.heard = angle;
    this.track = name;
    this.sync.heard = angle;
    this.arrange();
    angle.listen(name);
  }

  // The storyboard's tile of a second; nothing is fetched for it before something was played.
  async tile(second) {
    const angle = [this.large, ...this.all()].find(({ facts }) => facts.stills?.storyboard);
    if (!angle || !this.begun) return undefined;
    const folder = `${this.data.base}${encodeURIComponent(angle.id)}/stills/`;
    if (this.board?.folder !== folder) this.board = new Storyboard(folder, angle.facts.stills.storyboard);
    return this.board.at(second - angle.start);
  }

  close() {
    for (const part of [this.screen, this.network, this.sitting]) part.close();
    for (const [target, event, heard, capture] of this.outside) target.removeEventListener(event, heard, capture);
    this.sync.close();
    for (const angle of this.all()) angle.unload();
  }
}
