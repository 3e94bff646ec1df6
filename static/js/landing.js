// A control that did its work often goes away, and so does one whose item somebody else dealt with. The focus would fall
// to the top of the page then. It lands close by instead: on what the item offers now, else on the control's like in the
// next one, else on what opens these tools, else on the heading of the part. It is taken from nowhere else.
const CONTROLS = "a[href],button,summary,select,textarea,input:not([type=hidden])", ITEMS = "li,article";
let held = null; // the control that has the focus, and what is around it, as they were when last seen

const said = (control) => control.textContent.trim();
const isShown = (element) => Boolean(element?.isConnected && element.checkVisibility?.() !== false);
const controlsOf = (item) => [...item.querySelectorAll(CONTROLS)].filter(isShown);

function hold() {
  const at = document.activeElement, around = [];
  for (let item = at?.closest(ITEMS); item; item = item.parentElement.closest(ITEMS)) {
    around.push({ item, row: [...item.parentElement.children] });
  }
  // Whoever only points and clicks is not taken to where the focus went.
  const unmoved = !at?.matches(":is(a,button,summary):focus-visible");
  held = at?.matches(CONTROLS) ? { at, words: said(at), around, tools: at.closest("details"), part: at.closest("section"), unmoved } : null;
}

// In the order in which they are looked for.
function* places() {
  const { words, around, tools, part } = held;
  const alike = (item) => controlsOf(item).find((control) => words && said(control) === words);
  for (const { item, row } of around) {
    const place = row.indexOf(item), others = [...row.slice(place + 1), ...row.slice(0, place).reverse()];
    if (isShown(item)) yield* [alike(item), controlsOf(item)[0]];
    else yield* others.filter(isShown).map(alike);
  }
  yield* [tools?.querySelector("summary"), part?.querySelector("h2"), document.getElementById("main")];
}

function land() {
  // While the answer to its own form is being put in, forms.js will know.
  if (held?.at.closest(".htmx-request")) return;
  const lost = held && !held.at.isConnected && [document.body, null].includes(document.activeElement);
  const place = lost && [...places()].find(isShown);
  if (place) {
    if (!place.matches(CONTROLS)) place.tabIndex = -1;
    place.focus({ preventScroll: held.unmoved });
  }
  hold();
}

// What one has just said is seen: the list may have put it off the screen.
function follow({ detail: { ctx } }) {
  if (ctx?.hx?.mine && ctx.sourceElement.matches("form[hx-post]")) document.getElementById(ctx.hx.mine)?.scrollIntoView({ block: "nearest" });
}

hold();
document.addEventListener("focusin", hold);
// Also a click beside every control is seen, after which nothing has the focus.
document.addEventListener("click", hold);
// After those that know better where it belongs: mine.js and forms.js.
document.addEventListener("htmx:finally:request", follow);
for (const name of ["htmx:finally:request", "live:moved"]) document.addEventListener(name, () => setTimeout(land));
