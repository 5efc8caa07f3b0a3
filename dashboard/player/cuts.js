const LEAP_READY = 0.3; // seconds of the clock before a cut at which the leap is made ready
const LEAP_EARLY = 0.02; // seconds before a cut at which it is made: the last picture before it stands until then
const BEHIND = 0.05; // seconds behind a cut at which one goes on: sound and picture end a packet apart
const SHORT_OF = 0.1; // seconds before a cut end at which one stops who wanted to go into it

// What is cut: stretches of the time line that are leapt over, by all angles at once. [{from, to}] in order and apart,
// wide enough that on both edges every rendition has its media.
export class Cuts {
  constructor(sync) {
    this.sync = sync;
    this.list = [];
    this.shown = [];
  }

  // Those who edit see them on the time line, and what is cut, too.
  use(list, leapt = true) {
    this.shown = list;
    this.list = leapt ? list.map(({ from, to }) => ({ from, to: to + BEHIND })) : [];
  }

  // The cut that a second lies in.
  at(second) { return this.list.find(({ from, to }) => from <= second && second < to); }

  // Whether anything is cut between two seconds.
  between(from, to) { return this.list.some((cut) => cut.from < to && from < cut.to); }

  // Where one gets who wants to go to a second: behind the cut that it lies in, or before it where nothing follows.
  beyond(second) {
    const cut = this.at(second);
    if (!cut) return second;
    return cut.to < this.sync.total - 0.05 ? cut.to : Math.max(0, cut.from - SHORT_OF);
  }

  // The last second up to another one that is played.
  before(second) {
    const cut = this.list.find(({ from, to }) => from < second && second <= to);
    return cut ? cut.from - LEAP_READY : second;
  }

  // Leap when the time comes; looked at often enough that none is missed.
  watch(second) {
    const { sync } = this;
    if (!sync.playing) return;
    const cut = this.list.find(({ to }) => second < to - LEAP_EARLY);
    const ahead = cut ? (cut.from - second) / sync.rate : Infinity;
    if (ahead > LEAP_READY || this.due === cut) return;
    this.due = cut;
    setTimeout(() => { this.due = null; this.leap(cut); }, Math.max(0, 1000 * (ahead - LEAP_EARLY)));
  }

  leap(cut) {
    const { sync } = this;
    const { now } = sync;
    if (!sync.playing || !this.list.includes(cut) || now < cut.from - 0.25 || now >= cut.to - LEAP_EARLY) return;
    if (cut.to < sync.total - 0.05) sync.seek(cut.to);
    else sync.pause(); // nothing follows
  }
}
