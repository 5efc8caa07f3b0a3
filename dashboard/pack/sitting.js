const KEEP_EVERY = 5; // seconds of the timeline

// Where one stopped, kept by this browser where it lets us; nobody is told.
export class Sitting {
  constructor(player) {
    this.player = player;
    this.leave = () => this.keep();
    window.addEventListener("pagehide", this.leave);
    document.addEventListener("visibilitychange", this.leave);
  }

  at(second) {
    this.second = second;
    if (Math.abs(second - (this.kept ?? second)) >= KEEP_EVERY) this.keep();
    this.kept ??= second;
  }

  keep() {
    if (!this.player.begun || this.second === undefined) return;
    this.kept = this.second;
    try {
      localStorage.setItem(place(this.player.data), String(Math.round(this.second * 10) / 10));
    } catch { /* not every browser lets a file keep something */ }
  }

  close() { this.keep(); }
}

// The second to go on from; 0 near the beginning and near the end.
export function left(data, total) {
  try {
    const second = Number(localStorage.getItem(place(data)));
    return second > 5 && second < total - 10 ? second : 0;
  } catch {
    return 0;
  }
}

const place = ({ recording }) => `shijiao.pack.${recording}`;
