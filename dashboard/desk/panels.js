import { clock, el, fill } from "../player/dom.js";

// A window over the desk that Escape closes; the focus goes back to where it was.
export function panel(desk, title, ...content) {
  const close = el("button", { type: "button", class: "quietly" }, desk.texts.close);
  const box = el("dialog", { "aria-label": title }, el("div", { class: "head" }, el("h2", {}, title), close), ...content);
  const back = desk.current;
  close.addEventListener("click", () => box.close());
  box.addEventListener("close", () => { box.remove(); (desk.current ?? back)?.focus(); });
  desk.root.append(box);
  box.showModal();
  return box;
}

export function help(desk) {
  panel(desk, desk.texts.keys, el("dl", { class: "keys" }, ...desk.keys.filter(({ says }) => says).flatMap(({ keys, says }) => [
    el("dt", {}, ...keys.map((key) => el("kbd", {}, key))), el("dd", {}, desk.texts[says])])));
}

const field = (label, input) => el("label", { class: "field" }, el("span", {}, label), input);

// Find words as they are written or as they sound, look at each place, replace those that are chosen.
export function replaceMany(desk) {
  const { texts } = desk;
  const selected = desk.selection();
  const wanted = el("input", { type: "text", value: selected, autocomplete: "off", maxlength: 80 });
  const by = el("input", { type: "text", autocomplete: "off", maxlength: 80 });
  const sound = el("input", { type: "checkbox" });
  const list = el("ol", { class: "places" });
  const told = el("p", { class: "quiet", role: "status" });
  const go = el("button", { type: "submit", class: "main" }, texts.find);
  const apply = el("button", { type: "button", class: "main", disabled: true }, texts.replaceChosen);
  const form = el("form", { class: "replace" }, field(texts.wanted, wanted), field(texts.by, by),
    el("label", { class: "check" }, sound, el("span", {}, texts.bySound)), go);
  let found = [];
  const count = () => {
    const chosen = found.filter(({ box }) => box.checked).length;
    apply.disabled = !chosen;
    apply.textContent = fill(texts.replaceChosenCount, { count: chosen });
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    desk.commit();
    await desk.queue.pump();
    const asked = { wanted: wanted.value, by: sound.checked ? "sound" : "text" };
    const { places, count: all } = await desk.ask("find", asked).catch((problem) => { told.textContent = problem.text ?? texts.failed; return {}; });
    if (!places) return;
    found = places.filter(({ start, text }) => desk.at(start)?.text === text).map(({ start, offset, length }) => {
      const line = desk.at(start), characters = Array.from(line.text);
      const words = characters.slice(offset, offset + length).join("");
      const box = el("input", { type: "checkbox" });
      box.checked = words !== by.value;
      box.addEventListener("change", count);
      const item = el("li", {}, el("label", {}, box, el("time", {}, clock(line.start)), el("span", {},
        characters.slice(Math.max(0, offset - 14), offset).join(""), el("mark", {}, words),
        characters.slice(offset + length, offset + length + 14).join(""))));
      return { line, text: line.text, offset, length, box, item };
    });
    list.replaceChildren(...found.map(({ item }) => item));
    told.textContent = found.length ? fill(texts.places, { count: all }) : texts.noPlace;
    count();
  });
  apply.addEventListener("click", () => {
    const chosen = found.filter(({ box }) => box.checked);
    let done = 0;
    for (const line of new Set(chosen.map((each) => each.line))) {
      const here = chosen.filter((each) => each.line === line && each.text === line.text).sort((a, b) => b.offset - a.offset);
      const characters = Array.from(line.text);
      let least = Infinity;
      for (const { offset, length } of here) {
        if (offset + length > least) continue; // places that overlap: the later one was replaced
        characters.splice(offset, length, ...Array.from(by.value));
        least = offset;
        done += 1;
      }
      line.area.value = characters.join("");
      line.draw();
      desk.commit(line);
    }
    found = [];
    list.replaceChildren();
    told.textContent = fill(texts.replaced, { count: done });
    count();
  });
  panel(desk, texts.replace, form, told, list, apply);
  wanted.select();
}

// Add a term to the hospital's glossary: what is selected, or what was written last.
export function addTerm(desk) {
  const { texts } = desk;
  const last = desk.lastFix ?? { before: "", after: "" };
  const selected = desk.selection();
  const term = el("input", { type: "text", value: selected || last.after, autocomplete: "off", maxlength: 30, required: true });
  const misheard = el("input", { type: "text", value: selected && selected !== last.after ? "" : last.before, autocomplete: "off", maxlength: 30 });
  const told = el("p", { class: "quiet", role: "status" });
  const form = el("form", {}, el("p", { class: "quiet" }, texts.termAbout), field(texts.term, term), field(texts.misheard, misheard),
    told, el("button", { type: "submit", class: "main" }, texts.addTerm));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const done = await desk.ask("term", { term: term.value, misheard: misheard.value });
      box.close();
      desk.say(fill(texts.termAdded, done));
    } catch (problem) {
      told.textContent = problem.text ?? texts.failed;
    }
  });
  const box = panel(desk, texts.glossary, form);
  term.select();
}

// Who wrote what when; taking an edit back; going back to an earlier version.
export async function history(desk) {
  const { texts } = desk;
  desk.commit();
  const versions = el("ol", { class: "versions" }), edits = el("ol", { class: "edits" });
  const told = el("p", { class: "quiet", role: "status" });
  panel(desk, texts.history, told, el("h3", {}, texts.lastEdits), edits, el("h3", {}, texts.versions), versions);
  const act = async (what, values) => {
    try {
      await desk.ask(what, values);
      told.textContent = texts.done;
      await desk.refresh(true);
      await draw();
    } catch (problem) {
      told.textContent = problem.text ?? texts.failed;
    }
  };
  const button = (label, what, values) => {
    const made = el("button", { type: "button", class: "quietly" }, label);
    made.addEventListener("click", () => { made.disabled = true; act(what, values).then(() => { made.disabled = false; }); });
    return made;
  };
  const moment = (at) => new Date(at).toLocaleString(desk.data.html, { dateStyle: "medium", timeStyle: "short" });
  async function draw() {
    const found = await desk.ask("history");
    edits.replaceChildren(...found.edits.map((edit) => el("li", {},
      el("span", {}, el("time", {}, clock(edit.start)), " ", el("del", {}, edit.before || texts.nothing), " → ", el("ins", {}, edit.after || texts.nothing),
        el("small", {}, [edit.author, moment(edit.at), ["undo", "back"].includes(edit.reason) ? texts[edit.reason] : ""].filter(Boolean).join(" · "))),
      button(texts.undo, "undo", { at: edit.at }))));
    if (!found.edits.length) edits.replaceChildren(el("li", { class: "quiet" }, texts.noEdits));
    versions.replaceChildren(...found.versions.map((version, place) => el("li", {},
      el("span", {}, moment(version.at), el("small", {}, version.count
        ? fill(texts.versionEdits, { count: version.count, who: version.authors.join(texts.and) }) : texts.versionMade)),
      place ? button(texts.goBack, "back", { number: version.number }) : el("small", { class: "quiet" }, texts.newest))));
  }
  await desk.queue.pump();
  await draw().catch((problem) => { told.textContent = problem.text ?? texts.failed; });
}

// What somebody else wrote into the same sentence meanwhile: mine, theirs, or both.
export function conflicts(desk) {
  const { texts, queue } = desk;
  return queue.conflicts.map((operation) => {
    const { now, merged } = operation.conflict;
    const button = (label, text, kind) => {
      const made = el("button", { type: "button", class: kind }, label);
      made.addEventListener("click", () => { queue.resolve(operation, text); desk.refresh(true).catch(() => {}); });
      return made;
    };
    return el("section", { class: "conflict", role: "alert" }, el("h3", {}, fill(texts.conflictAt, { time: clock(operation.start) })),
      el("dl", {}, el("dt", {}, texts.yours), el("dd", {}, operation.after || texts.nothing),
        el("dt", {}, texts.theirs), el("dd", {}, now?.text || texts.nothing)),
      el("div", { class: "choices" }, merged ? button(fill(texts.both, { text: merged }), merged, "main") : "",
        button(texts.keepMine, operation.after, merged ? "quietly" : "main"), button(texts.keepTheirs, null, "quietly")));
  });
}
