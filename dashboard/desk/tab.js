// A name that nothing else has.
export function unique() {
  return Array.from(crypto.getRandomValues(new Uint8Array(9)), (byte) => byte.toString(36)).join("");
}

// The name of this tab, the same after a reload.
export function tab() {
  try {
    const known = sessionStorage.getItem("shijiao.tab") ?? unique();
    sessionStorage.setItem("shijiao.tab", known);
    return known;
  } catch {
    return unique();
  }
}

// What this and other tabs kept in this browser under names that begin with `name`, this tab's own name of them all, and
// what keeps it. `merge(kept)` is called with each; what others kept is then ours.
export function shelf(name, merge) {
  const mine = `${name}.${tab()}`;
  try {
    for (const key of Object.keys(localStorage).filter((each) => each.startsWith(`${name}.`))) {
      merge(JSON.parse(localStorage.getItem(key)) ?? {});
      if (key !== mine) localStorage.removeItem(key);
    }
  } catch { /* a private window may keep nothing */ }
  return (kept) => {
    try {
      if (kept) localStorage.setItem(mine, JSON.stringify(kept));
      else localStorage.removeItem(mine);
    } catch { /* it is still sent */ }
  };
}
