// Select words in a chapter, and a button asks about them: it carries the chapter, the words and where they stand to the
// form. Without scripts the same form takes the chapter and the words by hand.
const MOST = 1_000, A_MOMENT = 150;
let timer = 0;

const button = () => document.getElementById("ask-passage");
const words = (text) => text.replace(/\s+/g, " ").trim();

// What is read there: the numbers of other prompts stand in the text, but are no part of it.
function read(range) {
  const held = range.cloneContents();
  for (const number of held.querySelectorAll("sup.passage")) number.remove();
  return held.textContent;
}

function selected() {
  const now = document.getSelection();
  if (!now?.rangeCount || now.isCollapsed) return null;
  const range = now.getRangeAt(0), at = range.startContainer;
  const chapter = (at.nodeType === Node.ELEMENT_NODE ? at : at.parentElement)?.closest(".initiative .chapter[id] .prose");
  if (!chapter?.contains(range.endContainer)) return null;
  const passage = words(read(range)).slice(0, MOST);
  if (!passage) return null;
  const before = document.createRange();
  before.setStart(chapter, 0);
  before.setEnd(range.startContainer, range.startOffset);
  const near = read(before).replace(/\s+/g, " ").trimStart().length;
  return { chapter: chapter.closest(".chapter").id.split("-").at(-1), near, passage };
}

function offer() {
  const ask = button(), found = ask && selected();
  if (!ask || document.activeElement === ask) return;
  ask.hidden = !found;
  if (found) ask.href = `${ask.pathname}?${new URLSearchParams(found)}`;
}

export function start() {
  document.addEventListener("selectionchange", () => {
    if (!button()) return;
    clearTimeout(timer);
    timer = setTimeout(offer, A_MOMENT);
  });
}
