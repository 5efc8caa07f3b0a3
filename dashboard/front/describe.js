// What is said of a recording, by whoever adds it: kept in the browser with every letter, in the archive soon after.

import { el } from "./base.js";
import { sendingAsk } from "./sending.js";

const DESCRIBE_SOON = 700; // ms after the last letter

const describePending = new Set(); // of what was typed and not sent yet: what sends it at once
addEventListener("pagehide", () => { for (const send of describePending) send(); });

const describeDraft = (member, id) => `shijiao.draft.${member}.${id}`;
const describeSplit = (text) => text.split(/[、,，;；\n]/).map((name) => name.trim()).filter(Boolean);

// `data` as `add` takes it; `used`: words used before, by field; `changed` is called when the title may have changed.
export function addingForm(data, recording, used, changed) {
  const { t } = data;
  const draft = describeDraft(data.member, recording.id);
  const values = recording.description;
  let seen = structuredClone(values); // what others change meanwhile is not ours to write over
  const kept = localStorage.getItem(draft); // typed, and not yet in the archive
  if (kept) {
    const { values: typed, seen: before } = JSON.parse(kept);
    Object.assign(values, typed);
    seen = before;
  }
  values.case ??= {};

  const status = el("span", { class: "quiet", role: "status" });
  let timer;
  let turn = 0;
  function edit() {
    changed();
    told();
    localStorage.setItem(draft, JSON.stringify({ values, seen }));
    status.textContent = t.saving;
    describePending.add(leave);
    clearTimeout(timer);
    timer = setTimeout(save, DESCRIBE_SOON);
  }
  async function save() {
    const mine = (turn += 1);
    const sent = structuredClone(values);
    try {
      await sendingAsk(`of/${recording.id}/describe`, { description: sent, seen });
      seen = sent;
      if (mine !== turn) return; // more was typed meanwhile
      localStorage.removeItem(draft);
      describePending.delete(leave);
      const { kind, specialty, procedure, speakers, language } = values;
      const last = { kind, specialty, procedure, speakers, language, institution: values.case.institution };
      localStorage.setItem(`shijiao.last.${data.member}`, JSON.stringify(last));
      status.textContent = t.saved;
    } catch (error) {
      const final = [400, 403, 404].includes(error.status); // it would be the same the next time
      status.textContent = final ? data.errors[error.code] ?? data.errors.error : t.not_saved;
      if (!final && mine === turn) timer = setTimeout(save, 5000);
    }
  }

  function leave() {
    if (!navigator.onLine) return;
    localStorage.setItem(draft, JSON.stringify({ values, seen, sent: true }));
    sendingAsk(`of/${recording.id}/describe`, { description: values, seen }, { keepalive: true }).catch(() => {});
  }

  const { fields, asked, arrange, told } = describeFields({ data, id: recording.id, values, used, edit });
  const form = el("form", { class: "describe", autocomplete: "off" }, el("h3", {}, t.describe, " ", status),
    fields, asked);
  form.addEventListener("submit", (event) => event.preventDefault());
  arrange();
  told();
  if (kept) save();
  return form;
}

// What was typed of recordings that have no form any more, because they arrived: sent now, where it was not.
export async function addingLeft(member, shown) {
  const before = describeDraft(member, "");
  for (const name of Object.keys(localStorage).filter((each) => each.startsWith(before))) {
    const id = name.slice(before.length);
    if (shown.has(id)) continue;
    const { values, seen, sent } = JSON.parse(localStorage.getItem(name));
    try {
      if (!sent) await sendingAsk(`of/${id}/describe`, { description: values, seen });
    } catch (error) {
      if (![403, 404].includes(error.status)) continue; // another time
    }
    localStorage.removeItem(name);
  }
}

// The fields of a description over `values`, which they change; `edit` is called after each change. `told` counts again what
// of the case is told, `arrange` shows what is asked of this kind of recording.
// `data`: {t: texts of adding, kinds, languages, groups}.
export function describeFields({ data, id, values, used, edit }) {
  const { t } = data;
  const field = (name, label, control, hint = "") => {
    control.id = `${id}-${name}`;
    return el("div", { class: `field f-${name}` }, el("label", { for: control.id }, label), control,
      hint ? el("small", {}, hint) : null);
  };
  const line = (holder, name, label, { type = "text", words = [], hint, split } = {}) => {
    const list = words.length ? el("datalist", { id: `${id}-${name}-words` }, words.map((value) => el("option", { value }))) : null;
    const control = el("input", { type, maxlength: 300, autocomplete: "off", list: list?.id });
    control.value = split ? (holder[name] ?? []).join("、") : holder[name] ?? "";
    control.addEventListener("input", () => { holder[name] = split ? describeSplit(control.value) : control.value; edit(); });
    const made = field(name, label, control, hint);
    if (list) made.append(list);
    return made;
  };
  const choice = (holder, name, label, choices, empty) => {
    const control = el("select", {}, empty ? el("option", { value: "" }, empty) : null,
      Object.entries(choices).map(([value, words]) => el("option", { value }, words)));
    control.value = holder[name] ?? "";
    control.addEventListener("change", () => { holder[name] = control.value; edit(); arrange(); });
    return field(name, label, control);
  };
  const text = (name, label, hint) => {
    const control = el("textarea", { rows: 3, maxlength: 5000 });
    control.value = values.case[name] ?? "";
    control.addEventListener("input", () => { values.case[name] = control.value; edit(); });
    return field(name, label, control, hint);
  };
  const check = (name, label, hint) => {
    const control = el("input", { type: "checkbox", id: `${id}-${name}`, checked: values.case[name] });
    control.addEventListener("change", () => { values.case[name] = control.checked; edit(); });
    return el("div", { class: `field check f-${name}` }, el("label", {}, control, el("span", {}, label)), hint ? el("small", {}, hint) : null);
  };
  const made = (item) => {
    if (item.form === "check") return check(item.name, item.label, item.hint);
    if (item.form === "text") return text(item.name, item.label, item.hint);
    if (item.form === "choice") return choice(values.case, item.name, item.label, item.choices, t.not_said);
    return line(values.case, item.name, item.label, { hint: item.hint });
  };

  const items = data.groups.flatMap((group) => group.items);
  const procedure = line(values, "procedure", t.procedure, { words: used.procedure });
  const score = el("p", { class: "score" });
  const missing = el("p", { class: "quiet" });
  const inner = el("details", {}, el("summary", {}, t.case_open), missing,
    data.groups.map((group) => el("fieldset", {}, el("legend", {}, group.label), group.items.map(made))));
  const asked = el("section", { class: "case", "aria-label": t.case }, el("h3", {}, t.case), el("p", { class: "quiet" }, t.case_advice), score, inner);
  function told() {
    const open = items.filter((item) => { const value = values.case[item.name]; return typeof value === "string" ? !value.trim() : !value; });
    score.textContent = t.score.replace("[n]", items.length - open.length).replace("[m]", items.length);
    missing.textContent = open.length ? t.missing.replace("[what]", open.map((item) => item.label).join(t.comma)) : t.complete;
  }
  function arrange() {
    asked.hidden = values.kind !== "operation";
    procedure.hidden = values.kind !== "operation";
  }
  const fields = el("div", { class: "fields" },
    line(values, "title", t.name),
    choice(values, "kind", t.kind, data.kinds),
    line(values, "specialty", t.specialty, { words: used.specialty }),
    procedure,
    line(values, "speakers", t.speakers, { words: used.speakers, split: true, hint: t.speakers_hint }),
    line(values, "date", t.date, { type: "date" }),
    line(values.case, "institution", t.institution, { words: used.institution }),
    choice(values, "language", t.language, data.languages));
  return { fields, asked, arrange, told };
}
