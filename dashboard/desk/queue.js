import { shelf, unique } from "./tab.js";

const LATER = [1, 2, 4, 8, 15]; // seconds after which what could not be sent is sent again

// What was written and is not saved yet. It stays in this browser until the server has it on its disk: a reload, a lost
// link or a server that was killed loses nothing, and telling the server twice changes nothing.
// `post(operations)` sends; `saved(operation, sentence)`, `changed()` tell how it goes.
export class Queue {
  constructor(name, { post, saved, changed }) {
    Object.assign(this, { post, saved, changed });
    this.operations = [];
    this.drafts = {};
    this.sending = 0;
    this.failed = 0;
    this.state = "";
    // Where another window lives, both send what it left behind, which is the same as once.
    this.shelve = shelf(name, ({ operations = [], drafts = {} }) => {
      for (const each of operations) if (!this.operations.some(({ id }) => id === each.id)) this.operations.push(each);
      Object.assign(this.drafts, drafts);
    });
    this.keep();
  }

  keep() {
    const { operations, drafts } = this;
    this.shelve(operations.length || Object.keys(drafts).length ? { operations, drafts } : null);
  }

  get waiting() { return this.operations.filter(({ conflict }) => !conflict); }
  get conflicts() { return this.operations.filter(({ conflict }) => conflict); }
  of(start) { return this.operations.filter((each) => near(each.start, start)); }

  draft(start, draft) {
    if (draft) this.drafts[start.toFixed(3)] = draft;
    else delete this.drafts[start.toFixed(3)];
    this.keep();
  }

  add({ start, end, before, after }) {
    const open = this.waiting.slice(this.sending).findLast((each) => near(each.start, start));
    if (open) {
      open.after = after;
      if (open.before === after) this.operations.splice(this.operations.indexOf(open), 1);
    } else if (before !== after) this.operations.push({ id: unique(), start, end, before, after });
    this.draft(start, null);
    this.changed();
    this.pump();
  }

  async pump() {
    clearTimeout(this.timer);
    const batch = this.waiting.slice(0, 50);
    if (this.sending || !batch.length) return;
    this.sending = batch.length;
    this.changed();
    try {
      const results = await this.post(batch.map(({ id, start, end, before, after }) => ({ id, start, end, before, after })));
      this.sending = 0;
      this.failed = 0;
      this.state = "";
      for (const result of results) this.settle(result);
    } catch (problem) {
      this.sending = 0;
      this.state = problem.state ?? "offline";
      const seconds = LATER[Math.min(this.failed, LATER.length - 1)];
      this.failed += 1;
      this.timer = setTimeout(() => this.pump(), seconds * 1000);
    }
    this.keep();
    this.changed();
    if (!this.failed) this.pump();
  }

  settle({ id, state, now, merged }) {
    const operation = this.operations.find((each) => each.id === id);
    if (!operation) return;
    if (state === "conflict") {
      // What was written into the same sentence since goes with it.
      const later = this.of(operation.start).filter((each) => each !== operation && !each.conflict);
      if (later.length) operation.after = later.at(-1).after;
      this.operations = this.operations.filter((each) => !later.includes(each));
      operation.conflict = { now, merged: later.length ? null : merged };
      return;
    }
    this.operations.splice(this.operations.indexOf(operation), 1);
    this.saved(operation, now);
  }

  // How a conflict is to end: with this text, or (null) as it is now.
  resolve(operation, text) {
    const { now } = operation.conflict;
    this.operations.splice(this.operations.indexOf(operation), 1);
    if (text === null) { this.saved(operation, now); this.keep(); this.changed(); return; }
    this.add({ start: now?.start ?? operation.start, end: now?.end ?? operation.end, before: now?.text ?? "", after: text });
    this.keep();
  }
}

export const near = (one, other) => Math.abs(one - other) < 0.01;
