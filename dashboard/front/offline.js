// What is said while the network is gone: at once, and on every page. A page that is asked for meanwhile opens later.

import { el } from "./base.js";

const offline = { bar: null, texts: {}, wanted: false };

function offlineTell() {
  if (navigator.onLine) offline.wanted = false;
  if (offline.bar) offline.bar.textContent = navigator.onLine ? "" : offline.texts[offline.wanted ? "wanted" : "gone"];
}

for (const name of ["online", "offline"]) addEventListener(name, offlineTell);

// texts: {gone, wanted}
export function offlineBar(texts) {
  offline.texts = texts;
  offline.bar = el("p", { class: "offline", role: "status" });
  offlineTell();
  return offline.bar;
}

// Somebody asked for another page.
export function offlineWanted() {
  offline.wanted = true;
  offlineTell();
}
