// What somebody is typing belongs to them: no update may overwrite, move or remove it.
const FIELDS = "textarea,select,input:not([type=hidden],[type=submit],[type=button],[type=reset],[type=image])";
const TEXTS = "textarea,input:is([type=text],[type=email],[type=url],[type=search],[type=tel],[type=number],:not([type]))";

/** Text in this form would be lost with it: typed and not sent, or handed back by the server as not acceptable. */
export const holdsText = (form) => (form.matches(".htmx-request") && form.querySelector(FIELDS) !== null) || form.querySelector("[aria-invalid=true]") !== null ||
  [...form.querySelectorAll(TEXTS)].some((field) => field.value !== field.defaultValue);

/** Somebody is at work in this form, even if nothing is written yet. */
export const isBusy = (form) => holdsText(form) ||
  (form.contains(document.activeElement) && document.activeElement.matches(FIELDS));

/**
 * Gives every form with unsent text in `old` a place in `fresh`, which is about to be morphed over it: in the nearest
 * surroundings that both have, else at the end of `top`. The morph itself leaves such forms alone, see place.js.
 */
export function carryForms(old, fresh, top) {
  const twin = (id) => id && fresh.querySelector(`[id="${CSS.escape(id)}"]`);
  for (const form of old.querySelectorAll("form[id]")) {
    if (twin(form.id) || !holdsText(form)) continue;
    let around = form.parentElement;
    while (around !== old && !twin(around.id)) around = around.parentElement;
    (around === old ? top : twin(around.id)).append(form.cloneNode(false));
  }
}
