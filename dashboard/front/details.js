// What is said of a recording: its description, rights and poster. What is typed stays in this browser until it is saved;
// what somebody else changed meanwhile is told, field by field, and never written over.

import { PARTS, el, picture } from "./base.js";
import { describeFields } from "./describe.js";

const DETAILS_NONE = { take_away: false, poster: {}, speakers: [] };
const detailsSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);
const detailsClock = (second) => `${Math.floor(second / 60)}:${String(Math.floor(second % 60)).padStart(2, "0")}`;

// {member, recording, address, html, t (of adding), d (of details), kinds, languages, groups, names (of fields), failures,
//  choose: the address of the page where a second can be chosen for the poster}
function details(data, { act }) {
  const root = el("section", { class: "details", "aria-busy": "true" }, el("p", { class: "quiet" }, data.d.loading));
  new Details(root, data, () => act("titled")).start();
  return root;
}

class Details {
  constructor(root, data, titled) {
    Object.assign(this, { root, data, titled, d: data.d, pending: {}, theirs: {} });
    this.draft = `shijiao.details.${data.member}.${data.recording}`;
    this.state = el("p", { class: "saving", role: "status" });
    this.problem = el("p", { class: "problem", role: "alert", hidden: true });
    this.save = el("button", { type: "submit", class: "main" }, this.d.save);
    this.drop = el("button", { type: "button" }, this.d.drop);
    this.drop.addEventListener("click", () => { this.pending = {}; this.theirs = {}; this.tell(""); this.draw(); });
  }

  async start() {
    try {
      this.take(await this.ask("sheet"));
      Object.assign(this.pending, JSON.parse(localStorage.getItem(this.draft)) ?? {}); // typed, and not saved
      this.draw();
    } catch (problem) {
      this.root.replaceChildren(el("p", { role: "alert" }, problem.text ?? this.d.failed));
      setTimeout(() => { if (this.root.isConnected) this.start(); }, 4000);
    }
    this.root.removeAttribute("aria-busy");
  }

  async ask(what, values) {
    const options = values ? { method: "POST", body: JSON.stringify(values), headers: { "X-Shijiao": "1" } } : { cache: "no-store" };
    const answer = await fetch(new URL(`${this.data.address}${what}`, document.baseURI).href, options);
    const told = await answer.json().catch(() => ({}));
    if (answer.ok) return told;
    const bad = told.facts?.why && this.d[`bad_${told.facts.why}`];
    throw Object.assign(new Error(answer.status), { field: told.facts?.field, text: bad ? bad.replace("[field]", this.name(told.facts.field)) : this.data.failures[told.code] ?? this.d.failed });
  }

  take(sheet) {
    this.sheet = sheet;
    this.seen = sheet.fields;
  }

  name(field) { return this.data.names[field] ?? field; }
  at(fields, name) { return fields[name] ?? (name in DETAILS_NONE ? DETAILS_NONE[name] : ""); }

  // -- drawing: the whole form anew, only when its values come from elsewhere

  draw() {
    const { data, d, sheet } = this;
    const values = { case: {} };
    for (const [name, value] of Object.entries({ ...this.seen, ...Object.fromEntries(Object.entries(this.pending).map(([name, { after }]) => [name, after])) })) {
      if (name.startsWith("case.")) values.case[name.slice(5)] = value; else values[name] = structuredClone(value);
    }
    this.values = values;
    const made = describeFields({ data, id: "details", values, used: sheet.used, edit: () => { made.told(); this.gather(); } });
    const form = el("form", { class: "describe", autocomplete: "off", novalidate: true }, made.fields, this.rights(), this.poster(), made.asked,
      this.trouble = el("div", { class: "conflicts" }), el("div", { class: "save" }, this.state, this.problem, this.drop, this.save));
    form.addEventListener("submit", (event) => { event.preventDefault(); this.send(); });
    form.addEventListener("keydown", (event) => {
      if (event.key === "s" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); this.send(); }
      if (event.key === "Enter" && event.target.matches("input")) event.preventDefault(); // saving is a press of its own
      event.stopPropagation();
    });
    made.arrange();
    made.told();
    this.root.replaceChildren(form, this.history());
    this.show();
  }

  rights() {
    const { d, values } = this;
    const box = el("input", { type: "checkbox", checked: values.take_away, "aria-describedby": "details-take" });
    box.addEventListener("change", () => { values.take_away = box.checked; this.gather(); });
    return el("fieldset", { class: "rights f-take_away" }, el("legend", {}, d.rights), el("div", { class: "field check" },
      el("label", {}, box, el("span", {}, d.takeAway)), el("small", { id: "details-take" }, d.takeAwayAbout)));
  }

  poster() {
    const { d, sheet, values } = this;
    const choices = [{ value: {}, label: d.posterOurs, image: sheet.ours }, ...sheet.stills.map(({ angle, time, image }) => ({ value: { angle, time }, label: detailsClock(time), image }))];
    const { angle, time } = values.poster ?? {};
    const mine = sheet.stills.filter((still) => still.angle === angle).sort((a, b) => Math.abs(a.time - time) - Math.abs(b.time - time))[0];
    const chosen = mine ? choices.find(({ value }) => value.angle === mine.angle && value.time === mine.time) : choices[0];
    const radios = choices.map((choice) => {
      const radio = el("input", { type: "radio", name: "poster", checked: choice === chosen });
      radio.addEventListener("change", () => { values.poster = choice.value; this.gather(); });
      return el("label", {}, radio, choice.image ? picture(choice.image) : el("span", { class: "none" }), el("span", {}, choice.label));
    });
    return el("fieldset", { class: "poster f-poster" }, el("legend", {}, d.poster),
      el("p", { class: "quiet" }, sheet.stills.length ? d.posterAbout : d.posterNone, " ", el("a", { href: this.data.choose, "data-go": true }, d.posterElsewhere)),
      el("div", { class: "stills" }, ...radios));
  }

  history() {
    const { d, data, sheet } = this;
    const moment = (at) => new Date(at).toLocaleString(data.html, { dateStyle: "medium", timeStyle: "short" });
    return el("details", { class: "past" }, el("summary", {}, d.history), el("ol", {}, ...sheet.history.map(({ at, author, fields }) => el("li", {},
      el("span", {}, moment(at)), el("small", {}, [author, fields.map((name) => this.name(name)).join(data.t.comma)].filter(Boolean).join(" · ") || d.system)))));
  }

  // -- what was changed here

  // What differs now from what the server had when the field was first touched.
  gather() {
    const { values } = this;
    const flat = Object.fromEntries(Object.entries(values).filter(([name]) => name !== "case"));
    for (const [name, value] of Object.entries(values.case)) flat[`case.${name}`] = value || "";
    for (const [name, value] of Object.entries(flat)) {
      const before = this.pending[name] ? this.pending[name].before : this.at(this.seen, name);
      if (detailsSame(before, value)) delete this.pending[name];
      else this.pending[name] = { before: structuredClone(before), after: structuredClone(value) };
    }
    this.keep();
    this.show();
  }

  keep() {
    try {
      if (Object.keys(this.pending).length) localStorage.setItem(this.draft, JSON.stringify(this.pending));
      else localStorage.removeItem(this.draft);
    } catch { /* a private window may keep nothing */ }
  }

  show() {
    const count = Object.keys(this.pending).length;
    this.keep();
    const state = this.sending ? "saving" : count ? "unsaved" : "saved";
    this.state.dataset.state = state;
    this.state.textContent = this.d[state].replace("[count]", count);
    this.save.disabled = this.sending || !count;
    this.drop.hidden = !count;
    this.conflicts();
  }

  tell(text, field) {
    this.problem.textContent = text;
    this.problem.hidden = !text;
    for (const one of this.root.querySelectorAll("[aria-invalid]")) one.removeAttribute("aria-invalid");
    const control = field && this.root.querySelector(`.f-${CSS.escape(field.replace("case.", ""))} :is(input, select, textarea)`);
    control?.setAttribute("aria-invalid", "true");
    control?.focus();
  }

  conflicts() {
    const { d } = this;
    this.trouble.replaceChildren(...Object.entries(this.theirs).filter(([name]) => this.pending[name]).map(([name, theirs]) => {
      const press = (label, act) => {
        const button = el("button", { type: "button" }, label);
        button.addEventListener("click", () => { delete this.theirs[name]; act(); this.tell(""); this.draw(); });
        return button;
      };
      return el("section", { role: "alert" }, el("p", {}, d.conflict.replace("[who]", this.who || d.somebody).replace("[field]", this.name(name))
        .replace("[theirs]", this.words(name, theirs) || d.empty).replace("[mine]", this.words(name, this.pending[name].after) || d.empty)),
      press(d.keepMine, () => { this.pending[name].before = theirs; }), press(d.keepTheirs, () => { delete this.pending[name]; }));
    }));
  }

  words(name, value) {
    if (Array.isArray(value)) return value.join(this.data.t.comma);
    if (name === "poster") return value.angle ? detailsClock(value.time) : this.d.posterOurs;
    if (typeof value === "boolean") return value ? this.d.yes : this.d.no;
    return { kind: this.data.kinds, language: this.data.languages }[name]?.[value] ?? value;
  }

  async send() {
    if (this.sending || !Object.keys(this.pending).length) return;
    this.sending = true;
    this.tell("");
    this.show();
    const sent = structuredClone(this.pending);
    try {
      const { fields, conflicts, who } = await this.ask("change", { changes: sent });
      this.sending = false;
      this.seen = fields;
      if (conflicts.length) {
        this.who = who;
        this.theirs = Object.fromEntries(conflicts.map((name) => [name, this.at(fields, name)]));
        this.show();
        this.trouble.scrollIntoView({ block: "center" });
        return;
      }
      // What was typed while it was saved is a change of what is saved now.
      for (const [name, { after }] of Object.entries(sent)) {
        if (this.pending[name] && detailsSame(this.pending[name].after, after)) delete this.pending[name];
        else if (this.pending[name]) this.pending[name].before = this.at(fields, name);
      }
      this.show();
      if ("title" in sent) this.titled(); // it stands over the form too
      this.take(await this.ask("sheet"));
      const past = this.root.querySelector(".past");
      past.replaceWith(Object.assign(this.history(), { open: past.open }));
    } catch (problem) {
      this.sending = false;
      this.show();
      this.tell(problem.text ?? (navigator.onLine ? this.d.failed : this.d.offline), problem.field);
    }
  }
}

Object.assign(PARTS, { details });
