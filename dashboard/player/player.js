// The player: built once for its place in the page, given new values by later runs, never rebuilt while it stays.

const FOLLOW_PAUSE = 6000; // ms for which the list is left alone after the reader scrolled it

const players = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  let player = players.get(parentElement);
  if (!player) players.set(parentElement, (player = new Player(parentElement)));
  player.update(data, () => setTriggerValue("renew", Date.now()));
  // Streamlit may call this although the element stays (a run overtaken by the next): close only what has really gone.
  return () => setTimeout(() => {
    if (player.root.isConnected) return;
    player.close();
    players.delete(parentElement);
  }, 0);
}

function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== false) node.setAttribute(name, value === true ? "" : value);
  node.append(...children);
  return node;
}

function clock(seconds) {
  const whole = Math.floor(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, String(whole % 60).padStart(2, "0")];
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

const absolute = (path) => new URL(path, document.baseURI).href;

class Player {
  constructor(parent) {
    this.video = el("video", { controls: true, playsinline: true, preload: "metadata" });
    this.message = el("p");
    this.reload = el("button", { type: "button" });
    this.notice = el("div", { class: "notice", role: "alert", hidden: true }, this.message, this.reload);
    this.transcript = new TranscriptList((second) => this.seek(second, true));
    this.picture = el("div", { class: "picture" }, this.video, this.notice);
    this.stage = el("div", { class: "stage" }, this.picture, this.transcript.root);
    this.root = el("div", { class: "player" }, this.stage);
    parent.append(this.root);

    this.reload.addEventListener("click", () => this.askAgain());
    this.video.addEventListener("timeupdate", () => {
      if (!this.video.seeking && this.video.readyState >= 2) this.wanted = this.video.currentTime;
      this.transcript.follow(this.video.currentTime);
    });
    this.video.addEventListener("seeking", () => {
      if (this.state === "playing") this.wanted = this.video.currentTime;
      this.transcript.follow(this.video.currentTime);
    });
    this.video.addEventListener("loadedmetadata", () => this.settle());
    this.video.addEventListener("playing", () => { this.notice.hidden = true; this.renewedAt = 0; });
    this.video.addEventListener("error", () => { if (!this.hls) this.fail("failed"); });
    this.online = () => { if (this.state === "offline") this.load(this.wanted); };
    window.addEventListener("online", this.online);
  }

  update(data, renew) {
    const before = this.data;
    this.data = data;
    this.renew = renew;
    this.video.setAttribute("aria-label", data.texts.player);
    this.stage.classList.toggle("sound", data.soundOnly);
    this.reload.textContent = data.texts.reload;
    this.transcript.update(data);
    if (before && before.captionsLanguage !== data.captionsLanguage) this.caption();
    const sought = before?.seek.join() !== data.seek.join();
    if (!before) this.load(data.seek[0]);
    else if (before.source !== data.source && this.state !== "playing") this.load(sought ? data.seek[0] : this.wanted);
    else if (sought) this.seek(data.seek[0], false);
  }

  async load(second) {
    this.wanted = second;
    this.state = "loading";
    this.hls?.destroy();
    this.hls = null;
    this.notice.hidden = true;
    if (!this.track) this.caption();
    const source = absolute(this.data.source);
    try {
      await import(absolute(this.data.library));
    } catch {
      return this.fail(navigator.onLine ? "failed" : "offline");
    }
    if (source !== absolute(this.data.source) || !this.root.isConnected) return;
    const Hls = globalThis.Hls;
    if (Hls.isSupported()) this.attach(Hls, source, second);
    else if (this.video.canPlayType("application/vnd.apple.mpegurl")) this.video.src = source;
    else this.fail("unsupported");
  }

  attach(Hls, source, second) {
    this.recovered = false;
    this.hls = new Hls({
      startLevel: 0, // the weakest first: a picture now, a better one when the link allows
      capLevelToPlayerSize: true,
      startPosition: second,
      backBufferLength: 60,
      enableCEA708Captions: false,
    });
    this.hls.on(Hls.Events.ERROR, (_event, problem) => { if (problem.fatal) this.trouble(Hls, problem); });
    this.hls.on(Hls.Events.FRAG_BUFFERED, () => { this.state = "playing"; });
    this.hls.loadSource(source);
    this.hls.attachMedia(this.video);
  }

  trouble(Hls, problem) {
    if (problem.type === Hls.ErrorTypes.MEDIA_ERROR && !this.recovered) {
      this.recovered = true;
      this.hls.recoverMediaError();
    } else if (problem.response?.code === 403) {
      this.expired();
    } else {
      this.fail(navigator.onLine ? "failed" : "offline");
    }
  }

  // A token that ran out in the middle of a long operation is renewed without a word; a second refusal is told.
  expired() {
    if (this.renewedAt) return this.fail("expired");
    this.renewedAt = Date.now();
    this.state = "expired";
    this.renew();
    setTimeout(() => { if (this.state === "expired") this.fail("expired"); }, 5000);
  }

  askAgain() {
    this.renewedAt = Date.now();
    this.state = "expired";
    this.notice.hidden = true;
    this.renew();
    setTimeout(() => { if (this.state === "expired") this.load(this.wanted); }, 3000);
  }

  fail(state) {
    this.state = state;
    this.hls?.stopLoad();
    this.message.textContent = this.data.texts[state];
    this.reload.hidden = state === "unsupported" || state === "offline";
    this.notice.hidden = false;
  }

  // Stand at the wanted second however late the media's length became known.
  settle() {
    if (this.wanted > 0 && Math.abs(this.video.currentTime - this.wanted) > 0.3) this.video.currentTime = this.wanted;
    this.transcript.follow(this.wanted);
  }

  seek(second, play) {
    this.wanted = second;
    if (this.video.readyState) this.video.currentTime = second;
    this.transcript.follow(second);
    if (play) this.video.play().catch(() => {});
  }

  caption() {
    this.track?.remove();
    this.track = null;
    if (!this.data.captions) return;
    this.track = el("track", { kind: "captions", srclang: this.data.captionsLanguage, label: this.data.texts.captions,
      src: absolute(this.data.captions), default: true });
    this.track.addEventListener("load", () => {
      this.transcript.fill(Array.from(this.track.track.cues));
      this.transcript.follow(this.wanted);
    });
    this.video.append(this.track);
    this.track.addEventListener("error", () => { this.track = null; }); // tried again when the media are
    this.track.track.mode = "showing";
  }

  close() {
    window.removeEventListener("online", this.online);
    this.hls?.destroy();
    this.video.removeAttribute("src");
    this.video.load();
  }
}

class TranscriptList {
  constructor(seek) {
    this.seek = seek;
    this.sentences = [];
    this.current = -1;
    this.touchedAt = -Infinity;
    this.title = el("h2");
    this.filter = el("input", { type: "search", autocomplete: "off" });
    this.list = el("ol");
    this.empty = el("p", { class: "empty" });
    this.said = el("p", { class: "said", role: "status" });
    this.root = el("section", { class: "transcript" }, el("div", { class: "top" }, this.title, this.filter), this.list,
      this.empty, this.said);
    this.filter.addEventListener("input", () => this.sift());
    for (const touch of ["wheel", "touchmove", "pointerdown"])
      this.list.addEventListener(touch, () => { this.touchedAt = performance.now(); }, { passive: true });
    this.list.addEventListener("click", (event) => this.click(event));
  }

  update(data) {
    this.texts = data.texts;
    this.recording = data.recording;
    this.root.setAttribute("aria-label", data.texts.transcript);
    this.title.textContent = data.texts.transcript;
    this.filter.placeholder = data.texts.filter;
    this.filter.setAttribute("aria-label", data.texts.filter);
    for (const { copy } of this.sentences) copy.setAttribute("aria-label", data.texts.copy);
    this.sift();
  }

  fill(cues) {
    this.current = -1;
    this.sentences = cues.map((cue) => {
      const text = cue.getCueAsHTML().textContent;
      const line = el("button", { type: "button", class: "sentence" }, el("time", {}, clock(cue.startTime)), el("span", {}, text));
      const copy = el("button", { type: "button", class: "copy", "aria-label": this.texts.copy, title: this.texts.copy }, chain());
      return { start: cue.startTime, end: cue.endTime, text, copy, item: el("li", {}, line, copy) };
    });
    this.list.replaceChildren(...this.sentences.map(({ item }) => item));
    this.sift();
  }

  sift() {
    const wanted = this.filter.value.trim().toLowerCase();
    let shown = 0;
    for (const { item, text } of this.sentences) {
      item.hidden = !text.toLowerCase().includes(wanted);
      shown += !item.hidden;
    }
    this.empty.hidden = shown > 0;
    this.empty.textContent = this.sentences.length ? this.texts.noMatch : this.texts.none;
    this.filter.hidden = !this.sentences.length;
  }

  click(event) {
    const button = event.target.closest("button");
    const sentence = button && this.sentences.find(({ item }) => item.contains(button));
    if (!sentence) return;
    if (button.className === "copy") return this.copyLink(sentence);
    this.touchedAt = -Infinity;
    this.seek(sentence.start);
  }

  async copyLink({ start }) {
    const address = new URL(document.baseURI);
    address.search = new URLSearchParams({ r: this.recording, t: String(Math.floor(start * 10) / 10) });
    address.hash = "";
    try {
      await navigator.clipboard.writeText(address.href);
    } catch { // plain http in a hospital's own network has no clipboard interface
      const field = el("textarea", { style: "position:fixed;opacity:0" });
      field.value = address.href;
      this.root.append(field);
      field.select();
      document.execCommand("copy");
      field.remove();
    }
    this.said.textContent = this.texts.copied;
    setTimeout(() => { this.said.textContent = ""; }, 2500);
  }

  // The sentence being said, or the last one said in a pause.
  follow(second) {
    let found = -1;
    for (let low = 0, high = this.sentences.length - 1; low <= high;) {
      const middle = (low + high) >> 1;
      if (this.sentences[middle].start <= second + 0.05) { found = middle; low = middle + 1; } else high = middle - 1;
    }
    if (found === this.current) return;
    this.sentences[this.current]?.item.removeAttribute("aria-current");
    this.current = found;
    const item = this.sentences[found]?.item;
    if (!item) return;
    item.setAttribute("aria-current", "true");
    if (item.hidden || performance.now() - this.touchedAt < FOLLOW_PAUSE) return;
    const above = item.offsetTop - this.list.offsetTop;
    this.list.scrollTo({ top: above - (this.list.clientHeight - item.offsetHeight) / 2, behavior: "smooth" });
  }
}

function chain() {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", "M10 14a4 4 0 0 0 5.7 0l3-3a4 4 0 0 0-5.7-5.7l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3a4 4 0 0 0 5.7 5.7l1-1");
  svg.append(path);
  return svg;
}
