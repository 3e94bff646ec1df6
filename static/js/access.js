// What happens to an open page when its reader's access may have changed. Nothing that may no longer be read stays: not
// in the page, not in what was typed into it, not in the browser's memory of the page.
import { parse } from "sweetspot/reading";
import { forgetAll } from "sweetspot/unsent";

const PATIENCE = 1_500;
const ELSEWHERE = "/access-ended";
const root = document.documentElement;

/** Asks for this page again: "open", "ended", "sign in", or "unknown" where no answer came in time. */
export async function check() {
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" }, cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
    if (answer.redirected) return "sign in";
    if (answer.ok) {
      const fresh = parse(await answer.text()).getElementById("page");
      document.getElementById("page").dataset.access = fresh?.dataset.access ?? "";
      return "open";
    }
    // 405: the page is the answer to a form, and cannot be asked for again.
    return [401, 403, 404, 405, 410].includes(answer.status) ? "ended" : "unknown";
  } catch {
    return "unknown";
  }
}

/** Takes the page away and says why, somewhere else. `drafts`: also what was typed here and not sent. */
export function leave(verdict, drafts) {
  const { ended } = document.getElementById("live-state")?.dataset ?? {};
  wipe(ended);
  if (drafts) forgetAll();
  if (verdict === "ended") location.replace(ELSEWHERE);
  if (verdict === "sign in") location.reload();
}

function wipe(words) {
  const page = document.getElementById("page"), line = document.createElement("p");
  line.className = "live-state-words";
  line.textContent = words ?? "";
  page.replaceChildren(line);
  for (const name of ["positions", "mine"]) delete page.dataset[name];
  document.getElementById("announcer")?.replaceChildren();
  document.title = "Sweetspot";
  delete root.dataset.away;
}

/** While the page lies in the browser's back/forward cache it is not shown; back from there, only once it is allowed. */
export function guard(confirm) {
  addEventListener("pagehide", ({ persisted }) => { if (persisted) root.dataset.away = ""; });
  addEventListener("pageshow", async ({ persisted }) => {
    if (!persisted) return;
    root.dataset.away = "";
    const verdict = await check();
    if (verdict !== "open") return leave(verdict, verdict === "ended");
    delete root.dataset.away;
    confirm();
  });
}
