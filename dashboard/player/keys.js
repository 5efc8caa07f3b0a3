const LEAP = 5; // seconds
const BOUND = 10;

// What the keyboard does while nobody types. True: it was for us.
export function press(player, event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return false;
  const path = event.composedPath();
  const target = path[0];
  if (target.matches?.("input:not([type=range]), textarea, select, [contenteditable]")) return false;
  const ours = path.includes(player.root);
  if (!ours && target !== document.body && !target.matches?.('[data-testid="stMain"]')) return false;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const pressed = ours && target.closest?.("button, a, summary");
  if ((key === " " || key === "Enter") && pressed) return false; // the button's own business
  if (target.matches?.("input[type=range]") && key.startsWith("Arrow")) return false;
  if (key.startsWith("Arrow") && ours && target.closest?.(".side, .menu")) return false;
  const slider = ours && target.closest?.(".scrubber");
  const acts = {
    " ": () => player.toggle(),
    k: () => player.toggle(),
    j: () => player.seek(player.sync.now - BOUND),
    l: () => player.seek(player.sync.now + BOUND),
    ArrowLeft: () => player.seek(player.sync.now - LEAP),
    ArrowRight: () => player.seek(player.sync.now + LEAP),
    c: () => player.setCaptions(player.captions.next()),
    f: () => player.screen.toggle(),
    ...player.side.keys,
    n: () => player.side.mark("note"),
    b: () => player.side.mark("bookmark"),
    ...(slider && { Home: () => player.seek(0), End: () => player.seek(player.sync.total) }),
  };
  if (!acts[key] || (event.repeat && !key.startsWith("Arrow"))) return false;
  acts[key]();
  return true;
}
