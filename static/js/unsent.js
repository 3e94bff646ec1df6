// What was typed and is not on the server yet, in this tab only: it outlives a crash, a reload and a sign-in. Signing out
// clears it. Where a form also keeps a draft on the server, drafts.js takes this up first and saves it at once.
const FIELDS = "textarea[name]:not([disabled]),form[data-draft] input[type=text][name]";
const name = (form) => `unsent ${form.elements.place?.value ?? location.pathname} ${form.id}`;

// A browser may refuse storage altogether; then there is simply no safety net.
function stored(work) {
  try { return work(sessionStorage); } catch { return null; }
}

export const fields = (form) => [...form.querySelectorAll(FIELDS)];
export const texts = (form) => Object.fromEntries(fields(form).map((field) => [field.name, field.value]));
export const forget = (form) => stored((storage) => storage.removeItem(name(form)));

/** Keeps what the form holds, over which version of its draft, and which shown form wrote that. */
export function keep(form) {
  const { draft, key } = form.elements;
  const record = { texts: texts(form), draft: draft?.value, key: form.dataset.writer ?? key?.value };
  stored((storage) => storage.setItem(name(form), JSON.stringify(record)));
}

export function fill(field, text) {
  if (field.value === text) return;
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

export function start() {
  for (const form of document.querySelectorAll("form[id]")) restore(form);
  document.addEventListener("input", ({ target }) => target.matches(FIELDS) && target.form?.id && keep(target.form));
  // Sent the plain way: the browser shows its own page when that fails, and keeps the text for the way back.
  document.addEventListener("submit", ({ target, submitter }) =>
    target.hasAttribute("hx-post") || submitter?.hasAttribute("formaction") || forget(target));
}

function restore(form) {
  const record = JSON.parse(stored((storage) => storage.getItem(name(form))) ?? "null");
  // A form that came back from the server, or from the browser's own memory, has newer words than this.
  if (!record || form.querySelector("[aria-invalid=true]") || fields(form).some((field) => field.value !== field.defaultValue)) return;
  if (fields(form).every((field) => field.value === (record.texts[field.name] ?? field.value))) return forget(form);
  if (record.draft) [form.elements.draft.value, form.dataset.writer] = [record.draft, record.key];
  for (const field of fields(form)) fill(field, record.texts[field.name] ?? field.value);
}

/** Forgets everything that was typed in this tab and not sent: its reader no longer has access. */
export const forgetAll = () => stored((storage) => {
  for (const kept of Object.keys(storage)) if (kept.startsWith("unsent ")) storage.removeItem(kept);
});
