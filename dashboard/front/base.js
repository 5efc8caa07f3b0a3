// What every part is made of. Python gives plain values; everything is written as text, never as markup.

// The parts that can be drawn, by name: each file of parts adds its own.
export const PARTS = {};

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

export const SHAPES = {
  search: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14Zm5.2 12.2L20 20",
  back: "M15 5l-7 7 7 7",
  close: "M6 6l12 12M18 6 6 18",
  down: "M5 9l7 7 7-7",
  bell: "M6 16.5h12l-1.5-2.5v-4a4.5 4.5 0 0 0-9 0v4ZM10 19.5h4",
  open: "M13.5 5H19v5.5M19 5l-8 8M10 6H5.5v12.5H18V14",
  play: "M8 5.5v13l10.5-6.5z",
  sift: "M4 7h16M7 12h10M10 17h4",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7.5 8a7.5 7.5 0 0 1 15 0",
  up: "M5 15l7-7 7 7",
  take: "M12 4v10M7.5 10.5 12 15l4.5-4.5M5 18.5h14",
};

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", SHAPES[name]);
  svg.append(path);
  return svg;
}

export const link = (href, attributes, ...children) => el("a", { href, "data-go": true, ...attributes }, ...children);
// Facts in a row. Where the row is full it breaks between two of them, not within a date.
export const inRow = (values) => values.filter(Boolean).flatMap((value, at, all) =>
  [el("span", { class: "fact" }, at < all.length - 1 ? `${value} ·` : value), " "]);

// {text, marks: [[start, end], …]} with offsets in characters (code points)
export function marked(text, marks) {
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

export function picture(address) {
  const image = el("img", { src: new URL(address, document.baseURI).href, alt: "", loading: "lazy", decoding: "async" });
  image.addEventListener("error", () => image.remove()); // the calm ground behind it is enough
  return image;
}

export function bar(value, label) {
  const track = el("div", { class: "bar", role: "progressbar", "aria-valuemin": 0, "aria-valuemax": 100,
    "aria-valuenow": Math.round(value * 100), "aria-label": label });
  track.append(el("span", { style: `width: ${Math.round(value * 1000) / 10}%` }));
  return track;
}
