import { Player } from "../player/player.js";
import { Cargo, loader } from "./cargo.js";
import { left } from "./sitting.js";

// The player of the portal, with the file's cargo in the gateway's place.
class PackedPlayer extends Player {
  constructor(parent, cargo) {
    super(parent);
    this.cargo = cargo;
  }

  library() {}
  still(angle, name) { return this.cargo.picture(`${angle.id}/${name}`); }
  tile() { return undefined; }
}

function open() {
  const told = JSON.parse(document.getElementById("told").textContent);
  const cargo = new Cargo(told.playlists);
  const { Hls } = globalThis;
  if (Hls) Object.assign(Hls.DefaultConfig, { loader: loader(cargo, told.base), enableWorker: false });
  const root = document.getElementById("player").attachShadow({ mode: "open" });
  const style = document.createElement("style");
  style.textContent = STYLE;
  root.append(style);
  const player = new PackedPlayer(root, cargo);
  player.quality = told.form === "stills" ? "stills" : "auto";
  player.bar.quality.button.hidden = true; // there is but this one
  const total = Math.max(0, ...told.angles.map(({ start, duration }) => start + duration));
  const second = left(told, total);
  player.update({ ...told, seek: [second, 0], resumed: second, until: 0, tab: "" }, () => {});
  document.getElementById("opening").remove();
}

open();
