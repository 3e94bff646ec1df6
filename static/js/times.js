// Everyone's clock. Shared fragments show the programme's time, zone named. Here every <time data-local> becomes the
// reader's own; the programme's stays in its title, which also marks it as done. A morph takes the title away again.
const root = document.documentElement;
const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
let days, clock, zone;

export function start() {
  // Our English is British in its dates too; the generated test languages use it as well.
  const locale = /^en|-X[AB]$/.test(root.lang) ? "en-GB" : root.lang;
  try {
    const timeZone = zone = root.dataset.zone || here;
    days = new Intl.DateTimeFormat(locale, { timeZone, day: "numeric", month: "short", year: "numeric" });
    clock = new Intl.DateTimeFormat(locale, { timeZone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  } catch {
    return; // a zone or language this browser does not know: the server's text is right as it stands
  }
  show();
  new MutationObserver(show).observe(document.body, { childList: true, characterData: true, subtree: true });
}

function show() {
  const place = zone.split("/").pop().replaceAll("_", " ");
  for (const time of document.querySelectorAll("time[data-local]:not([title])")) {
    const moment = new Date(time.dateTime);
    if (isNaN(moment)) continue;
    time.title = time.textContent.trim();
    // A clock alone stands under a head that names the day and the place.
    time.textContent = time.dataset.local ? clock.format(moment) : `${days.format(moment)}, ${clock.format(moment)} (${place})`;
  }
}

/** Where nobody has said which zone is meant, the browser's own is offered. */
export function offerZone() {
  for (const choice of document.querySelectorAll("select[data-zone-here]")) if (!choice.value) choose(choice);
}

function choose(choice) {
  if (!here) return;
  // Some browsers call a place what it was called before; the server knows these names and does not list them.
  if (![...choice.options].some(({ value }) => value === here)) choice.add(new Option(here));
  choice.value = here;
}

/** Answers the question for the reader's zone, which the browser knows. A zone the server does not know stays a question. */
export async function answerZone() {
  const form = document.querySelector("form.zone-question");
  const choice = form?.querySelector("select");
  if (!choice) return;
  choose(choice);
  if (choice.value !== here) return;
  // The answer is a redirect back to this page, which is already here.
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual" });
  if (answer.ok || answer.type === "opaqueredirect") form.remove();
}
