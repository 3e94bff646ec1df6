// Naming somebody in a comment: a list to choose from while an @ is written. The server offers those who may read the
// conversation; what is chosen is written as words, so that a form without scripts sends the same.
const WORD = /(?:^|[^\p{L}\p{N}])@((?:\p{L}|\p{N})[^@\n]{0,40})?$/u, PAUSE = 120;
let list = null, box = null, asked = null, timer = 0;

const begun = () => WORD.exec(box.value.slice(0, box.selectionStart));
const state = () => document.getElementById(`${box.id}-naming-state`);
const options = () => [...(list?.children ?? [])];
const chosen = () => options().find((one) => one.ariaSelected === "true");

export function start() {
  document.addEventListener("input", ({ target }) => target.matches?.("[data-naming]") && look(target));
  document.addEventListener("keydown", (event) => list && !list.hidden && event.target === box && press(event), true);
  document.addEventListener("focusout", ({ target }) => target === box && close());
  // The box keeps the focus, and with it the place of the caret.
  document.addEventListener("pointerdown", (event) => {
    const one = list?.contains(event.target) && event.target.closest("[role=option]");
    if (one) event.preventDefault();
    if (one) write(one);
  });
}

function look(target) {
  if (box !== target) close();
  box = target;
  clearTimeout(timer);
  if (begun()) timer = setTimeout(ask, PAUSE);
  else close();
}

async function ask() {
  const word = begun();
  if (!word || !box.isConnected) return close();
  asked?.abort();
  const { signal } = asked = new AbortController();
  const url = `${box.dataset.naming}?begins=${encodeURIComponent(word[1] ?? "")}`;
  const answer = await fetch(url, { signal }).catch(() => null);
  const html = answer?.ok && !answer.redirected ? await answer.text().catch(() => "") : "";
  if (signal.aborted || document.activeElement !== box) return;
  if (html.trim()) open(html);
  else close(state()?.dataset.nobody);
}

function open(html) {
  list = document.getElementById(`${box.id}-naming`);
  list.innerHTML = html;
  list.hidden = false;
  box.setAttribute("aria-controls", list.id);
  box.ariaAutoComplete = "list";
  mark(list.firstElementChild);
  say(state()?.dataset.some.replace("%(count)s", options().length));
}

function close(words = "") {
  clearTimeout(timer);
  asked?.abort();
  if (!box) return;
  if (list) [list.hidden, list.innerHTML] = [true, ""];
  box.removeAttribute("aria-activedescendant");
  say(words);
}

function say(words = "") {
  if (state() && state().textContent !== words) state().textContent = words;
}

function mark(one) {
  for (const other of options()) other.ariaSelected = String(other === one);
  box.setAttribute("aria-activedescendant", one.id);
  one.scrollIntoView({ block: "nearest" });
}

function press(event) {
  const row = options(), step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (step) mark(row.at((row.indexOf(chosen()) + step) % row.length));
  else if (event.key === "Escape") close();
  else if (event.key === "Enter" || (event.key === "Tab" && !event.shiftKey)) write(chosen());
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function write(one) {
  const word = begun();
  if (!one || !word) return close();
  const caret = box.selectionStart;
  box.setRangeText(`${one.dataset.label} `, caret - (word[1] ?? "").length, caret, "end");
  close();
  box.dispatchEvent(new Event("input", { bubbles: true }));
}
