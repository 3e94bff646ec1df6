// Forms that htmx sends. Nothing typed is lost when sending fails, nothing typed meanwhile is wiped by the answer, and
// the focus ends where the next word would be written, or corrected.
import { announce } from "sweetspot/announce";
import { claim } from "sweetspot/mine";
import { parse } from "sweetspot/reading";
import { holdsText } from "sweetspot/typing";
import { forget } from "sweetspot/unsent";

// A button that asks for something else, such as a preview, sends the form's words and not the form.
const sent = ({ request, sourceElement }) => (sourceElement.matches("button[formaction]") ? null : request?.form);
const texts = (form) => [...(form?.querySelectorAll("textarea") ?? [])];

export function start() {
  const on = (name, handle) => document.addEventListener(`htmx:${name}`, (event) => event.detail.ctx && handle(event.detail.ctx, event));
  on("before:request", sending);
  on("error", (ctx) => complain(ctx.request.form, ctx.sourceElement.dataset.failed));
  on("before:swap", answered);
  on("after:swap", swapped);
  on("finally:request", (ctx) => ctx.locked?.forEach((field) => { field.readOnly = false; }));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("form[hx-post] textarea")) event.target.form.requestSubmit();
  });
  document.addEventListener("input", ({ target }) => count(target));
}

function sending(ctx) {
  const form = sent(ctx);
  if (!form) return;
  form.querySelector(".form-failed")?.remove();
  ctx.within = form.contains(document.activeElement);
  ctx.locked = texts(form).filter((field) => !field.readOnly);
  for (const field of ctx.locked) field.readOnly = true;
}

// A whole page is no answer to a form: it is a refusal, or comes from something between us and the server.
function answered(ctx, event) {
  if (!ctx.response) return;
  const { raw, status, headers } = ctx.response;
  const form = sent(ctx);
  if (ctx.hx.mine || ctx.hx.anew) claim(ctx.hx.mine?.split(" ") ?? [], ctx.hx.anew && [ctx.hx.anew]);
  if (raw.redirected) {
    event.preventDefault();
    if (form) forget(form);
    location.assign(raw.url);
  } else if (!headers.get("content-type")?.startsWith("text/html") || /^\s*<(!doctype|html)/i.test(ctx.text)) {
    if (status === 204) return;
    event.preventDefault();
    if (!form && ctx.sourceElement.href) location.assign(ctx.sourceElement.href); // the plain page says why
    const page = parse(ctx.text);
    complain(ctx.request.form, (page.querySelector("main .lede, main .field-error") ?? page.querySelector("main h1"))?.textContent.trim());
  }
}

function swapped(ctx) {
  const form = sent(ctx), { shown } = ctx.sourceElement.dataset;
  if (shown && ctx.response?.status < 400) announce([shown]);
  if (!ctx.response || !form) return;
  const done = ctx.response.status < 400;
  if (done) forget(form);
  if (done && form.dataset.sent) announce([form.dataset.sent]);
  // Said while an older window of the conversation is shown: go to the one where it stands.
  if (done && ctx.hx.mine && !document.getElementById(ctx.hx.mine)) return location.assign(ctx.hx.page);
  const now = (form.id && document.getElementById(form.id)) || form;
  const at = document.activeElement;
  if (!ctx.within || !now.isConnected || (at !== document.body && !now.contains(at))) return;
  // After a tap, a focused field would push the keyboard over what was just sent.
  const next = done ? matchMedia("(pointer: fine)").matches && now.querySelector("textarea") : now.querySelector("[aria-invalid=true]");
  if (next) next.focus({ preventScroll: done });
}

function complain(form, words) {
  if (!form?.isConnected) return;
  const text = words || form.dataset.failed || document.getElementById("live-state")?.dataset[holdsText(form) ? "unsent" : "undone"];
  if (!text) return;
  form.querySelector(".form-failed")?.remove();
  const line = document.createElement("p");
  line.className = "field-error form-failed";
  line.setAttribute("role", "alert");
  line.textContent = text;
  (form.querySelector(".buttons") ?? form.lastElementChild).after(line);
}

// Near the limit, how much is left; over it, how much is too much. The server never cuts, and neither does the field.
function count(field) {
  const line = field.id && document.getElementById(`${field.id}-count`);
  if (!line) return;
  const left = line.dataset.most - field.value.length;
  line.hidden = left > line.dataset.most / 10;
  line.textContent = (left < 0 ? line.dataset.over : line.dataset.left).replace("%(count)s", Math.abs(left));
}
