import { lastBefore } from "../player/storyboard.js";

// A still for every scene, from the file itself, shown while only the sound is played.
export class Scenes {
  constructor() {
    this.folder = "";
    this.list = [];
  }

  use(_base, angle) {
    this.list = angle?.facts.scenes ?? [];
    this.folder = this.list.length ? "here" : ""; // none: the player says that there is only sound
    this.angle = angle;
    this.file = "";
  }

  show(image, second) {
    const scene = this.list[Math.max(0, lastBefore(this.list, second, ({ time }) => time))];
    image.hidden = !scene;
    if (!scene || scene.file === this.file) return;
    this.file = scene.file;
    image.src = this.angle.host.still(this.angle, scene.file);
  }
}
