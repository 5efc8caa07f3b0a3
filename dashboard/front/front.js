// The portal's parts. Python gives plain values; everything is written as text, never as markup.
// Each part below says what it takes; `go` turns to another page within the session, `press` is its one button.

function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

const SHAPES = {
  search: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14Zm5.2 12.2L20 20",
  back: "M15 5l-7 7 7 7",
};

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", SHAPES[name]);
  svg.append(path);
  return svg;
}

const link = (href, attributes, ...children) => el("a", { href, "data-go": true, ...attributes }, ...children);
const join = (values) => values.filter(Boolean).join(" · ");

// {text, marks: [[start, end], …]} with offsets in characters (code points)
function marked(text, marks) {
  const characters = Array.from(text);
  const pieces = [];
  let at = 0;
  for (const [start, end] of [...(marks ?? [])].sort((a, b) => a[0] - b[0])) {
    if (start < at || end <= start) continue;
    pieces.push(characters.slice(at, start).join(""), el("mark", {}, characters.slice(start, end).join("")));
    at = end;
  }
  return [...pieces, characters.slice(at).join("")];
}

// {language, brand, tagline, home, search: {label, hint, value, lang}, other: {code, label, short, href}}
function header(data, { go }) {
  const field = el("input", {
    type: "search", name: "q", value: data.search.value, placeholder: data.search.hint,
    "aria-label": data.search.label, autocomplete: "off", enterkeyhint: "search", maxlength: 200,
  });
  const form = el("form", { role: "search", class: "search" }, icon("search"), field,
    el("button", { type: "submit" }, data.search.label));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const query = new URLSearchParams();
    if (field.value.trim()) query.set("q", field.value.trim());
    if (data.search.lang) query.set("lang", data.search.lang);
    field.blur();
    go("?" + query);
  });
  return el("header", { class: "header" },
    link(data.home, { class: "brand", "aria-label": data.homeLabel },
      el("strong", {}, data.brand), el("span", {}, data.tagline)),
    form,
    link(data.other.href, { class: "language", lang: data.other.code, "aria-label": data.other.label, hreflang: data.other.code },
      data.other.short));
}

// {title, count, cards: [{href, kind, kindName, title, speakers, date, length, state, tone, progress, poster}], more: {href, label}}
function shelf(data) {
  const pictured = data.cards.some(({ poster }) => poster);
  const cards = data.cards.map((card) =>
    link(card.href, { class: `card ${card.kind}${pictured ? " pictured" : ""}` },
      pictured ? el("div", { class: "poster" }, card.poster ? picture(card.poster) : null) : null,
      el("p", { class: "top" }, el("span", { class: "kind" }, card.kindName), el("span", { class: "length" }, card.length)),
      el("h3", {}, card.title),
      el("p", { class: "foot" },
        el("span", { class: "by" }, join([card.speakers, card.date])),
        card.state ? el("span", { class: `state ${card.tone}` }, card.state) : null),
      card.progress === null ? null : bar(card.progress, card.state)));
  return el("section", { class: "shelf" },
    el("div", { class: "heading" }, el("h2", {}, data.title), el("span", {}, data.count)),
    el("div", { class: "cards" }, cards),
    data.more ? link(data.more.href, { class: "more" }, data.more.label) : null);
}

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

// {title, text, tone: calm | bad, command, details: {label, text}, button, link: {href, label}}
function notice(data, { press }) {
  const button = data.button ? el("button", { type: "button", class: "main" }, data.button) : null;
  button?.addEventListener("click", () => { button.disabled = true; press(); });
  return el("section", { class: `notice ${data.tone ?? "calm"}`, role: data.tone === "bad" ? "alert" : "status" },
    el("h2", {}, data.title),
    data.text ? el("p", {}, data.text) : null,
    data.command ? el("pre", {}, el("code", {}, data.command)) : null,
    data.details ? el("details", {}, el("summary", {}, data.details.label), el("pre", {}, data.details.text)) : null,
    button,
    data.link ? link(data.link.href, { class: "more" }, data.link.label) : null);
}

function picture(address) {
  const image = el("img", { src: new URL(address, document.baseURI).href, alt: "", loading: "lazy", decoding: "async" });
  image.addEventListener("error", () => image.remove()); // the calm ground behind it is enough
  return image;
}

function bar(value, label) {
  const track = el("div", { class: "bar", role: "progressbar", "aria-valuemin": 0, "aria-valuemax": 100,
    "aria-valuenow": Math.round(value * 100), "aria-label": label });
  track.append(el("span", { style: `width: ${Math.round(value * 1000) / 10}%` }));
  return track;
}

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
    el("dl", { "aria-label": data.label }, data.facts.map(([name, value]) =>
      el("div", {}, el("dt", {}, name), el("dd", {}, value)))),
    link(data.back.href, { class: "back" }, icon("back"), data.back.label));
}

const PARTS = { header, shelf, hits, notice, steps, title, gaps, facts };
const drawn = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  const before = drawn.get(parentElement);
  const now = JSON.stringify(data);
  const root = before?.root ?? el("div", { class: "front" });
  root.onclick = (event) => {
    const anchor = event.target.closest("a[data-go]");
    if (!anchor || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    root.go(anchor.getAttribute("href"));
  };
  root.go = (href) => {
    setTriggerValue("go", href);
    document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0);
  };
  root.press = () => setTriggerValue("press", true);
  if (!before) parentElement.append(root);
  if (data.language) document.documentElement.lang = data.language;
  if (before?.now !== now) root.replaceChildren(PARTS[data.part](data, { go: (href) => root.go(href), press: () => root.press() }));
  drawn.set(parentElement, { root, now });
}
