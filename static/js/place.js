// The swap style "place": each child of the fragment is put by its id, morphed if it is there, else inserted where
// data-order says. Nothing ever appears twice, so a frame may come late, again, or by another way.
// "present" morphs a region that not every page of its stream shows, where it is shown; "place-present" places such an item.
import { carryForms, isBusy } from "sweetspot/typing";

let api;

htmx.registerExtension("place", {
  init: (internal) => { api = internal; },
  handle_swap: (style, target, fragment) => {
    if (style === "place" || style === "place-present") return [...fragment.children].flatMap((item) => put(target, item));
    if (style === "present") return [...fragment.children].flatMap((item) => (morph(target, item), []));
    return false;
  },
  htmx_before_swap: (_, { tasks }) => {
    for (const { target, fragment, swapSpec: { style } } of tasks) {
      if (target && style === "innerMorph") carryForms(target, fragment, fragment);
      if (target && style === "outerMorph") carryForms(target, fragment, fragment.firstElementChild ?? fragment);
    }
  },
  htmx_before_morph_node: (old) => !(old instanceof HTMLFormElement && isBusy(old)),
});

/** Morphs the element `fresh` over the element `old` and returns what is there now. Busy forms stay as they are. */
export function morph(old, fresh) {
  const { id } = fresh, fragment = document.createDocumentFragment();
  carryForms(old, fresh, fresh);
  fragment.append(fresh);
  api.morph(old, fragment, false);
  const now = document.getElementById(id);
  htmx.process(now);
  return now;
}

// Returns what is new, because htmx has to prepare that.
function put(list, item) {
  if (!item.id) throw new Error("an item to be placed has no id");
  const old = document.getElementById(item.id);
  if (!old) {
    list.insertBefore(item, spot(list, item));
    greet(item);
    return [item];
  }
  const now = morph(old, item);
  if (!isSettled(list, now) && ![...now.querySelectorAll("form")].some(isBusy)) {
    (list.moveBefore ?? list.insertBefore).call(list, now, spot(list, now));
  }
  return [];
}

const ordered = (list) => [...list.children].filter((child) => child.dataset.order !== undefined);
const predecessor = (list, item) => ordered(list).findLast((other) => other !== item && !isAfter(other, item));

function spot(list, item) {
  const before = predecessor(list, item);
  return before ? before.nextSibling : ordered(list).find((other) => other !== item) ?? null;
}

function isSettled(list, item) {
  const row = ordered(list), at = row.indexOf(item);
  return item.parentElement === list && (at < 0 || row[at - 1] === predecessor(list, item));
}

function isAfter(one, other) {
  const [a, b] = [one.dataset.order, other.dataset.order];
  return isNaN(a) || isNaN(b) ? a > b : Number(a) > Number(b);
}

function greet(item) {
  item.classList.add("fresh");
  // Not at the animation's end: whoever asked for less motion has none.
  setTimeout(() => {
    item.classList.remove("fresh");
    if (!item.classList.length) item.removeAttribute("class");
  }, 3000);
}
