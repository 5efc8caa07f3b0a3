// My learning, and notices.

import { PARTS, el, icon, inRow, link } from "./base.js";

// {title, sums: [[name, value], …], text, export: {href, label}}
function sums(data) {
  const file = el("a", { class: "more", href: new URL(data.export.href, document.baseURI).href, download: "" }, data.export.label);
  return el("section", { class: "sums" },
    el("div", { class: "heading" }, el("h2", {}, data.title)),
    el("dl", {}, data.sums.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value)))),
    el("p", { class: "quiet" }, data.text), file);
}

// {title, lists: [{name, play: {href, label}, clips: [{href, name, time, of}]}]}
function lists(data) {
  return el("section", { class: "lists" },
    el("div", { class: "heading" }, el("h2", {}, data.title)),
    el("div", { class: "boxes" }, data.lists.map(({ name, play, clips }) =>
      el("article", { class: "box" }, el("div", { class: "top-of" }, el("h3", {}, name), link(play.href, { class: "all" }, icon("play"), play.label)),
        el("ol", {}, clips.map((clip) => el("li", {}, link(clip.href, { class: "line" },
          el("time", {}, clip.time), el("span", {}, el("strong", {}, clip.name), el("small", {}, clip.of))))))))));
}

// {title, days: [{day, rows: [{href, title, played, share}]}]}
function days(data) {
  return el("section", { class: "days" },
    el("div", { class: "heading" }, el("h2", {}, data.title)),
    data.days.map(({ day, rows }) => el("article", { class: "box" },
      el("h3", {}, el("time", { datetime: day }, day)),
      el("ol", {}, rows.map((row) => el("li", {}, link(row.href, { class: "line wide" },
        el("strong", {}, row.title), el("small", {}, row.played), el("small", {}, row.share))))))));
}

// {title, notices: [{href, who, text, asked, where, day, state, unread}]}
function notices(data) {
  return el("section", { class: "notices" },
    el("div", { class: "heading" }, el("h2", {}, data.title)),
    el("ol", { class: "box" }, data.notices.map((each) => el("li", {}, link(each.href, { class: `line told${each.unread ? " unread" : ""}` },
      el("span", { class: "head" }, el("strong", {}, each.who), each.state ? el("span", { class: `state ${each.unread ? "work" : "wait"}` }, each.state) : null),
      each.asked ? el("q", {}, each.asked) : null,
      el("span", { class: "text" }, each.text),
      el("small", {}, inRow([...each.where.split(" · "), each.day])))))));
}

Object.assign(PARTS, { sums, lists, days, notices });
