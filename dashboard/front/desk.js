// The pages on which a recording is edited. What happens on them is fetched by those who open one.

import { PARTS, el, icon, link } from "./base.js";

// {label, pages: [{label, href, here}], tracks: [{label, href, here}]}; on one of them also title, back: {href, label}
function editing(data) {
  const row = (pages) => pages.map((page) => link(page.href, { "aria-current": page.here ? "page" : null }, page.label));
  return el("section", { class: "editing" },
    data.back ? link(data.back.href, { class: "back" }, icon("back"), data.back.label) : null,
    data.title ? el("h1", {}, data.title) : null,
    el("nav", { "aria-label": data.label }, data.back ? null : el("span", {}, data.label), row(data.pages)),
    data.tracks.length ? el("nav", { class: "tracks" }, row(data.tracks)) : null);
}

// {addresses: {script}, texts: {loading, failed}, …}: what the script takes
const fetched = (name) => (data) => {
  const place = el("section", { class: name, "aria-busy": "true" }, el("p", { class: "quiet" }, data.texts.loading));
  import(new URL(data.addresses.script, document.baseURI).href).then(({ open }) => open(place, data)).catch((error) => {
    console.error(error);
    place.replaceChildren(el("p", { role: "alert" }, data.texts.failed));
  });
  return place;
};

Object.assign(PARTS, { editing, desk: fetched("desk"), outline: fetched("outline") });
