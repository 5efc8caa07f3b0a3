// What the file carries, by name: playlists as text, media and pictures in base64, each read when it is wanted.
export class Cargo {
  constructor(playlists) {
    this.playlists = playlists;
    this.parts = new Map(); // name -> [{first, node}], in the order of their bytes
    for (const node of document.querySelectorAll("script[data-name]")) {
      const { name, first } = node.dataset;
      if (!this.parts.has(name)) this.parts.set(name, []);
      this.parts.get(name).push({ first: Number(first), node });
    }
    this.read = new Map(); // what was decoded last
  }

  picture(name) {
    const [part] = this.parts.get(name) ?? [];
    return part ? `data:image/jpeg;base64,${part.node.textContent}` : "";
  }

  // The bytes from `first` up to `last` of what has this name; null where not all of them are here.
  bytes(name, first, last) {
    const found = new Uint8Array(last - first);
    let had = 0;
    for (const part of this.parts.get(name) ?? []) {
      if (part.first >= last || part.first + part.node.textContent.length * 0.75 <= first) continue;
      const bytes = this.decoded(part);
      const [from, to] = [Math.max(first, part.first), Math.min(last, part.first + bytes.length)];
      if (from >= to) continue;
      found.set(bytes.subarray(from - part.first, to - part.first), from - first);
      had += to - from;
    }
    return had === found.length ? found.buffer : null;
  }

  decoded(part) {
    const known = this.read.get(part) ?? Uint8Array.from(atob(part.node.textContent), (letter) => letter.charCodeAt(0));
    this.read.delete(part);
    this.read.set(part, known);
    if (this.read.size > 4) this.read.delete(this.read.keys().next().value);
    return known;
  }
}

// What hls.js fetches with: it asks the cargo and nobody else.
export function loader(cargo, base) {
  return class {
    constructor() {
      const times = () => ({ start: 0, first: 0, end: 0 });
      this.stats = { aborted: false, loaded: 0, total: 0, retry: 0, chunkCount: 0, bwEstimate: 0, loading: times(), parsing: { start: 0, end: 0 }, buffering: times() };
    }

    load(context, _config, { onSuccess, onError }) {
      this.context = context;
      const { url, rangeStart, rangeEnd } = context;
      const { stats } = this;
      stats.loading.start = performance.now();
      this.timer = setTimeout(() => {
        if (stats.aborted) return;
        const data = context.responseType === "arraybuffer" ? cargo.bytes(url.slice(base.length), rangeStart, rangeEnd) : cargo.playlists[url];
        if (!data) return onError({ code: 404, text: "" }, context, null, stats);
        stats.loading.first = stats.loading.end = performance.now();
        stats.loaded = stats.total = data.byteLength ?? data.length;
        onSuccess({ url, data, code: 200 }, stats, context, null);
      }, 0);
    }

    abort() {
      this.stats.aborted = true;
      clearTimeout(this.timer);
    }

    destroy() { this.abort(); }
    getCacheAge() { return null; }
    getResponseHeader() { return null; }
  };
}
