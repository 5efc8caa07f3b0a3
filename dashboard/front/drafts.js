// What is typed and not saved yet stays in this tab, each under a place that names the member who typed it.

export function kept(place) {
  try {
    return JSON.parse(sessionStorage.getItem(place));
  } catch {
    return null;
  }
}

export function keep(place, draft) {
  try {
    if (draft) sessionStorage.setItem(place, JSON.stringify(draft));
    else sessionStorage.removeItem(place);
  } catch { /* private windows may keep nothing */ }
}
