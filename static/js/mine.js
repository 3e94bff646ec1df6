// Fragments do not know whose page they are in: what only an item's author sees is hidden, and a rule an item in
// <style id="mine"> shows it again, and hides what is for everybody else. Later rules go through the sheet's interface,
// which needs no nonce.
const page = () => document.getElementById("page");

export const myItems = () => (page()?.dataset.mine || "").split(" ").filter(Boolean);

/** `ids` are mine; of those that begin like one of `anew`, no others are. */
export function claim(ids, anew = []) {
  const held = document.activeElement?.closest("#page .mine, #page .others")?.closest("[id]");
  const known = myItems().filter((id) => !anew.some((start) => id.startsWith(start)));
  page().dataset.mine = [...new Set([...known, ...ids])].join(" ");
  show();
  // The button that was pressed may have given its place to its opposite.
  if (held && !document.activeElement?.checkVisibility?.()) {
    [...held.querySelectorAll("button")].find((button) => button.checkVisibility?.())?.focus({ preventScroll: true });
  }
}

/** Makes the rules fit #page[data-mine], for example after the page was morphed. */
export function show() {
  const sheet = document.getElementById("mine")?.sheet;
  if (!sheet) return;
  while (sheet.cssRules.length) sheet.deleteRule(0);
  for (const id of myItems()) {
    sheet.insertRule(`#${CSS.escape(id)} .mine{display:revert}`);
    sheet.insertRule(`#${CSS.escape(id)} .others{display:none}`);
  }
}
