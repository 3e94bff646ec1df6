// Text that was typed and not sent outlives a crash, a reload and a sign-in, in this tab only. Signing out clears it.
const key = (field) => `unsent ${location.pathname} ${field.form.id} ${field.name}`;
const fields = (form) => [...form.querySelectorAll("textarea[name]")];

// A browser may refuse storage altogether; then there is simply no safety net.
function stored(work) {
  try { return work(sessionStorage); } catch { return null; }
}

export function start() {
  for (const form of document.querySelectorAll("form[id]")) {
    for (const field of fields(form)) {
      const text = stored((storage) => storage.getItem(key(field)));
      if (!text || field.value !== field.defaultValue || text === field.value) continue;
      field.value = text;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }
  document.addEventListener("input", ({ target }) => {
    if (target.matches("form[id] textarea[name]")) stored((storage) => storage.setItem(key(target), target.value));
  });
  // Sent the plain way: the browser shows its own page when that fails, and keeps the text for the way back.
  document.addEventListener("submit", ({ target }) => target.hasAttribute("hx-post") || forget(target));
}

export function forget(form) {
  for (const field of fields(form)) stored((storage) => storage.removeItem(key(field)));
}
