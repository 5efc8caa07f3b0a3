// How recordings are used: a table of them, and one over its time line.

import { PARTS, el, icon, link } from "./base.js";

// {title, rows: [{href, title, values}], heads, empty, export: {label, href}}
function usage(data) {
  if (!data.rows.length) return el("section", { class: "usage" }, el("h2", {}, data.title), el("p", { class: "quiet" }, data.empty));
  const heads = el("tr", {}, data.heads.map((head) => el("th", { scope: "col" }, head)));
  const rows = data.rows.map((row) => el("tr", {}, el("th", { scope: "row" }, link(row.href, {}, row.title)),
    row.values.map((value) => el("td", {}, value))));
  return el("section", { class: "usage" },
    el("div", { class: "heading" }, el("h2", {}, data.title)),
    el("table", {}, el("thead", {}, heads), el("tbody", {}, rows)),
    el("a", { class: "more", href: new URL(data.export.href, document.baseURI).href, download: true }, data.export.label));
}

// {title, facts, moments: [{href, time, people, again, left, label}], empty, legend: {people, again, left}, end, watch, back}
function timeline(data) {
  const most = Math.max(1, ...data.moments.map(({ people }) => people));
  const stops = Math.max(1, ...data.moments.map(({ left }) => left));
  const columns = data.moments.map((moment) => {
    const column = link(moment.href, { title: `${moment.time} · ${moment.label}`, "aria-label": `${moment.time} ${moment.label}` });
    for (const [name, share] of [["people", moment.people / most], ["again", moment.again / most], ["left", moment.left / stops]]) {
      column.append(el("span", { class: name, style: `height: ${Math.round(share * 100)}%` }));
    }
    return column;
  });
  return el("section", { class: "usage" },
    link(data.back.href, { class: "back" }, icon("back"), data.back.label),
    el("h2", {}, data.title), el("p", { class: "quiet" }, data.empty || data.facts.join(" · ")),
    data.empty ? [] : [
      el("div", { class: "plot" }, columns),
      el("p", { class: "ends" }, el("span", {}, "0:00"), el("span", {}, data.end)),
      el("ul", { class: "legend" }, Object.entries(data.legend).map(([name, label]) => el("li", { class: name }, label))),
    ],
    link(data.watch.href, { class: "more" }, data.watch.label));
}

Object.assign(PARTS, { usage, timeline });
