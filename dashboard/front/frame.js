// The frame of every page, and what is said instead of one.

import { PARTS, el, icon, link } from "./base.js";
import { suggesting } from "./combobox.js";
import { offlineBar } from "./offline.js";

// {language, brand, tagline, home, search: {label, hint, value, lang, suggest}, other: {code, label, short, href},
//  pages: [{label, href, here}], pagesLabel, offline: {gone, wanted}, member: {name, role, out}, notices: {href, label, count}}
function header(data, { go }) {
  const field = el("input", {
    type: "search", name: "q", value: data.search.value, placeholder: data.search.hint,
    "aria-label": data.search.label, autocomplete: "off", enterkeyhint: "search", maxlength: 200,
  });
  const form = el("form", { role: "search", class: "search" }, icon("search"), field,
    el("button", { type: "submit" }, data.search.label));
  const search = () => {
    const query = new URLSearchParams();
    if (field.value.trim()) query.set("q", field.value.trim());
    if (data.search.lang) query.set("lang", data.search.lang);
    field.blur();
    go("?" + query);
  };
  form.addEventListener("submit", (event) => { event.preventDefault(); search(); });
  suggesting(form, field, data.search.suggest, search);
  const out = el("form", { method: "post", action: new URL("gate/leave", document.baseURI).href, target: "_top" },
    el("button", { type: "submit" }, data.member.out));
  const { notices: news } = data;
  const bell = link(news.href, { class: "bell", "aria-label": news.label, title: news.label }, icon("bell"),
    news.count ? el("b", {}, news.count > 99 ? "99+" : String(news.count)) : null);
  const menu = el("details", { class: "member" },
    el("summary", { "aria-label": `${data.member.name} · ${data.member.role}` }, icon("person")),
    el("div", {}, el("strong", {}, data.member.name), el("span", {}, data.member.role), out));
  return el("header", { class: "header" },
    link(data.home, { class: "brand", title: data.homeLabel },
      el("strong", {}, data.brand), el("span", {}, data.tagline)),
    form,
    link(data.other.href, { class: "language", lang: data.other.code, "aria-label": data.other.label, hreflang: data.other.code },
      data.other.short),
    el("div", { class: "own" }, bell, menu),
    data.pages.length ? headerPages(data) : null,
    offlineBar(data.offline));
}

// On a phone the row is wider than the screen: it stands where the page is, and fades out where it goes on.
function headerPages(data) {
  const pages = el("nav", { "aria-label": data.pagesLabel }, data.pages.map((page) =>
    link(page.href, { "aria-current": page.here ? "page" : null }, page.label)));
  const edges = () => {
    pages.classList.toggle("before", pages.scrollLeft > 4);
    pages.classList.toggle("after", pages.scrollLeft + pages.clientWidth < pages.scrollWidth - 4);
  };
  const stand = () => {
    const [row, here] = [pages, pages.querySelector("[aria-current]")].map((each) => each?.getBoundingClientRect());
    if (here) pages.scrollLeft += here.left + here.width / 2 - row.left - row.width / 2;
    edges();
  };
  pages.addEventListener("scroll", edges, { passive: true });
  new ResizeObserver(stand).observe(pages); // once it is there, too
  return pages;
}

// {language, brand, tagline, title, text, admin, command}
function welcome(data) {
  return el("main", { class: "welcome" },
    el("p", { class: "brand" }, el("strong", {}, data.brand), el("span", {}, data.tagline)),
    el("h1", {}, data.title), el("p", {}, data.text),
    el("p", { class: "quiet" }, data.admin), el("pre", {}, el("code", {}, data.command)));
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

Object.assign(PARTS, { header, notice, welcome });
