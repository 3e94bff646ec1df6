// What the server says, over the socket or in answer to a poll, goes through one queue and one function. A frame that
// does not fit moves nothing forward: then the whole page is fetched and morphed, and that is always right.
import { announce } from "sweetspot/announce";
import { claim, show } from "sweetspot/mine";
import { morph } from "sweetspot/place";
import { advance, compare } from "sweetspot/positions";
import { parse, steadily } from "sweetspot/reading";
import { isBusy } from "sweetspot/typing";

// Milliseconds; and seconds: a frame that does not fit this page fits none like it, and they all heard it just now.
const AGAIN = 90_000, SLOWEST = 60_000, CROWD = 2;
let queue = Promise.resolve(), stale = false, tries = 0, morphed = 0;

const inTurn = (work) => (queue = queue.then(work).catch((error) => { console.warn(error); resync(CROWD); }));
const moved = () => document.dispatchEvent(new Event("live:moved"));

/** Takes one frame: {content, from, at, say, mine, anew, poke, beat, access, resync}. Settles when it is applied. */
export const receive = (frame) => inTurn(async () => {
  if (stale) return; // the page is about to be fetched, and will contain this
  const { foreign, ahead, old } = compare(frame.at);
  // A heartbeat ahead of us, or a frame that begins ahead of us: something before it never came.
  if (frame.resync || foreign || (frame.beat && ahead) || compare(frame.from).ahead) return resync(frame.within);
  if (frame.beat || old) return;
  if (frame.access !== undefined) document.getElementById("page").dataset.access = frame.access;
  const mine = frame.mine ?? [];
  if (frame.content) await steadily(() => swap(frame.content));
  // What another window of the conversation shows is not on this page.
  if (mine.length || frame.anew) claim(mine.filter((id) => document.getElementById(id)), frame.anew);
  for (const region of frame.poke ?? []) await refresh(region);
  advance(frame.at);
  // A page follows more than it shows: what is said in a smaller circle is news on the pages of that circle.
  if (frame.say) announce(frame.say.filter(({ about }) => !mine.includes(about) && document.getElementById(about)));
  moved();
});

async function swap(text) {
  const owner = document.getElementById("live");
  const ctx = { sourceElement: owner, target: owner, swap: "none", text, transition: false };
  await htmx.swap(ctx);
  if (ctx.misfit) throw new Error("a frame names an element this page does not have");
  // What was renamed is what the page is called.
  const name = document.querySelector("h1[data-title]")?.textContent;
  if (name) document.title = `${name} · Sweetspot`;
}

// htmx passes over a target that is not there. Only these may find nothing to do.
const OPTIONAL = ["delete", "present", "place-present"];
document.addEventListener("htmx:before:swap", (event) => {
  const { ctx, tasks } = event.detail;
  ctx.misfit = tasks.some(({ target, swapSpec }) => !target && !OPTIONAL.includes(swapSpec.style));
  if (ctx.misfit && ctx.response) resync();
  else if (ctx.misfit) event.preventDefault();
});

// A region that differs from person to person is fetched like any page, with this reader's own permissions.
async function refresh(selector) {
  const region = document.querySelector(selector);
  if (region?.dataset.src === "") return resync(CROWD); // all of the page depends on it
  const fresh = region && (await load(region.dataset.src)).body.firstElementChild;
  if (fresh?.id !== region?.id) throw new Error(`${selector} was not answered with itself`);
  if (region) await steadily(() => morph(region, fresh));
}

async function load(url, refusals = []) {
  const answer = await fetch(url, { headers: { accept: "text/html" }, cache: "no-store", signal: AbortSignal.timeout(20_000) });
  if (!answer.ok && !refusals.includes(answer.status)) throw new Error(`${answer.status} for ${url}`);
  // Sent elsewhere, for example to sign in: that is another page, and no part of this one.
  return parse(answer.redirected ? "" : await answer.text());
}

/** Fetches this page and morphs it, once however often it is asked for; `within` spreads a crowd over that many seconds. */
export function resync(within) {
  if (stale) return;
  stale = true;
  tries = Date.now() - morphed < AGAIN ? tries + 1 : 0;
  plan((within || 0) * 1000 * Math.random());
}

function plan(least = 0) {
  const pause = tries && Math.min(SLOWEST, 500 * 2 ** tries) * (0.7 + 0.6 * Math.random());
  setTimeout(() => inTurn(() => renew().catch(() => { tries += 1; plan(); })), Math.max(least, pause));
}

async function renew() {
  const fresh = await load(location.pathname + location.search, [401, 403, 404, 410]);
  const next = fresh.getElementById("page");
  const deployed = fresh.documentElement.dataset.build !== document.documentElement.dataset.build;
  if (!next || (deployed && ![...document.forms].some(isBusy))) return location.reload();
  document.title = fresh.title;
  await steadily(() => morph(document.getElementById("page"), next));
  // It stands in the head, beside the page.
  const bell = document.getElementById("bell"), rung = fresh.getElementById("bell");
  if (bell && rung) morph(bell, rung);
  show();
  [stale, morphed] = [false, Date.now()];
  moved();
}
