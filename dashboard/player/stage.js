import { el, icon } from "./dom.js";

// Where the angles are seen: side by side (of more than two, the large one beside the others), one large with the others
// inset, or one. Where it is narrow, the others are in a row below the large one.
export class Stage {
  constructor(player) {
    this.player = player;
    this.views = el("div", { class: "views" });
    this.busy = el("div", { class: "busy", hidden: true, "aria-hidden": "true" });
    this.away = el("p", { class: "away", role: "status", hidden: true });
    this.begin = el("button", { type: "button", class: "begin", tabindex: "-1", "aria-hidden": "true" }, icon("play"));
    this.message = el("p");
    this.reload = el("button", { type: "button" });
    this.notice = el("div", { class: "notice", role: "alert", hidden: true }, this.message, this.reload);
    this.root = el("div", { class: "picture" }, this.views, player.captions.root, this.busy, this.away, this.begin, this.notice);
    this.begin.addEventListener("click", () => player.toggle());
    this.reload.addEventListener("click", () => player.askAgain());
  }

  // A press on the large picture plays or pauses, one on another makes it the large one.
  adopt(angle) {
    angle.root.addEventListener("click", () => {
      if (this.player.screen.tap()) return;
      if (angle === this.player.large || this.views.dataset.layout === "side") this.player.toggle();
      else this.player.enlarge(angle);
    });
    angle.swap.addEventListener("click", (event) => { event.stopPropagation(); this.player.enlarge(angle); });
    this.views.append(angle.root); // never moved again: a video that is moved in the page stops
  }

  arrange(layout, angles, large) {
    const seen = angles.filter((angle) => angle.picture);
    this.views.dataset.layout = seen.length < 2 ? "one" : layout === "side" && seen.length > 2 ? "many" : layout;
    this.root.style.setProperty("--others", String(Math.max(1, seen.length - 1)));
    let number = 0;
    for (const angle of angles) {
      const gone = !angle.picture || (layout === "one" && angle !== large);
      angle.root.classList.toggle("gone", gone);
      angle.root.classList.toggle("large", angle === large);
      angle.swap.hidden = gone || angle === large || this.views.dataset.layout === "side";
      angle.root.style.setProperty("--number", String(angle === large ? 0 : (number += 1)));
    }
  }

  // It waits for its media: a moment, or, as `text` says, for the network.
  wait(stuck, text) {
    this.busy.hidden = !stuck || Boolean(text);
    this.away.hidden = !stuck || !text;
    if (this.away.textContent !== text) this.away.textContent = text;
  }

  tell(text, again) {
    this.message.textContent = text;
    this.reload.hidden = !again;
    this.notice.hidden = false;
  }
}
