// What goes with the page: it fetches the player once, and hands it what each later run of the page brings.

const places = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  let place = places.get(parentElement);
  const ask = (what, value) => setTriggerValue(what, value); // renew: a token; undo: a change of the glossary
  if (!place) {
    places.set(parentElement, (place = {}));
    open(place, parentElement, data);
  }
  place.latest = [data, ask];
  place.player?.update(data, ask);
  // Streamlit may call this although the element stays (a run overtaken by the next): close only what has really gone.
  return () => setTimeout(() => {
    if (parentElement.isConnected) return;
    place.player?.close();
    places.delete(parentElement);
  }, 0);
}

async function open(place, parent, data) {
  const absolute = (path) => new URL(path, document.baseURI).href;
  import(absolute(data.library)).catch(() => {}); // at the same time; the player asks for it again
  const [first, ...others] = data.angles;
  if (!others.length) askAhead(absolute(`${data.base}${encodeURIComponent(first.id)}/master.m3u8?v=${first.version}`));
  try {
    const { Player } = await import(absolute(data.script));
    place.player = new Player(parent);
    place.player.update(...place.latest);
  } catch (error) {
    console.error(error);
    const message = document.createElement("p");
    message.textContent = data.texts[navigator.onLine ? "failed" : "offline"];
    parent.append(message);
  }
}

// Ask for the playlists of the first picture while the scripts are on their way: they are kept for a moment, and the
// library finds them in the browser's cache.
async function askAhead(master) {
  try {
    const told = await (await fetch(master)).text();
    const weakest = [/^[^#\s].*$/m, /TYPE=AUDIO.*URI="(.+?)"/].map((shape) => told.match(shape)?.at(-1));
    await Promise.all(weakest.filter(Boolean).map(async (path) => (await fetch(new URL(path, master))).text()));
  } catch { /* the library asks for itself, and says what is wrong */ }
}
