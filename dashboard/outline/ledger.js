import { shelf } from "../desk/tab.js";

const SOON = 600; // ms after the last change until it is sent
const AGAIN = [1, 2, 4, 8, 15]; // seconds after which what could not be sent is sent again

export const same = (one, other) => JSON.stringify(plain(one)) === JSON.stringify(plain(other));
const plain = (point) => point && { start: point.start, title: point.title, step: point.step, reason: point.reason };

// The chapters by their id: as the server has them, what was changed here and is not saved yet, and the way back. What is
// not saved stays in this browser, so that a reload or a lost link loses nothing; telling the server twice changes nothing.
// `post(changes)` sends, `changed()` tells that something is otherwise.
export class Ledger {
  constructor(name, { post, changed }) {
    Object.assign(this, { post, changed, seen: {}, pending: {}, conflicts: {}, past: [], future: [], failed: 0, state: "" });
    this.shelve = shelf(name, ({ pending = {}, conflicts = {} }) => {
      Object.assign(this.pending, pending);
      Object.assign(this.conflicts, conflicts);
    });
    this.keep();
  }

  keep() {
    const { pending, conflicts } = this;
    this.shelve(Object.keys(pending).length || Object.keys(conflicts).length ? { pending, conflicts } : null);
  }

  // The chapters as they stand here, in their order.
  get chapters() {
    const mine = { ...this.seen };
    for (const [id, { after }] of Object.entries(this.pending)) if (after) mine[id] = after; else delete mine[id];
    return Object.entries(mine).map(([id, point]) => ({ id, ...point })).sort((a, b) => a.start - b.start || (a.id < b.id ? -1 : 1));
  }

  get count() { return Object.keys(this.pending).length; }
  at(id) { return plain(id in this.pending ? this.pending[id].after : this.seen[id]) ?? null; }

  // What the server has now: [{id, start, title, step, reason}, …]
  take(chapters) {
    this.seen = Object.fromEntries(chapters.map(({ id, ...point }) => [id, plain(point)]));
    this.keep();
    this.changed();
  }

  // Change chapters: {id: point, or null for none, …}. Changes with one `label` that follow each other are one step back.
  edit(wanted, label = "") {
    const made = Object.entries(wanted).map(([id, after]) => ({ id, before: this.at(id), after: plain(after) })).filter(({ before, after }) => !same(before, after));
    if (!made.length) return;
    const last = this.past.at(-1);
    if (label && last?.label === label) for (const each of made) last.made.find(({ id }) => id === each.id).after = each.after;
    else this.past.push({ label, made });
    this.future = [];
    for (const { id, after } of made) this.put(id, after);
    this.go();
  }

  // What is typed from now on is another step back.
  rest() { if (this.past.length) this.past.at(-1).label = ""; }

  put(id, after) {
    const before = id in this.pending ? this.pending[id].before : this.seen[id] ?? null;
    if (same(before, after) && !this.sending?.[id]) delete this.pending[id];
    else this.pending[id] = { before, after };
  }

  // Take back what was done last, or do it again; what somebody else changed since stays. Whether there was anything.
  undo() { return this.turn(this.past, this.future, "after", "before"); }
  redo() { return this.turn(this.future, this.past, "before", "after"); }

  turn(from, to, now, then) {
    const last = from.pop();
    if (!last) return false;
    const { made } = last;
    for (const each of made) if (same(this.at(each.id), each[now])) this.put(each.id, each[then]);
    to.push({ label: "", made });
    this.go();
    return true;
  }

  go() {
    this.keep();
    this.changed();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.pump(), SOON);
  }

  async pump() {
    clearTimeout(this.timer);
    if (this.sending || !this.count) return;
    const sent = (this.sending = structuredClone(this.pending));
    this.changed();
    try {
      const { results, chapters } = await this.post(Object.entries(sent).map(([id, { before, after }]) => ({ id, before, after })));
      for (const { id, state, now } of results) this.settle(id, state, now, sent[id]);
      this.failed = 0;
      this.state = "";
      this.sending = null;
      this.take(chapters);
    } catch (problem) {
      this.sending = null;
      this.state = problem.state ?? "offline";
      this.why = problem.text ?? "";
      const seconds = AGAIN[Math.min(this.failed, AGAIN.length - 1)];
      this.failed += 1;
      this.timer = setTimeout(() => this.pump(), seconds * 1000);
      this.changed();
      return;
    }
    if (this.count) this.timer = setTimeout(() => this.pump(), SOON);
  }

  settle(id, state, now, sent) {
    const here = this.pending[id];
    if (state === "conflict") {
      this.conflicts[id] = { mine: here.after, theirs: now };
      delete this.pending[id];
    } else if (same(here.after, sent.after)) delete this.pending[id];
    else here.before = sent.after;
  }

  // How a conflict is to end: with what was written here, or as it is now.
  resolve(id, mine) {
    const conflict = this.conflicts[id];
    delete this.conflicts[id];
    if (mine) this.edit({ [id]: conflict.mine });
    else this.go();
  }
}
