import { absolute, el } from "./dom.js";

// The captions: read by the browser from WebVTT, drawn by us over whatever is shown, by the recording's own clock.
export class Captions {
  constructor(filled) {
    this.filled = filled;
    this.cues = [];
    this.on = true;
    this.line = el("p");
    this.root = el("div", { class: "captions", "aria-hidden": "true", hidden: true }, this.line);
  }

  load(video, address, language, label) {
    if (this.track && this.address === address) return;
    this.track?.remove();
    this.track = null;
    this.address = address;
    if (!address) return;
    const track = el("track", { kind: "captions", srclang: language, label, src: absolute(address) });
    this.track = track;
    track.addEventListener("load", () => {
      this.cues = Array.from(track.track.cues);
      this.filled(this.cues);
    });
    track.addEventListener("error", () => { if (this.track === track) this.track = null; }); // tried again when the media are
    video.append(track);
    track.track.mode = "hidden"; // a phone's own full screen, which cannot show ours, shows it
    video.addEventListener("webkitbeginfullscreen", () => { track.track.mode = this.on ? "showing" : "hidden"; });
    video.addEventListener("webkitendfullscreen", () => { track.track.mode = "hidden"; });
  }

  show(second) {
    const said = this.on ? this.cues.filter((cue) => cue.startTime <= second && second < cue.endTime) : [];
    const text = said.map((cue) => cue.getCueAsHTML().textContent).join("\n");
    if (text === this.text) return;
    this.text = text;
    this.line.textContent = text;
    this.root.hidden = !text;
  }
}
