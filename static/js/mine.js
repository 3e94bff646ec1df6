// Fragments do not know whose page they are in: what only an item's author sees is hidden, and a rule an item in
// <style id="mine"> shows it again. Later rules go through the sheet's interface, which needs no nonce.
const page = () => document.getElementById("page");

export const myItems = () => (page()?.dataset.mine || "").split(" ").filter(Boolean);

export function claim(ids) {
  const known = myItems();
  const all = [...known, ...ids.filter((id) => !known.includes(id))];
  if (all.length > known.length) page().dataset.mine = all.join(" ");
  show();
}

/** Makes the rules fit #page[data-mine], for example after the page was morphed. */
export function show() {
  const sheet = document.getElementById("mine")?.sheet;
  if (!sheet) return;
  while (sheet.cssRules.length) sheet.deleteRule(0);
  for (const id of myItems()) sheet.insertRule(`#${CSS.escape(id)} .mine{display:revert}`);
}
