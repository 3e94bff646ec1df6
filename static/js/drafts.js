// A form with data-draft (the address it can be fetched from) keeps a draft on the server, for this person's other
// devices and for a crash. Order of truth: keys of this tab that were not saved, then the server's newest, then nothing.
import { announce } from "sweetspot/announce";
import { parse } from "sweetspot/reading";
import { fields, fill, forget, keep, texts } from "sweetspot/unsent";

// Milliseconds: after the last key, at most after the first, and after a save that failed.
const PAUSE = 1500, LONGEST = 10_000, AGAIN = 10_000;
// What a browser sends for a page that is being left.
const MOST_LEAVING = 60_000;
const states = new WeakMap();
const forms = () => document.querySelectorAll("form[data-draft]");
const written = (form) => JSON.stringify(texts(form));
const line = (form) => form.querySelector(".draft");

function stateOf(form) {
  if (!states.has(form)) {
    // As it came from the server is as it is kept there, unless it was refused.
    const served = Object.fromEntries(fields(form).map((field) => [field.name, field.defaultValue]));
    states.set(form, { saved: form.querySelector("[aria-invalid=true]") ? null : JSON.stringify(served), timer: 0, since: 0, sent: false });
  }
  return states.get(form);
}

const isDirty = (form) => written(form) !== stateOf(form).saved;
const isOpen = (form) => form.isConnected && !stateOf(form).sent && !form.querySelector(".draft-conflict");

export function start() {
  document.documentElement.dataset.drafts = "";
  document.addEventListener("input", ({ target }) => target.form?.matches("[data-draft]") && plan(target.form));
  document.addEventListener("visibilitychange", () => forms().forEach(document.hidden ? leave : freshen));
  addEventListener("pagehide", () => forms().forEach(leave));
  addEventListener("pageshow", ({ persisted }) => persisted && forms().forEach((form) => {
    stateOf(form).sent = false;
    freshen(form);
  }));
  document.addEventListener("submit", ({ target, submitter }) => {
    if (target.matches("[data-draft]") && submitter?.getAttribute("formaction") !== "/previews") sending(target);
  });
  document.addEventListener("click", ({ target }) => target.dataset?.keep && choose(target));
  const on = (name, handle) => document.addEventListener(`htmx:${name}`, ({ detail: { ctx } }) => ctx && handle(ctx));
  on("before:request", ({ sourceElement }) => sourceElement.matches("form[data-draft]") && sending(sourceElement));
  on("finally:request", settled);
  for (const form of forms()) if (isDirty(form)) save(form);
}

// A draft that arrives after its form was sent would be a ghost of it.
function sending(form) {
  const state = stateOf(form);
  clearTimeout(state.timer);
  state.saving?.abort();
  state.sent = true;
}

async function settled({ sourceElement, response, text }) {
  if (sourceElement.matches("form[data-draft]")) stateOf(sourceElement).sent = false;
  const { form } = sourceElement;
  if (!sourceElement.matches(".draft-act") || !response || !form) return;
  if (response.status === 409) return clash(form, text);
  forget(form);
  await freshen(form, true);
}

function plan(form, pause = PAUSE) {
  const state = stateOf(form);
  clearTimeout(state.timer);
  state.since ||= Date.now();
  state.timer = setTimeout(save, Math.max(0, Math.min(pause, state.since + Math.max(LONGEST, pause) - Date.now())), form);
}

function leave(form) {
  if (isOpen(form) && isDirty(form)) save(form, true);
}

async function save(form, leaving = false) {
  if (!isOpen(form) || !isDirty(form)) return;
  const state = stateOf(form), snapshot = written(form);
  if (state.saving && !leaving) return plan(form);
  clearTimeout(state.timer);
  const body = new FormData(form), abort = state.saving = new AbortController();
  if (form.dataset.writer) body.set("key", form.dataset.writer);
  state.since = 0;
  try {
    const keepalive = leaving && snapshot.length * 3 < MOST_LEAVING;
    const answer = await fetch("/drafts", { method: "POST", body, keepalive, signal: abort.signal, headers: { "hx-request": "true" } });
    const text = answer.redirected ? "" : await answer.text();
    if (answer.status === 409 && !state.sent) clash(form, text);
    else if (answer.status === 422) tell(form, parse(text));
    else if (!answer.ok || answer.redirected) throw new Error(answer.status);
    else saved(form, snapshot, parse(text));
  } catch {
    if (abort.signal.aborted || state.sent || !form.isConnected) return;
    say(form, line(form)?.dataset.offline);
    plan(form, AGAIN);
  } finally {
    if (state.saving === abort) state.saving = null;
  }
}

function saved(form, snapshot, fresh) {
  stateOf(form).saved = snapshot;
  form.elements.draft.value = fresh.querySelector("[data-version]").dataset.version;
  delete form.dataset.writer;
  if (isDirty(form)) keep(form);
  else forget(form);
  tell(form, fresh);
}

// The words stand in a live region, which is read out when it changes: so it changes only when they do.
function tell(form, fresh) {
  const words = fresh.querySelector(".draft-words"), acts = fresh.querySelector(".draft-acts");
  say(form, words.textContent.trim());
  const old = line(form).querySelector(".draft-acts");
  if (old.textContent.trim() === acts.textContent.trim()) return;
  old.replaceWith(acts);
  window.htmx?.process(acts);
}

function say(form, text) {
  const words = line(form)?.querySelector(".draft-words");
  if (words && text !== undefined && words.textContent.trim() !== text) words.textContent = text;
}

// Two devices. Nothing is saved from here until somebody has chosen.
function clash(form, text) {
  const shown = parse(text).querySelector(".draft-conflict");
  if (!shown || form.querySelector(".draft-conflict")) return;
  line(form).before(shown);
  announce([shown.querySelector(".draft-title").textContent]);
}

function choose(button) {
  const form = button.closest("form"), conflict = button.closest(".draft-conflict");
  conflict.remove();
  form.elements.draft.value = conflict.dataset.version;
  delete form.dataset.writer;
  for (const { dataset, value } of conflict.querySelectorAll("[data-beside]")) {
    if (form.elements[dataset.beside]) form.elements[dataset.beside].value = value;
  }
  for (const other of conflict.querySelectorAll("[data-theirs]")) {
    const field = form.elements[other.dataset.theirs];
    if (button.dataset.keep === "theirs") fill(field, other.value);
    if (button.dataset.keep === "both") fill(field, [field.value, other.value].filter(Boolean).join(field.rows ? "\n\n" : " / "));
  }
  stateOf(form).saved = null;
  keep(form);
  save(form);
  fields(form)[0].focus();
}

/** Takes what is kept now, unless there are words here that are not kept. `asked`: somebody did something to the draft. */
async function freshen(form, asked = false) {
  if (!isOpen(form) || stateOf(form).saving || (isDirty(form) && !asked)) return;
  const answer = await fetch(form.dataset.draft, { cache: "no-store", signal: AbortSignal.timeout(20_000) }).catch(() => null);
  const fresh = answer?.ok && !answer.redirected && parse(await answer.text()).getElementById(form.id);
  if (!fresh || !form.isConnected || (isDirty(form) && !asked)) return;
  if (!asked && fresh.elements.draft.value === form.elements.draft.value) return;
  const { id } = document.activeElement, held = form.contains(document.activeElement);
  form.replaceWith(fresh);
  window.htmx?.process(fresh);
  const words = line(fresh).querySelector(".draft-words").textContent.trim();
  if (words) announce([words]);
  if (held || asked) ((!asked && id && document.getElementById(id)) || fields(fresh)[0]).focus({ preventScroll: true });
}
