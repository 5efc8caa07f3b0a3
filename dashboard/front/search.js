// What a search found.

import { PARTS, el, link, marked } from "./base.js";

// {title, groups: [{href, title, marks, kind, kindName, note, moments: [{href, time, label, text, marks, note}]}]}
function hits(data) {
  const groups = data.groups.map((group) =>
    el("article", { class: `group ${group.kind}` },
      el("div", { class: "top" },
        el("h3", {}, link(group.href, {}, marked(group.title, group.marks))),
        el("span", { class: "kind" }, group.kindName),
        group.note ? el("span", { class: "note" }, group.note) : null),
      group.moments.length
        ? el("ol", {}, group.moments.map((moment) =>
            el("li", {}, link(moment.href, { class: "moment", "aria-label": `${moment.label} ${moment.text}` },
              el("time", {}, moment.time),
              el("span", { class: "said" }, marked(moment.text, moment.marks),
                moment.note ? [" ", el("span", { class: "note" }, moment.note)] : null)))))
        : null));
  return el("section", { class: "hits" }, el("div", { class: "heading" }, el("h2", {}, data.title)), groups);
}

Object.assign(PARTS, { hits });
