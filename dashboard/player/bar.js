import { LETTERS, languageName } from "./captions.js";
import { clock, el, icon, megabytes } from "./dom.js";
import { Menu } from "./menu.js";
import { Scrubber } from "./scrubber.js";

const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2];

// The controls beneath the picture, which they never cover. They ask the player and show what it says.
export class Bar {
  constructor(player) {
    this.player = player;
    this.scrubber = new Scrubber({ seek: (second) => player.seek(second), tile: (second) => player.tile(second) });
    this.play = this.button("play", () => player.toggle());
    this.mute = this.button("loud", () => player.setVolume(player.sync.volume || 1, !player.sync.muted));
    this.volume = el("input", { type: "range", class: "volume", min: "0", max: "1", step: "0.05" });
    this.volume.addEventListener("input", () => player.setVolume(Number(this.volume.value), Number(this.volume.value) === 0));
    this.elapsed = el("span");
    this.length = el("span", { class: "length" });
    this.time = el("div", { class: "time" }, this.elapsed, this.length);
    this.captions = new Menu(icon("captions"), () => this.subtitles());
    this.speed = new Menu(el("span", { class: "face" }), () => this.speeds());
    this.quality = new Menu(el("span", { class: "face" }), () => this.qualities());
    this.layout = new Menu(icon("layout"), () => this.layouts());
    this.fullscreen = this.button("fullscreen", () => player.screen.toggle());
    this.menus = [this.captions, this.speed, this.quality, this.layout];
    for (const menu of this.menus) menu.opening = () => this.close();
    const right = el("div", { class: "right" }, this.captions.button, this.speed.button, this.quality.button, this.layout.button, this.fullscreen);
    this.row = el("div", { class: "row" }, this.play, el("div", { class: "loudness" }, this.mute, this.volume), this.time, right);
    this.root = el("div", { class: "bar" }, this.scrubber.root, this.row, ...this.menus.map(({ panel }) => panel));
  }

  button(shape, press) {
    const drawn = icon(shape);
    const button = el("button", { type: "button", class: "control" }, drawn);
    button.shape = (name, label, pressed) => {
      drawn.shape(name);
      button.setAttribute("aria-label", label);
      button.title = label;
      if (pressed !== undefined) button.setAttribute("aria-pressed", String(pressed));
    };
    button.addEventListener("click", press);
    return button;
  }

  close(target) {
    for (const menu of this.menus)
      if (!menu.panel.hidden && !(target && (target.includes(menu.panel) || target.includes(menu.button)))) menu.toggle(false);
  }

  update() {
    const { player } = this;
    const { texts } = player.data;
    this.texts = texts;
    this.volume.setAttribute("aria-label", texts.volume);
    this.layout.label(texts.layout);
    this.layout.button.hidden = player.views().length < 2;
    this.captions.button.hidden = !player.data.captions.length;
    this.scrubber.update(texts, player.data.missing, player.sync.cuts, player.sync.total, player.data.chapters);
    this.length.textContent = clock(player.sync.total);
    this.state();
  }

  // Everything that a press changes.
  state() {
    const { player, texts } = this;
    const { sync } = player;
    const silent = sync.muted || sync.volume === 0;
    this.play.shape(sync.playing ? "pause" : "play", sync.playing ? texts.pause : texts.play);
    this.mute.shape(silent ? "mute" : "loud", silent ? texts.unmute : texts.mute);
    this.volume.value = String(silent ? 0 : sync.volume);
    this.captions.label(texts.captions, texts.colon + this.subtitle(player.captions.choice));
    this.captions.button.dataset.on = String(player.captions.on);
    const full = player.screen.full();
    this.fullscreen.shape(full ? "window" : "fullscreen", full ? texts.window : texts.fullscreen);
    const { quality } = player;
    this.speed.face.textContent = `${sync.rate}×`;
    this.speed.label(texts.speed, texts.colon + this.speed.face.textContent);
    this.quality.face.textContent = quality === "stills" ? this.calm() : quality === "auto" ? texts.auto : player.chosen()?.label ?? texts.auto;
    this.quality.label(texts.quality, texts.colon + this.quality.face.textContent);
    for (const menu of this.menus) if (!menu.panel.hidden) menu.fill();
  }

  calm() { return this.player.pictured() ? this.texts.stills : this.texts.soundOnly; }

  at(second, ready) {
    this.scrubber.at(second, ready);
    this.elapsed.textContent = clock(second);
  }

  subtitle(choice) {
    if (choice === "both") return this.player.captions.languages.slice(0, 2).map(languageName).join(" + ");
    return choice === "off" ? this.texts.captionsOff : languageName(choice);
  }

  subtitles() {
    const { player, texts } = this;
    const { captions } = player;
    const languages = captions.choices().map((choice) => ({
      label: this.subtitle(choice), chosen: captions.choice === choice, pick: () => player.setCaptions(choice),
    }));
    const sizes = LETTERS.map((size) => ({ label: texts[size], chosen: captions.size === size, pick: () => player.setCaptionSize(size) }));
    return [{ title: texts.captions, choices: languages }, { title: texts.captionSize, choices: sizes }];
  }

  speeds() {
    const { sync } = this.player;
    const choices = SPEEDS.map((rate) => ({ label: `${rate}×`, chosen: sync.rate === rate, pick: () => this.player.setRate(rate) }));
    return [{ title: this.texts.speed, choices }];
  }

  // What can be watched, with what each costs for the whole recording.
  qualities() {
    const { player, texts } = this;
    const chosen = player.chosen();
    const now = player.quality === "auto" ? player.large?.shown()?.label : undefined;
    const choices = player.rungs().map((rung) => ({
      label: rung.label, more: megabytes(player.cost(rung)), chosen: player.quality !== "auto" && chosen?.name === rung.name,
      pick: () => player.setQuality({ name: rung.name, height: rung.height }),
    }));
    if (choices.length) choices.unshift({
      label: now ? texts.autoNow.replace("[rung]", now) : texts.auto, chosen: player.quality === "auto", pick: () => player.setQuality("auto"),
    });
    if (player.rungs().length && player.audible()) choices.push({
      label: this.calm(), more: megabytes(player.cost("stills")), chosen: player.quality === "stills", pick: () => player.setQuality("stills"),
    });
    const tracks = player.tracks().map((track) => ({
      label: track.label, more: player.rungs().length ? "" : megabytes(track.size), chosen: player.isHeard(track), pick: () => player.hear(track),
    }));
    const sections = [];
    if (choices.length) sections.push({ title: texts.quality, note: texts.whole, choices });
    if (tracks.length > 1) sections.push({ title: texts.track, choices: tracks });
    return sections;
  }

  layouts() {
    const { player, texts } = this;
    const ways = ["side", "pip", "one"].map((way) => ({ label: texts[way], chosen: player.layout === way, pick: () => player.setLayout(way) }));
    const views = player.views().map((angle) => ({ label: angle.facts.label, chosen: angle === player.large, pick: () => player.enlarge(angle) }));
    return [{ title: texts.layout, choices: ways }, { title: texts.main, choices: views }];
  }
}
