// What somebody may be about to type: the list under the search box, after the combobox pattern of the ARIA practices.

import { el, icon } from "./base.js";

const SUGGEST_PAUSE = 120; // ms without a key after which it is asked

// Puts suggestions under `field`, which stands in `form`; `choose` is called with the text that is taken.
// {address, label, count: "… [count] …", kinds: {term, title, speaker, procedure}}
export function suggesting(form, field, told, choose) {
  const list = el("ul", { id: "suggestions", role: "listbox", "aria-label": told.label, hidden: true });
  const status = el("p", { class: "unseen", role: "status" });
  let typed = "", active = -1, timer = 0, asked = null;
  const known = new Map(); // what was answered in this page, so that going back by a letter asks nobody
  Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": "false",
    autocapitalize: "off", spellcheck: "false",
  }).forEach(([name, value]) => field.setAttribute(name, value));

  const shut = () => {
    clearTimeout(timer);
    asked?.abort();
    list.hidden = true;
    active = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  };
  const take = (text) => { field.value = text; shut(); choose(text); };
  const point = (to) => {
    active = to;
    [...list.children].forEach((row, place) => row.setAttribute("aria-selected", String(place === to)));
    if (to < 0) field.removeAttribute("aria-activedescendant");
    else field.setAttribute("aria-activedescendant", list.children[to].id);
    list.children[to]?.scrollIntoView({ block: "nearest" });
    field.value = to < 0 ? typed : list.children[to].dataset.text;
  };
  const show = (found) => {
    if (!found.length || field.getRootNode().activeElement !== field) return shut();
    list.replaceChildren(...found.map(({ text, kind }, place) => {
      const row = el("li", { id: `suggestion-${place}`, role: "option", "aria-selected": "false", "data-text": text },
        icon(kind === "speaker" ? "person" : "search"), el("span", {}, text), el("small", {}, told.kinds[kind] ?? ""));
      row.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the keyboard
      row.addEventListener("click", () => take(text));
      return row;
    }));
    active = -1;
    field.removeAttribute("aria-activedescendant");
    list.hidden = false;
    field.setAttribute("aria-expanded", "true");
    status.textContent = told.count.replace("[count]", found.length);
  };
  const ask = async (text) => {
    if (known.has(text)) return show(known.get(text));
    asked?.abort();
    asked = new AbortController();
    try {
      const address = new URL(`${told.address}?q=${encodeURIComponent(text)}`, document.baseURI);
      const answer = await fetch(address, { signal: asked.signal });
      const found = answer.ok ? await answer.json() : [];
      known.set(text, found);
      if (text === field.value.trim()) show(found);
    } catch { /* the next letter asks again; searching works without */ }
  };

  field.addEventListener("input", () => {
    typed = field.value;
    clearTimeout(timer);
    if (!typed.trim()) return shut();
    timer = setTimeout(ask, SUGGEST_PAUSE, typed.trim());
  });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return; // the keys are the input method's
    const open = !list.hidden;
    if (event.key === "Escape" && open) {
      event.preventDefault();
      point(-1);
      shut();
    } else if (event.key === "Enter" && open && active >= 0) {
      event.preventDefault();
      take(list.children[active].dataset.text);
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) { typed = field.value; if (typed.trim()) ask(typed.trim()); return; }
      const rows = list.children.length + 1; // and the field itself
      point(((active + 1 + (event.key === "ArrowDown" ? 1 : -1) + rows) % rows) - 1);
    }
  });
  field.addEventListener("blur", shut);
  form.addEventListener("submit", shut);
  form.append(list, status);
}
