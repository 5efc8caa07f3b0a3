import { absolute } from "../dom.js";

// Asks the gateway about what is the member's own; a failure carries the code that our texts know.
export async function ask(method, path, wish) {
  const headers = { "X-Shijiao": "1", "Content-Type": "application/json" };
  const answer = await fetch(absolute(`gate/mine/${path}`), { method, headers, body: wish && JSON.stringify(wish) });
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw Object.assign(new Error(told.message ?? answer.status), { code: told.code ?? "error" });
  return told;
}
