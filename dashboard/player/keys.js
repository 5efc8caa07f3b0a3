import { el } from "./dom.js";

const LEAP = 5; // seconds
const BOUND = 10;
const SHOWN = { ArrowLeft: "←", ArrowRight: "→" };

// The keys, and what they do, in the order in which they are explained.
const KEYS = [
  { keys: [" ", "k"], says: "keyPlay", act: (player) => player.toggle() },
  { keys: ["ArrowLeft"], says: "keyLeapBack", act: (player) => player.seek(player.sync.now - LEAP) },
  { keys: ["ArrowRight"], says: "keyLeapOn", act: (player) => player.seek(player.sync.now + LEAP) },
  { keys: ["j"], says: "keyBoundBack", act: (player) => player.seek(player.sync.now - BOUND) },
  { keys: ["l"], says: "keyBoundOn", act: (player) => player.seek(player.sync.now + BOUND) },
  { keys: ["c"], says: "keyCaptions", act: (player) => player.setCaptions(player.captions.next()) },
  { keys: ["f"], says: "keyScreen", act: (player) => player.screen.toggle() },
  { keys: ["n"], says: "keyNote", marks: true, act: (player) => player.side.mark("note") },
  { keys: ["b"], says: "keyBookmark", marks: true, act: (player) => player.side.mark("bookmark") },
  { keys: ["?", "？"], says: "keyKeys", act: explain },
];

// What the keyboard does while nobody types. True: it was for us.
export function press(player, event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return false;
  const path = event.composedPath();
  const target = path[0];
  if (target.matches?.("input:not([type=range]), textarea, select, [contenteditable]")) return false;
  const ours = path.includes(player.root);
  if (!ours && target !== document.body && !target.matches?.('[data-testid="stMain"]')) return false;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const told = player.root.querySelector("dialog.keys");
  if (told) {
    if ("?？".includes(key)) told.close();
    return "?？".includes(key); // the others are the dialog's own
  }
  const pressed = ours && target.closest?.("button, a, summary");
  if ((key === " " || key === "Enter") && pressed) return false; // the button's own business
  if (target.matches?.("input[type=range]") && key.startsWith("Arrow")) return false;
  if (key.startsWith("Arrow") && ours && target.closest?.(".side, .menu")) return false;
  const slider = ours && target.closest?.(".scrubber");
  const acts = {
    ...Object.fromEntries(KEYS.flatMap(({ keys, act }) => keys.map((each) => [each, () => act(player)]))),
    ...player.side.keys,
    ...(slider && { Home: () => player.seek(0), End: () => player.seek(player.sync.total) }),
  };
  if (!acts[key] || (event.repeat && !key.startsWith("Arrow"))) return false;
  acts[key]();
  return true;
}

function explain(player) {
  const { texts } = player.data;
  const shown = (key) => (key === " " ? texts.keySpace : SHOWN[key] ?? key.toUpperCase());
  const rows = KEYS.filter(({ marks }) => !marks || player.side.marks).map(({ keys, says }) =>
    el("div", {}, el("dt", {}, ...keys.filter((key) => key !== "？").map((key) => el("kbd", {}, shown(key)))), el("dd", {}, texts[says])));
  const close = el("button", { type: "button" }, texts.keysClose);
  const box = el("dialog", { class: "keys", "aria-label": texts.keys }, el("h2", {}, texts.keys), el("dl", {}, ...rows), close);
  close.addEventListener("click", () => box.close());
  box.addEventListener("click", (event) => { if (event.target === box) box.close(); }); // beside it
  box.addEventListener("close", () => box.remove());
  player.root.append(box);
  box.showModal();
}
