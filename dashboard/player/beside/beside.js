import { el } from "../dom.js";
import { Notes } from "./notes.js";

// What comes after the first picture: notes and questions, and what is known of the recording.
export class Beside {
  constructor(player, mine, about) {
    player.root.append(el("style", {}, STYLE));
    this.about = about;
    this.notes = new Notes(player, mine);
  }

  update(data) {
    this.notes.update(data);
    const rows = data.about.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value)));
    this.about.replaceChildren(el("dl", { "aria-label": data.texts.about }, ...rows));
  }

  refresh() { this.notes.refresh(); }
  begin(kind, second) { this.notes.begin(kind, second); }
  follow() {}
}
