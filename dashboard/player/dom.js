// What every part of the player builds with.

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== false) node.setAttribute(name, value === true ? "" : value);
  node.append(...children);
  return node;
}

const SHAPES = {
  play: "M8 5.5v13l10.5-6.5z",
  pause: "M8.5 5.5v13M15.5 5.5v13",
  loud: "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM15.5 9a4.2 4.2 0 0 1 0 6M18 6.5a7.8 7.8 0 0 1 0 11",
  mute: "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM16 9.5l5 5M21 9.5l-5 5",
  captions: "M3.5 6h17v12h-17zM10 10.5a2 2 0 1 0 0 3M17 10.5a2 2 0 1 0 0 3",
  layout: "M3.5 5.5h17v13h-17zM12.5 12.5h8v6h-8z",
  fullscreen: "M4 9V4.5h5M15 4.5h5V9M20 15v4.5h-5M9 19.5H4V15",
  window: "M9 4.5V9H4M20 9h-5V4.5M15 19.5V15h5M4 15h5v4.5",
  link: "M10 14a4 4 0 0 0 5.7 0l3-3a4 4 0 0 0-5.7-5.7l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3a4 4 0 0 0 5.7 5.7l1-1",
  swap: "M8 4.5 4.5 8 8 11.5M4.5 8H15M16 12.5l3.5 3.5-3.5 3.5M19.5 16H9",
  check: "M5 12.5l4.5 4.5L19 7.5",
};

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", SHAPES[name]);
  svg.append(path);
  svg.shape = (other) => path.setAttribute("d", SHAPES[other]);
  return svg;
}

export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, String(whole % 60).padStart(2, "0")];
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

export function megabytes(bytes) {
  const million = bytes / 1e6;
  if (million >= 1000) return `${(million / 1000).toFixed(1)} GB`;
  return million >= 10 ? `${Math.round(million)} MB` : `${Math.max(0.1, million).toFixed(1)} MB`;
}

export const absolute = (path) => new URL(path, document.baseURI).href;
export const clamp = (value, least, most) => Math.min(most, Math.max(least, value));
export const fill = (text, facts) => text.replace(/\[(\w+)\]/g, (_all, name) => facts[name] ?? "");

// What the viewer chose, kept in this browser where it lets us.
const KEPT = "shijiao.player";

export function remembered() {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) ?? {};
  } catch {
    return {};
  }
}

export function remember(choice) {
  try {
    localStorage.setItem(KEPT, JSON.stringify({ ...remembered(), ...choice }));
  } catch { /* private windows may keep nothing */ }
}
