import { absolute } from "./dom.js";

const TIMES = /^\s*(?:(\d+):)?(\d+):(\d+(?:\.\d+)?)\s+-->\s+(?:(\d+):)?(\d+):(\d+(?:\.\d+)?)/;
const TILE = /^(\S+?)#xywh=(\d+),(\d+),(\d+),(\d+)\s*$/;

const seconds = (hours, minutes, rest) => Number(hours ?? 0) * 3600 + Number(minutes) * 60 + Number(rest);

// The tiles that a storyboard's WebVTT names: {start, end, sheet, x, y, width, height}, in order.
export function tiles(text) {
  const found = [];
  let times = null;
  for (const line of text.split(/\r?\n/)) {
    const moment = TIMES.exec(line);
    const tile = times && TILE.exec(line);
    if (moment) times = [seconds(moment[1], moment[2], moment[3]), seconds(moment[4], moment[5], moment[6])];
    else if (tile) {
      const [x, y, width, height] = tile.slice(2).map(Number);
      found.push({ start: times[0], end: times[1], sheet: tile[1], x, y, width, height });
      times = null;
    }
  }
  return found;
}

// The last of `list`, sorted by `at`, that is not after a second; -1: none.
export function lastBefore(list, second, at) {
  let found = -1;
  for (let low = 0, high = list.length - 1; low <= high;) {
    const middle = (low + high) >> 1;
    if (at(list[middle]) <= second) { found = middle; low = middle + 1; } else high = middle - 1;
  }
  return found;
}

// Fetched when somebody first asks for a tile.
export class Storyboard {
  constructor(folder, name) {
    this.folder = folder;
    this.name = name;
    this.tiles = null;
  }

  async at(second) {
    this.tiles ??= fetch(absolute(this.folder + this.name))
      .then((answer) => (answer.ok ? answer.text() : ""))
      .then(tiles)
      .catch(() => { this.tiles = null; return []; }); // asked again for the next tile
    const all = await this.tiles;
    const tile = all[Math.max(0, lastBefore(all, second, ({ start }) => start))];
    return tile && { ...tile, address: absolute(this.folder + tile.sheet) };
  }
}
