// Adding recordings: choose files, say what they are, describe them while they are on their way.

import { PARTS, bar, el, icon, link, SHAPES } from "./base.js";
import { addingForm, addingLeft } from "./describe.js";
import { twice } from "./twice.js";
import { sending, sendingAsk, sendingBegin, sendingBytes, sendingDiscard, sendingGoOn, sendingHold, sendingKnow, sendingLook, sendingResume, sendingStart, sendingState } from "./sending.js";

SHAPES.upload = "M12 16V5m0 0L7.5 9.5M12 5l4.5 4.5M5 16v2.5A1.5 1.5 0 0 0 6.500 20h11a1.5 1.5 0 0 0 1.5-1.500V16";
SHAPES.tick = "M5 12.500l4.500 4.500L19 7.500";

export function addingSize(bytes) {
  const megabytes = bytes / 1e6;
  if (megabytes >= 1000) return `${(megabytes / 1000).toFixed(1)} GB`;
  return `${megabytes >= 10 || !bytes ? megabytes.toFixed(0) : Math.max(0.1, megabytes).toFixed(1)} MB`;
}

export function addingFill(text, values) {
  return text.replace(/\[(\w+)\]/g, (_, name) => values[name] ?? "");
}

export function addingTime(seconds, t) {
  if (seconds < 60) return t.under_a_minute;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? addingFill(t.minutes, { n: minutes })
    : addingFill(t.hours, { n: Math.floor(minutes / 60), m: minutes % 60 });
}

const addingButton = (label, act, kind = "") => {
  const made = el("button", { type: "button", class: `act ${kind}` }, label);
  made.addEventListener("click", act);
  return made;
};

// {t: texts, errors, roles, kinds, languages, groups: [{name, label, items}], member, library, open}
function add(data) {
  const { t } = data;
  const input = el("input", { type: "file", multiple: true, hidden: true });
  const picker = addingButton(t.choose, () => input.click(), "main");
  const said = el("div", { role: "status", class: "said" });
  const chosen = el("div", { class: "picked" });
  const coming = el("div", { class: "coming" });
  const drop = el("div", { class: "drop" }, icon("upload"), el("h2", {}, t.drop), el("p", {}, t.drop_advice), picker, input);
  const page = el("section", { class: "adding" }, el("h1", {}, t.title), drop, said, chosen, coming);
  const state = (sending.page ??= { offered: [], notes: [], used: {} });
  const cards = new Map();

  async function take(files) {
    if (!files.length) return;
    said.replaceChildren(el("p", { class: "quiet" }, t.looking));
    try {
      await sort(await sendingLook([...files]));
    } catch (error) {
      state.notes = [{ tone: "bad", text: data.errors[error.code] ?? data.errors.error }];
    }
    arrange();
  }

  async function sort(looked) {
    state.notes = [];
    for (const each of looked) {
      if (each.refused || !each.size) state.notes.push({ tone: "bad", text: addingFill(t.not_media, each) });
      else if (each.known) state.notes.push({ text: addingFill(t.known, { name: each.name, title: each.known.title }), open: each.known.recording });
      else if (each.begun) await sendingResume(each);
      else {
        const same = state.offered.find(({ fingerprint }) => fingerprint === each.fingerprint);
        if (!same) state.offered.push({ ...each, role: "room", goesOn: false });
        else if (same.name !== each.name) state.notes.push({ text: addingFill(t.same, { name: each.name, other: same.name }) });
      }
    }
  }

  function arrange() {
    said.replaceChildren(...state.notes.map(({ tone, text, open }) =>
      el("p", { class: tone ?? "calm" }, text, " ", open ? link(data.open + open, {}, t.open) : null)));
    chosen.replaceChildren(...(state.offered.length ? [arrangement()] : []));
  }

  function arrangement() {
    const several = state.offered.length > 1;
    const together = several && state.together !== false;
    const way = (value, label, advice) => {
      const radio = el("input", { type: "radio", name: "together", checked: value === together });
      radio.addEventListener("change", () => { state.together = value; arrange(); });
      return el("label", { class: "way" }, radio, el("span", {}, el("strong", {}, label), el("small", {}, advice)));
    };
    const rows = state.offered.map((each, number) => {
      const goesOn = together && number > 0 && each.goesOn;
      const role = el("select", { "aria-label": addingFill(t.role_of, each), disabled: goesOn },
        Object.entries(data.roles).map(([value, label]) => el("option", { value, selected: value === each.role }, label)));
      role.addEventListener("change", () => { each.role = role.value; });
      const joined = el("input", { type: "checkbox", checked: each.goesOn });
      joined.addEventListener("change", () => { each.goesOn = joined.checked; arrange(); });
      const gone = el("button", { type: "button", class: "act", "aria-label": addingFill(t.leave_out, each) }, "×");
      gone.addEventListener("click", () => { state.offered.splice(number, 1); arrange(); });
      return el("li", {}, el("span", { class: "name" }, each.name), el("span", { class: "size" }, addingSize(each.size)), role,
        together && number ? el("label", { class: "joined" }, joined, t.goes_on) : null, gone);
    });
    const start = addingButton(t.start, async () => {
      start.disabled = true;
      try {
        const groups = together ? [state.offered] : state.offered.map((each) => [{ ...each, goesOn: false }]);
        for (const group of groups) {
          await sendingBegin(group.map((each, n) => ({ ...each, goesOn: n > 0 && each.goesOn })), beginning(group[0].file));
          state.offered = state.offered.filter((each) => !group.some(({ fingerprint }) => fingerprint === each.fingerprint));
        }
        state.notes = [];
      } catch (error) {
        state.notes = [{ tone: "bad", text: data.errors[error.code] ?? data.errors.error }];
      }
      arrange();
    }, "main");
    return el("section", { class: "panel" }, el("h2", {}, t.chosen),
      several ? el("div", { class: "ways", role: "radiogroup", "aria-label": t.chosen },
        way(true, t.together, t.together_advice), way(false, t.each, t.each_advice)) : null,
      el("ol", { class: "files" }, rows),
      el("div", { class: "buttons" }, start, addingButton(t.cancel, () => { state.offered = []; arrange(); })));
  }

  // What was said last time, and what the file itself tells.
  function beginning(file) {
    const last = JSON.parse(localStorage.getItem(`shijiao.last.${data.member}`) ?? "{}");
    const day = new Date(file.lastModified);
    const date = `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, "0")}-${String(day.getDate()).padStart(2, "0")}`;
    return { ...last, date, title: "", case: last.institution ? { institution: last.institution } : {} };
  }

  function show() {
    const wanted = [...sending.recordings.values()];
    for (const [id, card] of cards) if (!sending.recordings.has(id)) { card.node.remove(); cards.delete(id); }
    for (const recording of wanted) {
      if (!cards.has(recording.id)) {
        const card = addingCard(data, recording, state.used, take);
        cards.set(recording.id, card);
        coming.append(card.node);
      }
      cards.get(recording.id).update();
    }
  }

  input.addEventListener("change", () => { take(input.files).finally(() => { input.value = ""; }); });
  for (const name of ["dragover", "dragleave", "drop"]) {
    page.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.toggle("over", name === "dragover");
      if (name === "drop") take(event.dataTransfer.files);
    });
  }
  sendingStart(data.library, show);
  sendingAsk("mine").then(({ recordings, used }) => {
    state.used = used;
    recordings.forEach(sendingKnow);
    show();
    addingLeft(data.member, new Set(sending.recordings.keys()));
  }).catch((error) => { state.notes = [{ tone: "bad", text: data.errors[error.code] ?? data.errors.error }]; arrange(); });
  arrange();
  show();
  return page;
}

function addingCard(data, recording, used, take) {
  const { t } = data;
  const title = el("h2", {});
  const about = el("p", { class: "about", role: "status" });
  const whole = bar(0, t.progress);
  const list = el("ol", { class: "files" });
  const again = el("input", { type: "file", multiple: true, hidden: true });
  again.addEventListener("change", () => take(again.files));
  const buttons = {
    choose: addingButton(t.choose_again, () => again.click(), "main"),
    goOn: addingButton(t.go_on, () => sendingGoOn(recording), "main"),
    hold: addingButton(t.pause, () => sendingHold(recording)),
    discard: twice({ label: t.discard, sure: t.discard_sure, act: () => sendingDiscard(recording) }),
  };
  const open = link(data.open + recording.id, { class: "act main" }, t.open);
  const known = el("a", { class: "act main", "data-go": true, href: "" }, t.open);
  const form = addingForm(data, recording, used, () => { title.textContent = recording.description.title; });
  const row = el("div", { class: "buttons" }, buttons.choose, buttons.goOn, buttons.hold, open, known, buttons.discard, again);
  const node = el("article", { class: "panel coming-in", "data-recording": recording.id }, title, about, whole, list, row, form);
  title.textContent = recording.description.title;

  function update() {
    const now = sendingState(recording);
    const { done, size, checked } = sendingBytes(recording);
    const share = now === "arrived" || now === "known" ? 1 : size ? done / size : 0;
    const rate = sending.rate.now(recording);
    const left = rate ? addingFill(t.left, { rate: addingSize(rate), time: addingTime((size - done) / rate, t) }) : "";
    const part = now === "checking" ? Math.floor((100 * checked) / size) : Math.floor(100 * share);
    const values = { done: addingSize(done), size: addingSize(size), part, title: recording.known?.title };
    node.className = `panel coming-in ${now}`;
    const words = now === "failed" ? data.errors[recording.failed] ?? data.errors.error : addingFill(t[`is_${now}`], values);
    const told = [words, now === "sending" ? left : ""].filter(Boolean).join(" · ");
    if (about.textContent !== told) about.textContent = told;
    whole.setAttribute("aria-valuenow", Math.round(share * 100));
    whole.firstChild.style.width = `${Math.round(share * 1000) / 10}%`;
    whole.hidden = now === "arrived" || now === "known";
    list.hidden = whole.hidden;
    if (list.childElementCount !== recording.files.length) {
      list.replaceChildren(...recording.files.map((file) => el("li", {}, el("span", { class: "name" }, file.name),
        el("span", { class: "role" }, data.roles[file.role] ?? ""), el("span", { class: "size" }))));
    }
    recording.files.forEach((file, n) => {
      const words_ = `${addingSize(file.done)} / ${addingSize(file.size)}`;
      const place = list.children[n].lastChild;
      if (place.textContent !== words_) place.textContent = words_;
      list.children[n].classList.toggle("missing-file", now === "choose" && !file.file && !file.sent);
    });
    const under = !["arrived", "known", "checking"].includes(now);
    buttons.choose.hidden = now !== "choose";
    buttons.goOn.hidden = !["paused", "failed"].includes(now);
    buttons.hold.hidden = !["sending", "waiting", "retrying", "offline"].includes(now);
    buttons.discard.hidden = !under;
    open.hidden = now !== "arrived";
    known.hidden = now !== "known";
    form.hidden = now === "known";
    if (recording.known) known.setAttribute("href", data.open + recording.known.recording);
  }
  return { node, update };
}

Object.assign(PARTS, { add });
