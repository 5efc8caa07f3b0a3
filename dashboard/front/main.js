// Draws a part where Streamlit puts it. `go` turns to another page within the session, `press` is a part's one button,
// `act` tells Python what somebody did: {what, …}. Of each part its file says what it takes.

import { PARTS } from "./base.js";
import { offlineWanted } from "./offline.js";

const drawn = new WeakMap();
// While a run is under way Streamlit keeps only the last word of a part: each brings along those before it that Python has
// not said it heard.
let acts = [];
let counted = 0;
let sheet = null; // one for all parts, each of which has a root of its own

export function draw({ data: { heard, ...data }, parentElement, setTriggerValue }) {
  const before = drawn.get(parentElement);
  acts = acts.filter(({ part, number }) => part !== parentElement || number > heard);
  const now = JSON.stringify(data);
  const root = before?.root ?? el("div", { class: "front" });
  root.onclick = (event) => {
    const anchor = event.target.closest("a[data-go]");
    if (!anchor || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    root.go(anchor.getAttribute("href"), anchor.hasAttribute("data-stay"));
  };
  root.go = (href, stay = false) => {
    setTriggerValue("go", href);
    offlineWanted();
    if (!stay) document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0);
  };
  root.press = () => setTriggerValue("press", true);
  root.act = (what, values = {}) => {
    acts.push({ number: (counted += 1), part: parentElement, act: { what, ...values } });
    setTriggerValue("act", acts.filter(({ part }) => part === parentElement).map(({ number, act }) => [number, act]));
  };
  if (!before) {
    dress(parentElement);
    parentElement.append(root);
  }
  if (data.language) document.documentElement.lang = data.language;
  if (before?.now !== now) root.replaceChildren(PARTS[data.part](data, root));
  drawn.set(parentElement, { root, now });
}

function dress(place) {
  const within = place.getRootNode();
  if (!within.adoptedStyleSheets) { // Safari before 16.4
    place.append(el("style", {}, STYLE));
    return;
  }
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
  }
  if (!within.adoptedStyleSheets.includes(sheet)) within.adoptedStyleSheets = [...within.adoptedStyleSheets, sheet];
}
