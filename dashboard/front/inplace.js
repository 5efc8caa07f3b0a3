// Plays a recording where it was found: the player of its page, fetched when first somebody presses play.

import { el, icon, link } from "./base.js";

const INPLACE_TAG = "shijiao-inplace";
const AT_REST = 800; // ms after the cards: their pictures are on their way
let inPlaceNow = null; // what plays: one at a time

// An element, so that the browser tells when it has gone, and with a root of its own, so that styles do not meet.
class InPlace extends HTMLElement {
  // Play from a second to another (seconds on the recording's timeline; 0: to the end): at once where it is open already.
  // Where the second is reached, the element hears of it: `over`.
  play(second, until = 0) {
    Object.assign(this, { second, until, turn: (this.turn ?? 0) + 1 });
    if (this.player) {
      this.player.update(this.told(this.player.data), this.player.ask);
      this.begin();
    } else this.opening ??= this.open().finally(() => { this.opening = null; });
  }

  async open() {
    const shadow = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    this.setAttribute("aria-busy", "true");
    shadow.replaceChildren();
    this.tell("");
    try {
      const data = await this.ask();
      import(wholeAddress(data.library)).catch(() => {}); // at the same time; the player asks for it again
      const [{ Player }] = await Promise.all([import(wholeAddress(data.script)), sheetIn(shadow, wholeAddress(data.style))]);
      if (!this.isConnected) return;
      this.player = new Player(shadow);
      this.player.root.addEventListener("over", () => this.dispatchEvent(new Event("over")));
      const renew = async () => this.player?.update(this.told(await this.ask()), said);
      const said = (what) => { if (what === "renew") renew().catch(() => {}); }; // the player asks again by itself
      this.player.update(this.told(data), said);
      this.player.root.tabIndex = -1;
      this.player.root.style.outline = "none";
      this.begin();
    } catch (error) {
      const texts = this.texts;
      this.tell(error.told || (navigator.onLine ? texts.failed : texts.offline));
    } finally {
      this.removeAttribute("aria-busy");
    }
  }

  begin() {
    this.player.play();
    this.player.root.focus({ preventScroll: true }); // so that its keys work
    this.closest(".inplace")?.scrollIntoView({ block: "nearest", behavior: "smooth" });
  }

  async ask() {
    const answer = await fetch(wholeAddress(this.address));
    const data = await answer.json();
    if (!answer.ok) throw Object.assign(new Error(data.told), { told: data.told });
    return data;
  }

  told(data) { return { ...data, seek: [this.second, this.turn], until: this.until }; }
  tell(text) { this.message.textContent = text; this.message.hidden = !text; }
  get now() { return this.player?.sync.now ?? this.second; }

  // Streamlit may move an element: only what has really gone is closed.
  disconnectedCallback() {
    setTimeout(() => {
      if (this.isConnected) return;
      this.player?.close();
      this.player = null;
      if (inPlaceNow?.element === this) inPlaceNow = null;
    }, 0);
  }
}

export const wholeAddress = (path) => new URL(path, document.baseURI).href;

function sheetIn(shadow, href) {
  const sheet = el("link", { rel: "stylesheet", href });
  const done = new Promise((resolve) => { sheet.onload = sheet.onerror = resolve; });
  shadow.append(sheet);
  return done;
}

// Fetch what will be needed while a pointer is still on its way to the button.
export function warm({ script, library }, fetchpriority) {
  for (const href of [script, library].map(wholeAddress)) {
    if (!document.head.querySelector(`link[href="${CSS.escape(href)}"]`))
      document.head.append(el("link", { rel: "modulepreload", href, fetchpriority }));
  }
}

// The same once a page of cards has come to rest, for whoever opens one of them next; not where bytes are to be saved.
export function warmAtRest(player) {
  if (!navigator.connection?.saveData) setTimeout(() => warm(player, "low"), AT_REST);
}

// The element that plays what is told at an address, and where it says what went wrong.
export function playerOf(address, texts) {
  if (!customElements.get(INPLACE_TAG)) customElements.define(INPLACE_TAG, InPlace);
  const message = el("p", { role: "alert", hidden: true });
  const element = Object.assign(document.createElement(INPLACE_TAG), { address, texts, message });
  return { element, message };
}

// Play `recording` ({address, href, title}) in `place` from a second. When it is closed, or gives way to another,
// `shut` is called with whether somebody asked for it.
export function playIn(place, recording, second, texts, shut) {
  if (inPlaceNow?.place !== place) {
    stopInPlace();
    const { element, message } = playerOf(recording.address, texts);
    const whole = link(recording.href, { class: "whole" }, texts.whole, icon("open"));
    whole.addEventListener("click", () => { // where it stands now
      const query = new URLSearchParams(recording.href);
      query.set("t", String(Math.floor(element.now)));
      whole.setAttribute("href", `?${query}`);
    });
    const close = el("button", { type: "button", class: "shut", "aria-label": texts.close }, icon("close"));
    close.addEventListener("click", () => stopInPlace(true));
    place.append(el("section", { class: "inplace", "aria-label": `${texts.playing} ${recording.title}` },
      element, message, el("p", { class: "under" }, whole, close)));
    inPlaceNow = { place, element, shut };
  }
  inPlaceNow.element.play(second);
}

function stopInPlace(asked = false) {
  const gone = inPlaceNow;
  inPlaceNow = null;
  gone?.place.replaceChildren();
  gone?.shut(asked);
}
