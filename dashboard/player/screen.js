const IDLE = 3000; // ms after which the controls leave a full screen

// A screen of its own for the picture, where the controls leave while nobody needs them.
export class Screen {
  constructor(player, cinema) {
    this.player = player;
    this.cinema = cinema;
    this.change = () => { player.bar.state(); this.wake(); };
    document.addEventListener("fullscreenchange", this.change);
    cinema.addEventListener("pointermove", (event) => { if (event.pointerType === "mouse" || !this.idle()) this.wake(); });
    cinema.addEventListener("focusin", () => this.wake());
    cinema.addEventListener("pointerdown", (event) => { this.finger = event.pointerType === "touch"; }, true);
  }

  full() { return document.fullscreenElement !== null && (this.cinema.getRootNode().fullscreenElement ?? null) === this.cinema; }
  idle() { return this.cinema.classList.contains("idle"); }

  toggle() {
    if (document.fullscreenElement) document.exitFullscreen();
    else if (this.cinema.requestFullscreen) this.cinema.requestFullscreen().catch(() => {});
    else this.player.large.video.webkitEnterFullscreen?.();
  }

  wake() {
    this.cinema.classList.remove("idle");
    clearTimeout(this.sleep);
    if (this.full()) this.sleep = setTimeout(() => this.rest(), IDLE);
  }

  rest() {
    clearTimeout(this.sleep);
    if (this.full() && this.player.sync.playing) this.cinema.classList.add("idle");
  }

  // A finger on the picture of a full screen shows the controls, or sends them away. True: nothing else is meant.
  tap() {
    if (!this.finger || !this.full()) return false;
    if (this.idle()) this.wake();
    else this.rest();
    return true;
  }

  close() {
    clearTimeout(this.sleep);
    document.removeEventListener("fullscreenchange", this.change);
  }
}
