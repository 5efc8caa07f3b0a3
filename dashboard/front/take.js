// A recording to take along: opened, it tells the forms with their sizes, or why there are none.

import { PARTS, el, icon } from "./base.js";
import { wholeAddress } from "./inplace.js";

// {title, base, language, texts}
function take(data) {
  const { texts } = data;
  const inside = el("div", { class: "inside", "aria-live": "polite" });
  const root = el("details", { class: "take" }, el("summary", {}, icon("take"), data.title), inside);
  root.addEventListener("toggle", () => { if (root.open) fetchForms(inside, data); });
  inside.append(el("p", { class: "quiet" }, texts.loading));
  return root;
}

async function fetchForms(inside, data) {
  const { texts, base, language } = data;
  try {
    const answer = await fetch(wholeAddress(`${base}/forms.json?lang=${language}`));
    if (!answer.ok) throw new Error(answer.status);
    inside.replaceChildren(...offer(await answer.json(), inside, data));
  } catch {
    inside.replaceChildren(el("p", { role: "alert" }, texts.failed));
  }
}

// {forms: [{label, shown, href}], told, allowed?}
function offer(told, inside, data) {
  const { texts } = data;
  const parts = told.told ? [el("p", { class: "told" }, told.told)] : [
    el("p", {}, texts.text),
    el("ul", {}, told.forms.map((form) => el("li", {}, file(form, inside, data)))),
    el("p", { class: "quiet" }, texts.recorded),
  ];
  if (told.allowed !== undefined) parts.push(permission(told.allowed, inside, data));
  return parts;
}

// What may be taken now may not be in a minute: it is asked once more, so that a refusal is told here.
function file({ label, shown, href }, inside, data) {
  const address = wholeAddress(href);
  const anchor = el("a", { href: address }, icon("take"), el("strong", {}, label), el("span", {}, shown));
  anchor.addEventListener("click", async (event) => {
    event.preventDefault();
    const { ok } = await fetch(address, { method: "HEAD" }).catch(() => ({ ok: false }));
    if (ok) location.assign(address);
    else fetchForms(inside, data);
  });
  return anchor;
}

function permission(allowed, inside, data) {
  const box = el("input", { type: "checkbox", checked: allowed });
  box.addEventListener("change", async () => {
    box.disabled = true;
    const headers = { "X-Shijiao": "1", "Content-Type": "application/json" };
    await fetch(wholeAddress(`${data.base}/allowed`), { method: "POST", headers, body: JSON.stringify({ allowed: box.checked }) }).catch(() => {});
    await fetchForms(inside, data);
    inside.querySelector("input")?.focus();
  });
  return el("label", {}, box, data.texts.allowed);
}

Object.assign(PARTS, { take });
