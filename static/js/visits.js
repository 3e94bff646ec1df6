// Notes how far the reader has come in a conversation, once its newest comments were shown for a moment; told again only
// when there is more.
const A_MOMENT = 3_000;
let told = 0, timer = 0;

const line = () => document.getElementById("since");
const last = () => Math.max(0, ...[...document.querySelectorAll("#page article[id^=comment-]")].map(({ id }) => Number(id.slice(8))));

function tell() {
  const { visit, seen = 0, newest } = line()?.dataset ?? {};
  // In an older window of the conversation nothing is noted: what comes later was not seen.
  const now = newest === undefined ? 0 : last();
  if (!visit || now <= Math.max(told, Number(seen))) return;
  told = now;
  fetch(visit, { method: "POST", body: new URLSearchParams({ upto: now }), headers: { "hx-request": "true" }, keepalive: true }).catch(() => { told = 0; });
}

function wait() {
  clearTimeout(timer);
  timer = setTimeout(() => document.hidden || tell(), A_MOMENT);
}

export function start() {
  if (!line()) return;
  wait();
  document.addEventListener("live:moved", () => document.hidden || wait());
  document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : wait()));
}
