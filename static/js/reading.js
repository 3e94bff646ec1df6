// What somebody reads, and where the keyboard is, stays in place while the page changes around it.
const anchors = CSS.supports("overflow-anchor", "auto");

/** Does `work`, which changes the page, without moving the line being read or losing the focus. */
export async function steadily(work) {
  const held = anchors || !scrollY ? null : document.elementFromPoint(innerWidth / 2, innerHeight / 3)?.closest("#page [id]");
  const top = held?.getBoundingClientRect().top;
  const focused = document.activeElement;
  await work();
  if (held?.isConnected) scrollBy({ top: held.getBoundingClientRect().top - top, behavior: "instant" });
  if (focused?.id && !focused.isConnected) document.getElementById(focused.id)?.focus({ preventScroll: true });
}

/** A page's HTML as a document. Its style elements carry another page's nonce: parsing them alone violates the CSP. */
export const parse = (html) => new DOMParser().parseFromString(html.replace(/<style[\s\S]*?<\/style>/gi, ""), "text/html");
