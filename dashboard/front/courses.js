// Courses: the list of them, one as it is taken, and what a trainer keeps of one.

import { PARTS, bar, el, icon, inRow, link } from "./base.js";
import { toClipboard } from "./clipboard.js";
import { keep, kept } from "./drafts.js";

// {title, cards: [{href, title, text, facts, progress, progressLabel}], empty, begin: {label, hint, most}}
function courses(data, { act }) {
  const cards = data.cards.map((card) => link(card.href, { class: "card course" },
    el("h3", {}, card.title), card.text ? el("p", { class: "by" }, card.text) : null,
    el("p", { class: "foot" }, card.facts.filter(Boolean).map((fact) => el("span", {}, fact)),
      card.progressLabel ? el("span", { class: "state work" }, card.progressLabel) : null),
    card.progress === null ? null : bar(card.progress, card.progressLabel)));
  return el("section", { class: "shelf" },
    el("div", { class: "heading" }, el("h2", {}, data.title)),
    data.begin ? asking(data.begin, (title) => act("begin", { title })) : null,
    cards.length ? el("div", { class: "cards" }, cards) : el("p", { class: "quiet" }, data.empty));
}

const AGAIN = 5000; // ms after which the same line may be sent once more: before that it is a double press

// A line to write in with a button: {label, hint, most, offered, value}
function asking({ label, hint, most, offered, value = "" }, done) {
  const list = offered?.length ? el("datalist", { id: "offered" }, offered.map((value) => el("option", { value }))) : null;
  const field = el("input", { "aria-label": hint, placeholder: hint, maxlength: most, list: list ? "offered" : null,
    autocomplete: "off", value });
  let sent = "";
  const form = el("form", { class: "entry" }, field, list, el("button", { type: "submit", class: "main" }, label));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const asked = field.value.trim();
    if (!asked || asked === sent) return;
    sent = asked;
    setTimeout(() => { sent = ""; }, AGAIN);
    done(asked);
  });
  return form;
}

function item(row, ...tools) {
  return el("li", { class: row.done ? "done" : null },
    link(row.href, {}, el("strong", {}, row.title),
      el("span", { class: "by" }, inRow([row.of, row.range, row.length]))),
    tools.length ? tools : [el("span", { class: `state ${row.done ? "work" : ""}` }, row.label), bar(row.progress, row.label)]);
}

// {title, text, due, progress, progressLabel, items, back}
function course(data) {
  return el("section", { class: "course" },
    link(data.back.href, { class: "back" }, icon("back"), data.back.label),
    el("h1", {}, data.title), data.due ? el("p", { class: "due" }, data.due) : null,
    data.text ? el("p", { class: "text" }, data.text) : null,
    bar(data.progress, data.progressLabel), el("p", { class: "quiet" }, data.progressLabel),
    el("ol", { class: "items" }, data.items.map((row) => item(row))));
}

// {course, member, values: {title, text}, most, texts, back}
// What is typed stays in this tab until Python gives it back: only then is it saved.
function courseHead(data, { act }) {
  const { texts, values } = data;
  const place = `shijiao.course.${data.member}.${data.course}`;
  const typed = kept(place);
  const saved = typed !== null && unchanged(typed, values);
  const title = el("input", { "aria-label": texts.title, value: (typed ?? values).title, maxlength: data.most.title, required: true });
  const text = el("textarea", { "aria-label": texts.text, placeholder: texts.text, rows: 3, maxlength: data.most.text },
    (typed ?? values).text);
  const save = el("button", { type: "submit", class: "main" });
  const away = el("button", { type: "button", class: "plain" }, texts.away);
  const changed = () => {
    const now = { title: title.value, text: text.value };
    const same = unchanged(now, values);
    title.setCustomValidity(title.value.trim() ? "" : texts.nameless);
    save.textContent = texts.save;
    save.disabled = same;
    keep(place, same ? null : now);
  };
  const form = el("form", { class: "course head" },
    link(data.back.href, { class: "back" }, icon("back"), data.back.label), title, text,
    el("div", { class: "row" }, save, away));
  changed();
  if (saved) save.textContent = texts.saved;
  form.addEventListener("input", changed);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (save.disabled) return;
    save.disabled = true;
    act("save", { title: title.value.trim(), text: text.value.trim() });
  });
  away.addEventListener("click", () => { if (confirm(texts.sure)) act("away"); });
  return form;
}

const unchanged = (one, other) => one.title.trim() === other.title.trim() && one.text.trim() === other.text.trim();

// {items, offered, wrong: {text, asked} or null, texts}
function courseItems(data, { act }) {
  const { texts } = data;
  const tool = (what, name, row) => {
    const button = el("button", { type: "button", class: "tool", "aria-label": `${texts[what]}: ${row.title}` }, icon(name));
    button.addEventListener("click", () => act(what, { id: row.id }));
    return button;
  };
  return el("section", { class: "course" }, el("h2", {}, texts.heading),
    data.items.length
      ? el("ol", { class: "items edited" }, data.items.map((row) =>
          item(row, el("span", { class: "tools" }, tool("up", "up", row), tool("down", "down", row), tool("remove", "close", row)))))
      : el("p", { class: "quiet" }, texts.empty),
    asking({ label: texts.add, hint: texts.hint, most: 500, offered: data.offered, value: data.wrong?.asked },
      (asked) => act("add", { asked })),
    data.wrong ? el("p", { class: "wrong", role: "alert" }, data.wrong.text) : null);
}

// {given: [{id, name, due}], learners: [{name, due, progress, label}], members, institutions: [{id, label}], today, wrong,
//  reminder, texts}
function coursePeople(data, { act }) {
  const { texts } = data;
  const group = (label, found) => (found.length
    ? el("optgroup", { label }, found.map((one) => el("option", { value: one.id }, one.label))) : null);
  const whom = el("select", { "aria-label": texts.whom, required: true }, el("option", { value: "" }, texts.choose), group(texts.institutions, data.institutions), group(texts.people, data.members));
  const due = el("input", { type: "date", "aria-label": texts.due, min: data.today });
  const assign = el("button", { type: "submit", class: "main", disabled: true }, texts.assign);
  const form = el("form", { class: "entry" }, whom, due, assign);
  whom.addEventListener("change", () => { assign.disabled = !whom.value; });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    act("assign", { whom: whom.value, due: due.value });
  });
  const given = data.given.map((one) => {
    const back = el("button", { type: "button", class: "tool", "aria-label": `${texts.takeBack}: ${one.name}` }, icon("close"));
    back.addEventListener("click", () => act("take_back", { id: one.id }));
    return el("li", {}, one.name, one.due ? el("span", { class: "quiet" }, one.due) : null, back);
  });
  const copy = el("button", { type: "button", class: "plain" }, texts.copy);
  copy.addEventListener("click", async () => {
    await toClipboard(data.reminder, copy);
    copy.textContent = texts.copied;
  });
  return el("section", { class: "course" }, el("h2", {}, texts.heading), form,
    data.wrong ? el("p", { class: "wrong", role: "alert" }, data.wrong) : null,
    given.length ? el("ul", { class: "given", "aria-label": texts.given }, given) : el("p", { class: "quiet" }, texts.nobody),
    data.learners.length ? [el("h3", {}, texts.progress), el("ul", { class: "learners" }, data.learners.map((one) =>
      el("li", {}, el("span", {}, one.name), el("span", { class: "quiet" }, one.due), el("span", {}, one.label),
        bar(one.progress, `${one.name} ${one.label}`))))] : null,
    data.reminder ? el("details", {}, el("summary", {}, texts.remind), el("pre", {}, data.reminder), copy) : null);
}

Object.assign(PARTS, { courses, course, courseHead, courseItems, coursePeople });
