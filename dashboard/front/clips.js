// A list of clips, played one after the other.

import { PARTS, el, icon, link } from "./base.js";
import { toClipboard } from "./clipboard.js";
import { playerOf } from "./inplace.js";

const filled = (text, facts) => text.replace(/\[(\w+)\]/g, (_all, name) => facts[name] ?? "");

// {back: {href, label}, title, clips: [{href, name, time, of, address, start, end}], texts}
function reel(data) {
  const { clips, texts } = data;
  const root = el("section", { class: "playlist" });
  const place = el("div", { class: "screen" });
  const count = el("p", { class: "count", role: "status" });
  const before = el("button", { type: "button" }, icon("back"), texts.before);
  const after = el("button", { type: "button", class: "main" }, texts.after);
  const whole = link("", { class: "whole" }, texts.whole, icon("open"));
  const rows = clips.map((clip, number) => {
    const button = el("button", { type: "button", class: "line" }, el("time", {}, clip.time),
      el("span", {}, el("strong", {}, clip.name), el("small", {}, clip.of)));
    button.addEventListener("click", () => play(number));
    return el("li", {}, button);
  });
  let at = -1;
  let now = null; // {address, element}

  function play(number) {
    at = number;
    const clip = clips[number];
    if (now?.address !== clip.address) {
      const { element, message } = playerOf(clip.address, texts);
      element.addEventListener("over", () => { if (now.element === element) follow(); });
      place.replaceChildren(element, message);
      now = { address: clip.address, element };
    }
    now.element.play(clip.start, clip.end);
    show(filled(texts.at, { number: number + 1, count: clips.length }));
  }

  function follow() {
    if (at + 1 < clips.length) play(at + 1);
    else show(texts.over);
  }

  function show(text) {
    const over = text === texts.over;
    count.textContent = text;
    before.disabled = at === 0;
    after.textContent = over ? texts.again : texts.after;
    after.disabled = !over && at + 1 === clips.length;
    after.onclick = () => play(over ? 0 : at + 1);
    whole.setAttribute("href", clips[at].href);
    rows.forEach((row, number) => row.firstChild.toggleAttribute("aria-current", number === at));
  }

  before.addEventListener("click", () => play(at - 1));
  root.append(link(data.back.href, { class: "back" }, icon("back"), data.back.label),
    el("div", { class: "heading" }, el("h1", {}, data.title), copying(texts)),
    el("div", { class: "beside" }, el("div", { class: "shown" }, place, el("div", { class: "steer" }, before, after, count, whole)),
      el("ol", { class: "box", "aria-label": texts.list }, rows)));
  queueMicrotask(() => play(0)); // once it is in the page
  return root;
}

// The address of the page is the list's own.
function copying(texts) {
  const button = el("button", { type: "button", class: "plain" }, texts.copy);
  button.addEventListener("click", async () => {
    await toClipboard(document.baseURI, button);
    button.textContent = texts.copied;
    setTimeout(() => { button.textContent = texts.copy; }, 2500);
  });
  return button;
}

Object.assign(PARTS, { reel });
