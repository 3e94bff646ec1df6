// A plain text area and a shared text show the same. What is typed becomes the smallest change of the text, and what
// others write is put in around the caret, so keyboards, screen readers, spell checkers and phones notice nothing.
import Y from "sweetspot/yjs";

const TYPED = Symbol("typed here");
const isHigh = (unit) => unit >= 0xd800 && unit < 0xdc00;
const isLow = (unit) => unit >= 0xdc00 && unit < 0xe000;

/** Where `now` differs from `old`: [at, how many are gone, what is new]. `caret` decides between equal letters. */
export function difference(old, now, caret = now.length) {
  const most = Math.min(old.length, now.length);
  let tail = 0, head = 0;
  while (tail < Math.min(most, now.length - caret) && old.at(-1 - tail) === now.at(-1 - tail)) tail += 1;
  while (head < most - tail && old[head] === now[head]) head += 1;
  // Half a letter is none: neither part may end inside a pair of surrogates.
  if (head && isHigh(now.charCodeAt(head - 1))) head -= 1;
  if (tail && isLow(now.charCodeAt(now.length - tail))) tail -= 1;
  return [head, old.length - tail - head, now.slice(head, now.length - tail)];
}

/** Where a place in the text is after others changed it; what is put in just there comes behind it. */
export function moved(place, delta) {
  let at = 0, to = place;
  for (const { retain = 0, insert = "", delete: gone = 0 } of delta) {
    if (at >= to) break;
    at += retain;
    if (insert && at < to) [at, to] = [at + insert.length, to + insert.length];
    if (gone && at < to) to -= Math.min(gone, to - at);
  }
  return to;
}

/** Binds them until `stop` is called. `typed` is called after every change made here. */
export function bind(area, text, typed) {
  const undo = new Y.UndoManager(text, { trackedOrigins: new Set([TYPED]) });

  function input() {
    const [at, gone, fresh] = difference(text.toString(), area.value, area.selectionEnd);
    text.doc.transact(() => {
      if (gone) text.delete(at, gone);
      if (fresh) text.insert(at, fresh.replaceAll("\0", ""));
    }, TYPED);
    typed();
  }

  function others({ delta }, { origin }) {
    if (origin === TYPED) return;
    const { selectionStart, selectionEnd, selectionDirection, scrollTop } = area;
    area.value = text.toString();
    // Elsewhere on the page some browsers would take the focus along.
    if (document.activeElement === area) area.setSelectionRange(moved(selectionStart, delta), moved(selectionEnd, delta), selectionDirection);
    area.scrollTop = scrollTop;
  }

  // The browser's own memory of what was typed does not know what others wrote in between.
  function keys(event) {
    const key = event.key.toLowerCase();
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.isComposing || !["z", "y"].includes(key)) return;
    event.preventDefault();
    if (key === "y" || event.shiftKey) undo.redo();
    else undo.undo();
    typed();
  }

  area.value = text.toString();
  area.addEventListener("input", input);
  area.addEventListener("keydown", keys);
  text.observe(others);
  return () => {
    area.removeEventListener("input", input);
    area.removeEventListener("keydown", keys);
    text.unobserve(others);
    undo.destroy();
  };
}
