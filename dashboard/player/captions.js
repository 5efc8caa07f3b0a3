import { absolute, el } from "./dom.js";

export const LETTERS = ["small", "normal", "large"]; // sizes

// The captions: read by the browser from WebVTT, a track for each language, drawn by us over whatever is shown, by the
// recording's own clock. `choice` is "off", a language, or "both": the first two. One language is read beside the picture
// whatever is shown over it; `read(cues)` hands its sentences over.
export class Captions {
  constructor(kept, read) {
    this.read = read;
    this.wish = kept.captions === false ? "off" : kept.captions; // before there were languages: true or false
    this.size = LETTERS.includes(kept.captionSize) ? kept.captionSize : "normal";
    this.tracks = new Map();
    this.languages = [];
    this.lines = [el("p"), el("p", { class: "second" })];
    this.root = el("div", { class: "captions", "aria-hidden": "true", hidden: true }, ...this.lines);
    this.resize(this.size);
  }

  // `given`: [{language, address, about}], the spoken language first.
  load(video, given) {
    this.languages = given.map(({ language }) => language);
    for (const [language, track] of this.tracks)
      if (!given.some((one) => one.language === language && one.address === track.address)) this.drop(language);
    this.given = given;
    if (this.video !== video) {
      this.video = video; // a phone's own full screen, which cannot show ours, shows the browser's
      video.addEventListener("webkitbeginfullscreen", () => this.native(true));
      video.addEventListener("webkitendfullscreen", () => this.native(false));
    }
    this.fetch();
  }

  choices() { return ["off", ...this.languages, ...(this.languages.length > 1 ? ["both"] : [])]; }
  get choice() { return this.choices().includes(this.wish) ? this.wish : this.languages[0] ?? "off"; }
  get on() { return this.choice !== "off"; }

  // How what is read came to be.
  get about() { return this.given?.find(({ language }) => language === this.reading)?.about ?? ""; }

  shown() {
    const { choice } = this;
    return choice === "off" ? [] : choice === "both" ? this.languages.slice(0, 2) : [choice];
  }

  choose(choice) {
    this.wish = choice;
    this.fetch();
  }

  next() {
    const all = this.choices();
    return all[(all.indexOf(this.choice) + 1) % all.length];
  }

  resize(size) {
    this.size = size;
    this.root.dataset.size = size;
  }

  // Fetch what is shown or read, and nothing else: a second language is paid for by who wants it.
  fetch() {
    const shown = this.shown();
    if (shown.length || !this.languages.includes(this.reading)) this.reading = shown[0] ?? this.languages[0];
    for (const language of new Set([...shown, this.reading])) if (language && !this.tracks.has(language)) this.open(language);
    this.handOver();
  }

  open(language) {
    const { address } = this.given.find((one) => one.language === language);
    const node = el("track", { kind: "captions", srclang: language, label: languageName(language), src: absolute(address) });
    const track = { address, node, cues: null };
    this.tracks.set(language, track);
    node.addEventListener("load", () => { track.cues = Array.from(node.track.cues); this.handOver(); });
    node.addEventListener("error", () => { if (this.tracks.get(language) === track) this.drop(language); }); // tried again with the media
    this.video.append(node);
    node.track.mode = "hidden";
  }

  drop(language) {
    this.tracks.get(language).node.remove();
    this.tracks.delete(language);
  }

  handOver() {
    const track = this.tracks.get(this.reading);
    if (!track?.cues || track === this.handed) return;
    this.handed = track;
    this.read(track.cues);
  }

  native(begins) {
    const [first] = this.shown();
    for (const [language, { node }] of this.tracks) node.track.mode = begins && language === first ? "showing" : "hidden";
  }

  show(second) {
    const texts = this.shown().map((language) => (this.tracks.get(language)?.cues ?? [])
      .filter((cue) => cue.startTime <= second && second < cue.endTime)
      .map((cue) => cue.getCueAsHTML().textContent).join("\n"));
    if (texts.join("\0") === this.text) return;
    this.text = texts.join("\0");
    this.lines.forEach((line, number) => { line.textContent = texts[number] ?? ""; line.hidden = !line.textContent; });
    this.root.hidden = !texts.some(Boolean);
  }
}

// A language's name in itself.
export function languageName(language) {
  try {
    const name = new Intl.DisplayNames([language], { type: "language" }).of(language);
    return name[0].toUpperCase() + name.slice(1);
  } catch {
    return language;
  }
}
