import { absolute } from "./dom.js";

const REPORT_EVERY = 10_000; // ms between two reports
const REPORT_FIRST = 3; // seconds played before the first
const LONG_PAUSE = 30 * 60_000; // ms without playing after which it is another sitting
const LEAST = 0.3; // seconds played that are worth a report
const SLACK = 0.3; // seconds by which a step may be longer than the clock says

// What is really played, by the clock: spans of the timeline, never what the bar was dragged over. Each report holds the
// whole sitting so far, so that one which is lost, late or sent twice changes nothing.
export class Sitting {
  constructor(player) {
    this.player = player;
    this.begin();
    this.leave = () => { if (document.visibilityState === "hidden") this.report(); };
    document.addEventListener("visibilitychange", this.leave);
    window.addEventListener("pagehide", this.leave);
  }

  begin() {
    const random = crypto.getRandomValues(new Uint8Array(20));
    this.id = Array.from(random, (byte) => (byte % 36).toString(36)).join("");
    this.spans = [];
    this.seconds = 0;
    this.sent = 0;
    this.sentAt = performance.now();
    this.last = undefined;
  }

  // Called as time goes on.
  at(second) {
    if (this.player.data.uncounted) return; // where somebody works on it
    const { sync } = this.player;
    const now = performance.now();
    const { lead } = sync;
    const moving = sync.playing && !sync.holding && (!lead || (lead.ready && !lead.video.paused && !lead.video.seeking));
    if (this.last) { // it moved at the last look: up to now, also where it stops just now
      const step = second - this.last.second;
      const most = ((now - this.last.now) / 1000) * sync.rate * 1.2 + SLACK;
      if (step > 0 && step <= most && !sync.cuts.between(this.last.second, second)) this.extend(this.last.second, second, sync.rate);
    }
    if (moving && this.stopped && now - this.stopped > LONG_PAUSE) { this.report(); this.begin(); }
    if (moving) this.stopped = now;
    this.last = moving ? { second, now } : undefined;
    const due = this.sent ? now - this.sentAt >= REPORT_EVERY : this.seconds >= REPORT_FIRST;
    if (due || (!moving && this.seconds - this.sent >= LEAST)) this.report();
  }

  extend(from, to, rate) {
    const span = this.spans.at(-1);
    if (span && Math.abs(span[1] - from) < 0.01) span[1] = to;
    else this.spans.push([from, to]);
    this.seconds += (to - from) / rate;
    this.position = to;
    if (this.spans.length > 200) this.spans = merged(this.spans);
  }

  report() {
    if (this.seconds - this.sent < LEAST) return;
    this.sent = this.seconds;
    this.sentAt = performance.now();
    const tidy = (number) => Math.round(number * 100) / 100;
    this.spans = merged(this.spans);
    const told = { sitting: this.id, spans: this.spans.map((span) => span.map(tidy)), seconds: tidy(this.seconds), position: tidy(this.position) };
    const address = absolute(`gate/mine/${encodeURIComponent(this.player.data.recording)}/progress`);
    const body = JSON.stringify(told);
    if (!("keepalive" in Request.prototype) && document.visibilityState === "hidden") return navigator.sendBeacon(address, body);
    fetch(address, { method: "POST", keepalive: body.length < 60_000, headers: { "X-Shijiao": "1", "Content-Type": "application/json" }, body })
      .catch(() => { this.sent = Math.min(this.sent, this.seconds - LEAST); }); // the next report holds it too
  }

  close() {
    this.report();
    document.removeEventListener("visibilitychange", this.leave);
    window.removeEventListener("pagehide", this.leave);
  }
}

function merged(spans) {
  const found = [];
  for (const [from, to] of [...spans].sort((one, two) => one[0] - two[0])) {
    const before = found.at(-1);
    if (before && from <= before[1] + SLACK) before[1] = Math.max(before[1], to);
    else found.push([from, to]);
  }
  return found;
}
