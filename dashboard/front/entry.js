// What goes with every part of a page: it fetches the parts once, and has each drawn as Python gave it last.

const latest = new WeakMap();
const fetched = () => import(new URL(ADDRESS, document.baseURI).href)
  .catch(() => new Promise((later) => { setTimeout(later, 2000); }).then(fetched)); // the link was lost: once it is back
const parts = fetched();

export default function (given) {
  latest.set(given.parentElement, given);
  parts.then(({ draw }) => draw(latest.get(given.parentElement)));
}
