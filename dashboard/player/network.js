const SOON = 1000; // ms until an angle is tried again, each time twice as long
const LATEST = 8000;

// The network went and comes back. What lies ready is played meanwhile; each angle that got no answer is asked for again,
// at once when the browser hears of the network, until its media come.
export class Network {
  constructor(retry) {
    this.retry = retry;
    this.waiting = new Set(); // angles that got no answer
    this.given = new Set(); // those of them that hls.js has given up
    this.delay = SOON;
    this.online = () => this.again();
    window.addEventListener("online", this.online);
  }

  get gone() { return [...this.waiting].some((angle) => angle.playlist); }

  lost(angle, given) {
    this.waiting.add(angle);
    if (!given) return;
    this.given.add(angle);
    this.timer ??= setTimeout(() => this.again(), this.delay);
  }

  found(angle) {
    this.given.delete(angle);
    if (this.waiting.delete(angle)) this.delay = SOON;
  }

  again() {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.delay = Math.min(2 * this.delay, LATEST);
    const given = [...this.given];
    this.given.clear();
    for (const angle of given) this.retry(angle);
  }

  close() {
    clearTimeout(this.timer);
    window.removeEventListener("online", this.online);
  }
}
