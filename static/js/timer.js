// One timer for all: every screen counts down to the same instant by the server's clock. How far this clock is off is
// measured when the page opens and every ten minutes; of several questions the quickest answer is the most exact.
import { announce } from "sweetspot/announce";

let ahead = 0; // milliseconds this clock is ahead of the server's
let due = ""; // the end that this page has seen ahead of it, and says when it comes

async function measure() {
  let quickest = Infinity;
  for (let turn = 0; turn < 4; turn++) {
    const asked = Date.now();
    const answer = await fetch("/clock", { cache: "no-store" }).catch(() => null);
    const took = Date.now() - asked;
    if (!answer?.ok || took >= quickest) continue;
    quickest = took;
    ahead = asked + took / 2 - Number(await answer.text());
  }
}

function show() {
  for (const timer of document.querySelectorAll("[data-ends]")) {
    const { ends, over } = timer.dataset;
    const left = Math.ceil((new Date(ends) - Date.now() + ahead) / 1000);
    const text = `${left < 0 ? "+" : ""}${Math.floor(Math.abs(left) / 60)}:${String(Math.abs(left) % 60).padStart(2, "0")}`;
    if (timer.textContent !== text) timer.textContent = text;
    timer.classList.toggle("room-timer-late", left <= 0);
    if (left > 0) due = ends;
    else if (due === ends && over) {
      due = "";
      announce([over]);
    }
  }
}

await measure();
show();
setInterval(measure, 600_000);
setInterval(show, 100);
