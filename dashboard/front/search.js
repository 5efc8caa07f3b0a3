// What a search found, and by what it can be narrowed.

import { PARTS, el, icon, inRow, link, marked, picture } from "./base.js";
import { playIn, warm, warmAtRest } from "./inplace.js";

const VALUES_SHOWN = 6; // values of a filter; the others on request
let filtersOpen = false; // the filters, on a phone
let filterPressed = ""; // the filter that was pressed last keeps the keyboard

// {title, notes: [text], instead: {label, links}, chosen: [{label, remove, href}], clear: {label, href},
//  facets: [{name, label, values: [{id, label, count, chosen, href}]}], foldLabel, moreLabel,
//  groups: [{id, href, title, marks, kind, kindName, about, moments, further}], empty: {title, text, more, link},
//  more: {href, label}, end, player: {script, library}, texts}
function results(data, root) {
  if (data.groups.length) warmAtRest(data.player);
  const turn = (href) => { found.setAttribute("aria-busy", "true"); root.go(href, true); };
  const found = el("div", { class: "found" },
    meantInstead(data.instead), filtersChosen(data, turn),
    data.groups.map((group) => recordingFound(group, data)),
    data.empty ? nothingFound(data.empty) : null,
    data.more ? link(data.more.href, { class: "more", "data-stay": true }, data.more.label) : null,
    data.end ? el("p", { class: "end" }, data.end) : null);
  return el("section", { class: `results${data.facets.length ? " sifted" : ""}` },
    el("div", { class: "heading" }, data.title ? el("h2", {}, data.title) : null,
      data.notes.map((note) => el("p", {}, note))),
    data.facets.length ? filterPanel(data, turn) : null, found);
}

function nothingFound({ title, text, more, link: way }) {
  return el("section", { class: "notice calm", role: "status" }, el("h2", {}, title), el("p", {}, text),
    more ? el("p", {}, more) : null,
    link(way.href, { class: "more" }, way.label));
}

function meantInstead(told) {
  if (!told) return null;
  return el("p", { class: "instead" }, told.label, told.links.map(({ label, href }) => link(href, {}, label)));
}

function filtersChosen(data, turn) {
  if (!data.chosen.length) return null;
  const chips = data.chosen.map(({ label, remove, href }) => {
    const chip = el("button", { type: "button", "aria-label": remove }, label, icon("close"));
    chip.addEventListener("click", () => turn(href));
    return chip;
  });
  const clear = el("button", { type: "button", class: "clear" }, data.clear.label);
  clear.addEventListener("click", () => turn(data.clear.href));
  return el("p", { class: "chosen" }, chips, clear);
}

function filterPanel(data, turn) {
  const panel = el("div", { class: "panel", id: "filters" }, data.facets.map((facet) => {
    const rows = facet.values.map((value) => filterValue(value, turn));
    const rest = rows.slice(VALUES_SHOWN).filter((each) => !each.querySelector("input").checked);
    for (const each of rest) each.hidden = true;
    const more = rest.length ? el("button", { type: "button", class: "rest" }, `${data.moreLabel} (${rest.length})`) : null;
    more?.addEventListener("click", () => {
      for (const each of rest) each.hidden = false;
      more.remove();
      rest[0].querySelector("input").focus();
    });
    return el("fieldset", {}, el("legend", {}, facet.label), rows, more);
  }));
  const fold = el("button", { type: "button", class: "fold", "aria-controls": panel.id }, icon("sift"), data.foldLabel);
  const show = () => {
    fold.setAttribute("aria-expanded", String(filtersOpen));
    panel.classList.toggle("open", filtersOpen);
  };
  fold.addEventListener("click", () => { filtersOpen = !filtersOpen; show(); });
  show();
  return el("aside", { class: "sieve", "aria-label": data.foldLabel }, fold, panel);
}

function filterValue({ id, label, count, chosen: on, href }, turn) {
  const box = el("input", { type: "checkbox", id, checked: on });
  box.addEventListener("change", () => { filterPressed = id; turn(href); });
  if (filterPressed === id) queueMicrotask(() => { filterPressed = ""; box.focus({ preventScroll: true }); });
  return el("label", { for: id }, box, el("span", {}, label), el("small", {}, String(count)));
}

function recordingFound(group, data) {
  const place = el("div", { class: "place" });
  const buttons = group.moments.map((moment) => {
    const button = el("button", { type: "button", class: "moment" }, el("span", { class: "unseen" }, moment.label),
      el("span", { class: "frame" }, moment.picture ? picture(moment.picture) : null, icon("play")),
      el("time", { "aria-hidden": "true" }, moment.time),
      el("span", { class: "said" }, marked(moment.text, moment.marks),
        moment.notes.map((note) => [" ", el("span", { class: "note" }, note)]).flat()));
    const light = (on) => buttons.forEach((each) => each.setAttribute("aria-current", String(on && each === button)));
    button.addEventListener("pointerenter", () => warm(data.player));
    button.addEventListener("click", () => {
      playIn(place, group, moment.second, data.texts, (asked) => {
        light(false);
        if (asked) button.focus({ preventScroll: true });
      });
      light(true);
    });
    return button;
  });
  const bare = !group.moments.some((moment) => moment.picture);
  return el("article", { class: `group ${group.kind}${bare ? " bare" : ""}` },
    el("div", { class: "top" },
      el("h3", {}, link(group.href, {}, marked(group.title, group.marks))),
      el("span", { class: "kind" }, group.kindName),
      group.about ? el("span", { class: "about" }, inRow(group.about.split(" · "))) : null),
    place,
    el("ol", {}, buttons.map((button, number) => el("li", {}, button,
      link(group.moments[number].href, { class: "open", "aria-label": group.moments[number].open }, icon("open"))))),
    group.further ? link(group.href, { class: "further" }, group.further) : null);
}

// {title, text, columns: [name] × 3, rows: [{query, href, count, last}], export: {href, label}, more: {href, label}}
function missesTable(data) {
  return el("section", { class: "misses" },
    el("div", { class: "heading" }, el("h2", {}, data.title), el("p", {}, data.text)),
    el("a", { class: "more", href: new URL(data.export.href, document.baseURI).href, download: true }, data.export.label),
    el("table", {},
      el("thead", {}, el("tr", {}, data.columns.map((name) => el("th", { scope: "col" }, name)))),
      el("tbody", {}, data.rows.map((each) => el("tr", {},
        el("th", { scope: "row" }, link(each.href, {}, each.query)),
        el("td", {}, String(each.count)), el("td", {}, el("time", {}, each.last)))))),
    data.more ? link(data.more.href, { class: "more", "data-stay": true }, data.more.label) : null);
}

Object.assign(PARTS, { results, missesTable });
