import { absolute } from "./dom.js";
import { lastBefore } from "./storyboard.js";

// A still for every scene, shown in the picture's place while only the sound is played. The next one is fetched ahead.
export class Scenes {
  constructor() {
    this.folder = "";
    this.list = [];
  }

  // `angle` whose pictures are shown, null for none.
  async use(base, angle) {
    const folder = angle?.facts.stills?.scenes ? `${base}${encodeURIComponent(angle.id)}/stills/` : "";
    if (folder === this.folder) return;
    this.folder = folder;
    this.list = [];
    this.file = "";
    if (!folder) return;
    try {
      const answer = await fetch(absolute(`${folder}scenes.json`));
      if (answer.ok && folder === this.folder) this.list = await answer.json();
    } catch {
      this.folder = ""; // asked again with the next change
    }
  }

  // Show the scene of a second (of the angle) in `image`; before the first scene, the first.
  show(image, second) {
    const at = Math.max(0, lastBefore(this.list, second, ({ time }) => time));
    const scene = this.list[at];
    image.hidden = !scene;
    if (!scene || (scene.file === this.file && image.src)) return;
    this.file = scene.file;
    image.src = absolute(this.folder + scene.file);
    const next = this.list[at + 1];
    if (next) new Image().src = absolute(this.folder + next.file);
  }
}
