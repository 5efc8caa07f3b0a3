// The library.

import { PARTS, bar, el, join, link, picture } from "./base.js";

// {title, count, cards: [{href, kind, kindName, title, speakers, date, length, state, tone, progress, poster}], more: {href, label}}
function shelf(data) {
  const pictured = data.cards.some(({ poster }) => poster);
  const cards = data.cards.map((card) =>
    link(card.href, { class: `card ${card.kind}${pictured ? " pictured" : ""}` },
      pictured ? el("div", { class: "poster" }, card.poster ? picture(card.poster) : null) : null,
      el("p", { class: "top" }, el("span", { class: "kind" }, card.kindName), el("span", { class: "length" }, card.length)),
      el("h3", {}, card.title),
      el("p", { class: "foot" },
        el("span", { class: "by" }, join([card.speakers, card.date])),
        card.state ? el("span", { class: `state ${card.tone}` }, card.state) : null),
      card.progress === null ? null : bar(card.progress, card.state)));
  return el("section", { class: "shelf" },
    el("div", { class: "heading" }, el("h2", {}, data.title), el("span", {}, data.count)),
    el("div", { class: "cards" }, cards),
    data.more ? link(data.more.href, { class: "more" }, data.more.label) : null);
}

Object.assign(PARTS, { shelf });
