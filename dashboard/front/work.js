// Work in progress: asked for every two seconds, and only what changed is written. Nothing is rebuilt under one's hands.

import { PARTS, bar, el, link } from "./base.js";
import { addingFill, addingTime } from "./add.js";
import { twice } from "./twice.js";

const WORK_EVERY = 2000;

async function workAsk(path, options = {}) {
  const answer = await fetch(new URL(`gate/${path}`, document.baseURI), { cache: "no-store", headers: { "X-Shijiao": "1" }, ...options });
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw Object.assign(new Error(answer.statusText), { code: told.code });
  return told;
}

// {t, errors, language, open, add}
function work(data) {
  const { t } = data;
  const filters = {};
  const list = el("div", { class: "coming" });
  const workers = el("p", { class: "workers", role: "status" });
  const empty = el("section", { class: "notice" }, el("h2", {}), el("p", {}), link(data.add, { class: "more" }, t.add));
  const trouble = el("p", { class: "advice", role: "alert" });
  const cards = new Map();
  let chosen = sessionStorage.getItem("shijiao.work") ?? "all";
  let latest = null;

  for (const name of ["all", "running", "failed", "done"]) {
    filters[name] = el("button", { type: "button" });
    filters[name].addEventListener("click", () => { chosen = name; sessionStorage.setItem("shijiao.work", name); show(); });
  }
  const page = el("section", { class: "work" },
    el("div", { class: "top" }, el("h1", {}, t.title), el("div", { class: "filters", role: "group", "aria-label": t.filter }, Object.values(filters))),
    workers, trouble, list, empty);

  function show() {
    if (!latest) return;
    const { tasks } = latest;
    const count = (name) => tasks.filter((task) => name === "all" || task.group === name).length;
    for (const [name, button] of Object.entries(filters)) {
      workText(button, `${t[`filter_${name}`]} ${count(name)}`);
      button.setAttribute("aria-pressed", name === chosen);
    }
    const shown = tasks.filter((task) => chosen === "all" || task.group === chosen);
    shown.forEach((task, place) => {
      if (!cards.has(task.id)) cards.set(task.id, workCard(data, task, look));
      const card = cards.get(task.id);
      card.update(task);
      if (list.children[place] !== card.node) list.insertBefore(card.node, list.children[place] ?? null);
    });
    while (list.childElementCount > shown.length) list.lastChild.remove();
    empty.hidden = shown.length > 0;
    workText(empty.children[0], tasks.length ? t.none_here : t.empty);
    workText(empty.children[1], tasks.length ? "" : t.empty_advice);
    const { alive, silent } = latest.workers;
    const named = [...alive.map((name) => [addingFill(t.alive, { name }), ""]), ...silent.map((name) => [addingFill(t.silent, { name }), "silent"])];
    const told = named.length ? named : [[t.no_worker, "silent"]];
    if (workers.dataset.told !== JSON.stringify(told)) {
      workers.dataset.told = JSON.stringify(told);
      workers.replaceChildren(...told.map(([words, tone]) => el("span", { class: tone }, words)));
    }
  }

  async function look() {
    try {
      latest = await workAsk(`work.json?lang=${data.language_code}`);
      workText(trouble, "");
      show();
    } catch (error) {
      workText(trouble, data.errors[error.code] ?? t.offline);
    }
  }

  (async () => {
    await look();
    await new Promise((done) => setTimeout(done, WORK_EVERY));
    while (page.isConnected) {
      if (!document.hidden) await look();
      await new Promise((done) => setTimeout(done, WORK_EVERY));
    }
  })();
  return page;
}

function workText(node, words) {
  if (node.textContent !== words) node.textContent = words;
  node.hidden = !words;
}

function workCard(data, task, look) {
  const { t } = data;
  const title = el("h2", {}, link(data.open + task.id, {}, task.title));
  const state = el("span", { class: "state" });
  const left = el("span", { class: "left" });
  const whole = bar(0, task.title);
  const why = el("p", { class: "why" });
  const advice = el("p", { class: "advice" });
  const details = el("details", {}, el("summary", {}, t.details), el("pre", {}));
  const list = el("ol", {});
  const steps = el("details", {}, el("summary", {}, t.steps), el("div", { class: "steps" }, list));
  const ask = async (name) => {
    try {
      await workAsk(`work/${task.job}/${name}`, { method: "POST" });
    } catch (error) {
      workText(advice, data.errors[error.code] ?? t.offline);
    }
    await look();
  };
  const press = (name) => {
    const button = el("button", { type: "button", class: `act${name === "retry" ? " main" : ""}` }, t[name]);
    button.addEventListener("click", async () => {
      button.disabled = true;
      await ask(name);
      button.disabled = false;
    });
    return button;
  };
  const remove = twice({ label: t.remove, sure: t.remove_sure, act: () => ask("remove") });
  const buttons = { retry: press("retry"), cancel: press("cancel"), remove };
  const node = el("article", { "data-recording": task.id },
    el("div", { class: "named" }, title, state, left), whole, why, advice, el("div", { class: "buttons" }, Object.values(buttons)), steps, details);

  function update(now) {
    task = now;
    node.className = `panel task ${now.standing} ${now.kind}`;
    workText(title.firstChild, now.title);
    workText(state, now.stopping ? t.stopping : now.name);
    const tones = { failed: "bad", refused: "bad", cancelled: "bad", waiting: "wait", done: "" };
    state.className = `state ${tones[now.standing] ?? "work"}`;
    workText(left, now.left === null ? "" : addingFill(t.left, { time: addingTime(now.left, t) }));
    const share = now.standing === "done" ? 1 : now.progress;
    whole.hidden = ["done", "refused", "queued"].includes(now.standing);
    whole.setAttribute("aria-valuenow", Math.round(share * 100));
    whole.firstChild.style.width = `${Math.round(share * 1000) / 10}%`;
    workText(why, now.error?.reason ?? "");
    workText(advice, now.error?.advice ?? "");
    workText(details.lastChild, now.error?.details ?? "");
    details.hidden = !now.error?.details;
    buttons.retry.hidden = !now.retry;
    buttons.cancel.hidden = !now.cancel || now.stopping;
    buttons.remove.hidden = !now.remove;
    buttons.retry.parentNode.hidden = Object.values(buttons).every((button) => button.hidden);
    steps.hidden = !now.steps.length;
    if (list.childElementCount !== now.steps.length) {
      list.replaceChildren(...now.steps.map((step) => el("li", {}, el("span", { class: "name" }), el("span", { class: "how" }), bar(0, step.name))));
    }
    now.steps.forEach((step, n) => {
      const [name, how, progress] = list.children[n].children;
      list.children[n].className = step.state;
      workText(name, step.name);
      workText(how, step.state === "running" ? `${Math.round(step.progress * 100)}%` : step.label);
      progress.firstChild.style.width = `${Math.round(step.progress * 1000) / 10}%`;
      progress.setAttribute("aria-valuenow", Math.round(step.progress * 100));
    });
  }
  return { node, update };
}

Object.assign(PARTS, { work });
