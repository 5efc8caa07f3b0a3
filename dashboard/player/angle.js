import { absolute, clamp, el, icon } from "./dom.js";

const AHEAD = 0.8; // seconds that must lie ahead before a picture that ran dry goes on

// One view of what happened: a video element fed by hls.js, at its own place on the recording's timeline.
// `host` hears of it: trouble(angle, Hls, problem), fed(angle), moved(angle).
export class Angle {
  constructor(host) {
    this.host = host;
    this.playlist = "";
    this.ready = false;
    this.video = el("video", { playsinline: true, preload: "metadata" });
    this.frozen = el("canvas", { hidden: true });
    this.still = el("img", { class: "still", alt: "", hidden: true });
    this.said = el("p");
    this.veil = el("div", { class: "veil", hidden: true }, this.said);
    this.name = el("span");
    this.note = el("span", { class: "doubt", hidden: true });
    this.tag = el("div", { class: "tag", hidden: true }, this.name, this.note);
    this.swap = el("button", { type: "button", class: "swap", hidden: true }, icon("swap"));
    this.root = el("div", { class: "view" }, this.video, this.still, this.frozen, this.veil, this.tag, this.swap);
    this.video.addEventListener("loadedmetadata", () => this.settle());
    for (const seen of ["loadeddata", "seeked", "playing"])
      this.video.addEventListener(seen, () => { if (this.ready && this.video.readyState >= 2) this.frozen.hidden = true; });
    for (const event of ["play", "pause", "seeking", "ratechange", "ended", "timeupdate"])
      this.video.addEventListener(event, () => this.host.moved(this, event));
    this.video.addEventListener("resize", () => this.root.classList.toggle("fills", fills(this.video)));
    for (const event of ["seeking", "waiting"])
      this.video.addEventListener(event, () => { if (this.hls) this.conclude(globalThis.Hls); });
    this.video.addEventListener("error", () => { if (this.playlist && !this.hls) this.host.trouble(this, null, {}); });
  }

  update(facts, several, texts) {
    this.facts = facts;
    this.id = facts.id;
    this.start = facts.start;
    this.picture = facts.rungs.length > 0;
    this.sound = facts.tracks.length > 0;
    this.name.textContent = facts.label;
    this.note.textContent = facts.note;
    this.note.hidden = !facts.note;
    this.tag.hidden = !several;
    this.swap.setAttribute("aria-label", texts.swap.replace("[view]", facts.label));
    this.video.setAttribute("aria-label", several ? `${texts.player} · ${facts.label}` : texts.player);
  }

  get duration() {
    return this.ready && Number.isFinite(this.video.duration) ? this.video.duration : this.facts.duration;
  }
  get end() { return this.start + this.duration; }
  get time() { return this.start + this.video.currentTime; }
  covers(second) { return second >= this.start - 0.02 && second < this.end - 0.05; }

  // Without enough to go on with: loading, seeking, or run dry.
  starved(strict) {
    if (this.failed) return false;
    if (!this.ready || this.video.seeking) return true;
    const left = this.video.duration - this.video.currentTime;
    if (this.video.ended || left < 0.3) return false;
    return this.video.readyState < 3 || (strict && this.ahead() < Math.min(AHEAD, left - 0.3));
  }

  ahead() {
    const { buffered, currentTime } = this.video;
    for (let n = 0; n < buffered.length; n += 1)
      if (buffered.start(n) <= currentTime + 0.1 && buffered.end(n) > currentTime) return buffered.end(n) - currentTime;
    return 0;
  }

  // What lies ready, on the recording's timeline.
  spans() {
    const { buffered } = this.video;
    return Array.from({ length: buffered.length }, (_, n) => [this.start + buffered.start(n), this.start + buffered.end(n)]);
  }

  holds(second) {
    const { buffered } = this.video;
    const at = second - this.start;
    for (let n = 0; n < buffered.length; n += 1) if (buffered.start(n) <= at && buffered.end(n) > at + 0.2) return true;
    return false;
  }

  // Play from a playlist of ours, standing at a second of the recording. What was seen stays until there is more.
  load(base, playlist, second, { rung, track, thrifty }) {
    this.freeze();
    this.unload();
    this.playlist = playlist;
    this.version = this.facts.version;
    this.failed = false;
    this.rung = rung;
    this.track = track;
    this.wanted = clamp(second - this.start, 0, Math.max(0, this.facts.duration - 0.1));
    const source = absolute(`${base}${encodeURIComponent(this.id)}/${playlist}${versioned(this.facts)}`);
    const Hls = globalThis.Hls;
    if (Hls.isSupported()) this.attach(Hls, source, thrifty);
    else this.video.src = source;
  }

  attach(Hls, source, thrifty) {
    this.recovered = false;
    this.stale = -1; // the level that is to be drawn anew once it comes
    this.hls = new Hls({
      capLevelToPlayerSize: true,
      startPosition: this.wanted,
      backBufferLength: 60,
      enableCEA708Captions: false,
      ...lengths(thrifty),
    });
    this.hls.on(Hls.Events.ERROR, (_event, problem) => {
      if (problem.details === "fragGap" && !this.ready) setTimeout(() => this.passOver(problem.frag));
      if (unanswered(problem)) this.host.cut(this, problem.fatal);
      else if (problem.fatal || refused(problem)) this.trouble(Hls, problem);
    });
    this.hls.on(Hls.Events.FRAG_BUFFERED, (_event, { frag }) => {
      // What was under way when the level changed, or lies elsewhere, may come first.
      const here = frag.start <= this.video.currentTime && this.video.currentTime < frag.end;
      if (here && frag.type === "main" && frag.level === this.stale) { this.stale = -1; this.video.currentTime += 0; }
      this.conclude(Hls);
      this.host.fed(this);
    });
    this.hls.on(Hls.Events.MANIFEST_PARSED, () => this.choose(this.rung));
    this.hls.on(Hls.Events.AUDIO_TRACKS_UPDATED, () => this.listen(this.track));
    this.hls.loadSource(source);
    this.hls.attachMedia(this.video);
  }

  trouble(Hls, problem) {
    if (problem.type === Hls.ErrorTypes.MEDIA_ERROR && !this.recovered) {
      this.recovered = true;
      this.hls.recoverMediaError();
    } else {
      this.host.trouble(this, Hls, problem);
    }
  }

  // Say that nothing follows. The browser shows the last few pictures, and plays on into what is sound only, when it knows
  // that; hls.js tells it only when the sound that it turns to has been heard, and takes it back with whatever comes later
  // (a better rung): whoever starts close to the end would wait for ever.
  conclude(Hls) {
    const { buffered, currentTime, readyState } = this.video;
    const edge = Math.min(...this.hls.levels.map(({ details }) => details?.edge ?? Infinity));
    const last = buffered.length - 1;
    if (readyState < 3 && last >= 0 && buffered.start(last) <= currentTime && buffered.end(last) > edge - 0.1)
      this.hls.trigger(Hls.Events.BUFFER_EOS, {});
  }

  // Begin behind a gap. Where the first segment of sound is one, hls.js would wait for ever: its track is never set up.
  passOver({ start, end }) {
    if (this.ready || !this.hls || this.wanted < start || this.wanted >= end) return;
    this.wanted = end + 0.05;
    this.hls.startLoad(this.wanted);
  }

  // Go on fetching after hls.js has given up. False: nothing had come yet, it has to be loaded anew.
  resume() {
    if (!this.ready || !this.hls) return false;
    this.hls.startLoad(this.video.currentTime, true);
    return true;
  }

  // Before anything is played, a few seconds are enough: they may be paid for by the megabyte.
  fetchOn() { if (this.hls) Object.assign(this.hls.config, lengths(false)); }

  // A rung of {name, height} from here on, the nearest that this angle has; null: as the link allows.
  choose(rung) {
    this.rung = rung;
    if (!this.hls?.levels?.length) return;
    const wanted = rung && this.nearest(rung);
    const level = wanted ? this.hls.levels.findIndex(({ url }) => inFolder(url[0] ?? url, wanted.name)) : -1;
    if (!this.ready) this.hls.loadLevel = level;
    else if (level >= 0 && this.video.paused) this.sharpen(level);
    else this.hls.nextLevel = level;
    // The weakest first: a picture now, a better one when the link allows. hls.js has them in the order of their heights.
    const rates = this.hls.levels.map(({ bitrate }) => bitrate);
    if (level < 0) this.hls.startLevel = rates.indexOf(Math.min(...rates));
  }

  // What stands still is looked at: the chosen rung is shown at once, not from the next segment on. Where it lies ready,
  // the browser still shows what it decoded before it came.
  sharpen(level) {
    const { hls, video } = this;
    if (hls.currentLevel === level && hls.loadLevel === level && video.readyState >= 2) {
      hls.loadLevel = level; // and stays it: left to itself hls.js would climb
      video.currentTime += 0;
    } else { // also where another level is on its way into what is shown
      hls.currentLevel = level;
      this.stale = level;
    }
  }

  nearest(rung) {
    const { rungs } = this.facts;
    const smaller = rungs.filter(({ height }) => height <= rung.height).sort((a, b) => b.height - a.height);
    return rungs.find(({ name }) => name === rung.name) ?? smaller[0] ?? rungs[0];
  }

  listen(track) {
    this.track = track;
    const index = this.hls && track ? this.hls.audioTracks.findIndex(({ url }) => inFolder(url, track)) : -1;
    if (index >= 0 && this.hls.audioTrack !== index) this.hls.audioTrack = index;
  }

  shown() {
    const level = this.hls?.levels?.[this.hls.currentLevel];
    return level ? this.facts.rungs.find(({ name }) => inFolder(level.url[0] ?? level.url, name)) : undefined;
  }

  // Stand at the wanted second however late the media's length became known.
  settle() {
    const at = clamp(this.wanted, 0, Math.max(0, this.video.duration - 0.05));
    if (at > 0 && Math.abs(this.video.currentTime - at) > 0.02) this.video.currentTime = at;
    this.ready = true;
  }

  seek(second) {
    const at = second - this.start;
    this.wanted = Math.max(0, at);
    if (this.ready) this.video.currentTime = clamp(at, 0, Math.max(0, this.video.duration - 0.02));
  }

  freeze() {
    if (this.video.readyState < 2 || !this.video.videoWidth) return;
    this.frozen.width = this.video.videoWidth;
    this.frozen.height = this.video.videoHeight;
    this.frozen.getContext("2d").drawImage(this.video, 0, 0);
    this.frozen.hidden = false;
  }

  say(text) {
    this.veil.hidden = !text;
    this.said.textContent = text;
  }

  unload() {
    this.playlist = "";
    this.ready = false;
    this.hls?.destroy();
    this.hls = null;
    this.video.removeAttribute("src");
    this.video.load();
  }
}

// Playlists are kept by the browser for a moment; the one of a rung that has just come is another.
const versioned = ({ version }) => (version ? `?v=${version}` : "");
const lengths = (thrifty) => (thrifty ? { maxBufferLength: 8, maxMaxBufferLength: 8 } : { maxBufferLength: 30, maxMaxBufferLength: 60 });
// A link that ran out is not tried again rung by rung, as hls.js would.
const refused = (problem) => problem.response?.code === 403;
// So near to the 16:9 of its place (426 × 240, say) that a hair of it is cut rather than a black hair left beside it.
const fills = ({ videoWidth, videoHeight }) => Math.abs((videoWidth / videoHeight) * (9 / 16) - 1) < 0.01;
// Not one byte came: the network is gone, or the portal is.
const unanswered = (problem) => /Load(Error|TimeOut)$/.test(problem.details) && !problem.response?.code;
const inFolder = (url, name) => String(url).includes(`/${encodeURIComponent(name)}/`);
