// The library.

import { PARTS, bar, el, inRow, link, picture } from "./base.js";
import { warmAtRest } from "./inplace.js";

// {title, count, row, cards: [{href, kind, kindName, title, speakers, date, length, state, tone, progress, poster, watched, mine, resume}],
//  filters: {label, clear, fields: [{name, label, value, choices: [{value, label, href}]}]}, none: {title, text},
//  turns: {label, before: {href, label}, after}, player: {script, library}}
function shelf(data, { go }) {
  const pictured = data.cards.some(({ poster }) => poster);
  if (data.player) warmAtRest(data.player);
  const cards = data.cards.map((card) =>
    link(card.href, { class: `card ${card.kind}${pictured ? " pictured" : ""}` },
      pictured ? el("div", { class: "poster" }, card.poster ? picture(card.poster) : null) : null,
      el("p", { class: "top" }, el("span", { class: "kind" }, card.kindName), el("span", { class: "length" }, card.length)),
      el("h3", {}, card.title),
      el("p", { class: "foot" },
        el("span", { class: "by" }, inRow([card.speakers, card.date])),
        card.state ? el("span", { class: `state ${card.tone}` }, card.state) : null),
      card.mine ? el("p", { class: "mine" }, el("span", {}, card.resume || card.mine), card.resume ? el("span", {}, card.mine) : null) : null,
      card.progress !== null ? bar(card.progress, card.state) : card.watched === null ? null : seen(card)));
  return el("section", { class: "shelf" },
    el("div", { class: "heading" }, el("h2", {}, data.title), el("span", {}, data.count)),
    data.filters ? filters(data.filters, go) : null,
    data.none ? el("div", { class: "sifted", role: "status" }, el("h3", {}, data.none.title), el("p", {}, data.none.text)) : null,
    el("div", { class: `cards${data.row ? " row" : ""}` }, cards),
    data.turns ? turns(data.turns) : null);
}

function seen({ watched, mine }) {
  const drawn = bar(watched, mine);
  drawn.classList.add("seen");
  return drawn;
}

function filters({ label, clear, fields }, go) {
  return el("form", { class: "filters", "aria-label": label }, fields.map((field) => {
    const select = el("select", { name: field.name, class: field.value ? "set" : "" }, field.choices.map((choice) =>
      el("option", { value: choice.href, selected: choice.value === field.value }, choice.label)));
    select.addEventListener("change", () => go(select.value));
    return el("label", {}, field.label, select);
  }), clear ? link(clear.href, {}, clear.label) : null);
}

function turns({ label, before, after }) {
  const step = (way) => (way ? link(way.href, { class: "more" }, way.label) : null);
  return el("nav", { class: "turns", "aria-label": label }, step(before), el("span", {}, label), step(after));
}

Object.assign(PARTS, { shelf });
