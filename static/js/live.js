// Keeps a way open by which the server's frames arrive: the socket that htmx holds, or else asking every few seconds.
// Either way resumes from the page's own positions, so nothing is lost between two ways.
// A page that shows nothing live has a socket too: it tells when its reader's access has ended.
import { check, guard, leave } from "sweetspot/access";
import { receive, resync } from "sweetspot/frames";
import { positions } from "sweetspot/positions";

// Milliseconds. The server's heartbeat comes every 15 s, and once at the start.
const SILENCE = 35_000, PATIENCE = 8_000, POLL = 10_000, POLL_SLOWEST = 60_000, LATE = 3_000, LOST = 10_000;
const ENDED = [4401, 4403, 4404], ASKED_TO_LEAVE = 4401;

const owner = document.getElementById("live");
let link = null; // htmx's connection
let opened = 0, heard = 0; // when its socket opened, and when it last said something; 0: nothing since
let lastLive = 0; // when a socket was last known to work
let failures = 0; // sockets in a row that never said anything
let ended = false; // the server closed this page to its reader
let polled = 0, pollAt = 0, pollEvery = POLL, polling = false;

export function start() {
  if (!owner) return;
  const { ws } = htmx.config;
  // A restart closes every socket at once; spread, they do not all come back in the same moment.
  htmx.config.ws = { reconnectDelay: 800, reconnectJitter: 0.75, ...ws };
  const on = (name, handle) => owner.addEventListener(name, (event) => handle(event.detail, event));
  on("htmx:ws:before:connection", ({ connection }) => { link = connection; aim(); });
  on("htmx:ws:after:connection", () => { [opened, heard] = [Date.now(), 0]; });
  on("htmx:ws:before:message:incoming", ({ message, waitUntil }, event) => {
    event.preventDefault(); // frames.js swaps, for both ways alike
    waitUntil(hear(message.data));
  });
  on("htmx:ws:close", closed);
  document.addEventListener("live:moved", renewed);
  document.addEventListener("htmx:after:swap", aim);
  document.addEventListener("visibilitychange", () => document.hidden || wake());
  addEventListener("online", () => { wake(); retry(); });
  guard(() => { if (positions()) resync(); wake(); retry(); });
  wake();
  setInterval(tick, 1000);
}

const access = () => document.getElementById("page").dataset.access ?? "";
const isLive = () => link?.socket?.readyState === WebSocket.OPEN && heard > 0;

// The address htmx connects to next. Back from a hidden tab it asks nobody first, so it must be right at all times.
function aim() {
  if (!link) return;
  const now = { at: positions(), access: access() };
  link.url = link.url.replace(/([?&](at|access)=)[^&]*/g, (_, before, name) => before + encodeURIComponent(now[name]));
}

function connect() {
  [opened, heard] = [Date.now(), 0];
  htmx.process(owner, true);
  htmx.trigger(owner, "live:connect");
}

async function hear(text) {
  heard = lastLive = Date.now();
  failures = 0;
  tick();
  let frame;
  try { frame = JSON.parse(text); } catch { return resync(); }
  await receive(frame);
}

function closed({ connection, code, reason }) {
  if (connection !== link || reason !== "closed") return;
  if (ENDED.includes(code)) return end(code);
  if (document.hidden) return;
  if (!heard) failures += 1;
  heard = 0;
  // htmx gives up on codes that say "do not come back"; the page still wants to be right.
  if (!connection.config.reconnectCodes.includes(code)) {
    link = null;
    setTimeout(retry, POLL);
  }
  tick();
}

// Access changed. The page as this reader may see it now is shown in its place, or nothing of it is.
async function end(code) {
  if (ended) return;
  [ended, link] = [true, null];
  const verdict = await check();
  if (verdict !== "open") return leave(verdict, verdict === "ended" || code === ASKED_TO_LEAVE);
  if (positions()) return resync();
  ended = false;
  wake();
}

function renewed() {
  if (ended && positions()) {
    ended = false;
    wake();
  } else if (ended) {
    show("");
  }
  aim();
}

// At the start, and whenever the page was away: hidden, frozen or offline.
function wake() {
  if (ended || document.hidden) return;
  [lastLive, pollAt] = [Date.now(), 0];
  if (!link) connect();
  tick();
}

// Does not wait for htmx's next attempt, which may be a minute away.
function retry() {
  if (!ended && !document.hidden && (link?.socket?.readyState ?? WebSocket.CLOSED) === WebSocket.CLOSED) connect();
}

function tick() {
  if (document.hidden || ended) return;
  const now = Date.now();
  if (link?.socket?.readyState === WebSocket.OPEN && now - Math.max(heard, opened) > SILENCE) connect();
  if (isLive()) lastLive = now;
  const dark = now - lastLive;
  if (!isLive() && (failures > 1 || dark > PATIENCE) && now >= pollAt) ask();
  const served = now - polled < 2 * POLL;
  if (isLive()) show("live");
  else if (dark > LOST && !served) show("lost");
  else if (dark > LATE) show("late");
}

// Quiet words of the server's, #live-state[data-late|lost|ended]. html[data-live] says the same to styles and tests.
function show(state) {
  const root = document.documentElement, line = document.getElementById("live-state");
  if (root.dataset.live === state) return;
  root.dataset.live = state;
  if (!line || !positions()) return;
  line.hidden = !line.dataset[state];
  // Shown first and filled then: a region that appears with its text is often not read out.
  setTimeout(() => { line.textContent = line.dataset[root.dataset.live] ?? ""; }, 50);
}

async function ask() {
  if (polling) return;
  polling = true;
  try {
    const url = new URL(owner.getAttribute("hx-ws:connect"), location.href);
    url.pathname += "/frames";
    url.searchParams.set("at", positions());
    url.searchParams.set("access", access());
    const answer = await fetch(url, { headers: { accept: "application/json" }, cache: "no-store", signal: AbortSignal.timeout(POLL) });
    if (answer.redirected || [401, 403, 404].includes(answer.status)) return end();
    if (!answer.ok) throw new Error(answer.status);
    for (const frame of await answer.json()) await receive(frame);
    [polled, pollEvery] = [Date.now(), POLL];
  } catch {
    pollEvery = Math.min(POLL_SLOWEST, pollEvery * 2);
  } finally {
    [polling, pollAt] = [false, Date.now() + pollEvery * (0.8 + 0.2 * Math.random())];
  }
}
