// What stands around the player.

import { PARTS, bar, el, icon, link } from "./base.js";

// {title, text, steps: [{name, state, label, progress}]}
function steps(data) {
  return el("section", { class: "steps" },
    el("h2", {}, data.title),
    data.text ? el("p", {}, data.text) : null,
    el("ol", {}, data.steps.map((step) =>
      el("li", { class: step.state },
        el("span", { class: "name" }, step.name),
        el("span", { class: "how" }, step.state === "running" ? `${Math.round(step.progress * 100)}%` : step.label),
        bar(step.progress, step.name)))));
}

// {kind, kindName, title, by}
function title(data) {
  return el("section", { class: "title" }, el("span", { class: `kind ${data.kind}` }, data.kindName),
    el("h1", {}, data.title), data.by ? el("p", { class: "by" }, data.by) : null);
}

// {title, text, gaps: [text]}
function gaps(data) {
  return el("section", { class: "missing", role: "note", "aria-label": data.title },
    el("h2", {}, data.title), el("ul", {}, data.gaps.map((gap) => el("li", {}, gap))), el("p", {}, data.text));
}

// {back: {href, label}, facts: [[name, value], …], label}
function facts(data) {
  return el("section", { class: "facts" },
    data.facts.length === 0 ? null : el("dl", { "aria-label": data.label }, data.facts.map(([name, value]) =>
      el("div", {}, el("dt", {}, name), el("dd", {}, value)))),
    link(data.back.href, { class: "back" }, icon("back"), data.back.label));
}

Object.assign(PARTS, { steps, title, gaps, facts });
