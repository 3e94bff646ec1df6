// Files for a form that has #attachments: each is sent when it is chosen or dropped, one after the other, and can be
// cancelled meanwhile. The answer is that part of the form as it is then. Without this, files go with the form.
import { announce } from "sweetspot/announce";
import { parse } from "sweetspot/reading";

const part = () => document.getElementById("attachments");
let waiting = [], current = null;

export function start() {
  document.documentElement.dataset.attaching = "";
  document.addEventListener("change", ({ target }) => {
    if (!target.matches("#attachments input[type=file]")) return;
    const chosen = [...target.files];
    target.value = ""; // they are on their way: nothing sends them again
    take(chosen);
  });
  document.addEventListener("dragover", (event) => over(event, true));
  document.addEventListener("dragleave", (event) => event.relatedTarget?.closest?.("form") === event.target.closest?.("form") || over(event, false));
  document.addEventListener("drop", (event) => {
    if (!over(event, false)) return;
    event.preventDefault();
    take([...event.dataTransfer.files]);
  });
  // A comment that is sent now would go without the file.
  document.addEventListener("submit", (event) => {
    if (!current || event.target !== part()?.form || event.submitter?.hasAttribute("formaction")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    announce([part().dataset.wait]);
    list().querySelector("button")?.focus();
  }, true);
}

function over(event, is) {
  const form = event.target.closest?.("form");
  if (!form || form !== part()?.form || !event.dataTransfer?.types.includes("Files")) return false;
  if (is) event.preventDefault();
  form.classList.toggle("is-dropping", is);
  return true;
}

// Beside the part that each answer replaces.
function list() {
  let found = document.getElementById("arriving");
  if (found) return found;
  found = Object.assign(document.createElement("div"), { id: "arriving" });
  part().after(found);
  return found;
}

function take(files) {
  for (const old of [...list().children]) if (!old.querySelector("progress,button")) old.remove(); // refused, and read by now
  for (const file of files) {
    const line = document.createElement("p");
    line.className = "arriving";
    line.append(Object.assign(document.createElement("bdi"), { textContent: file.name }));
    list().append(line);
    if (file.size > Number(part().dataset.most)) complain(line, part().dataset.large);
    else queue(file, line);
  }
}

function queue(file, line) {
  const { cancel, cancelled } = part().dataset;
  const job = { file, line, bar: Object.assign(document.createElement("progress"), { max: 1, value: 0 }) };
  job.bar.setAttribute("aria-label", file.name);
  line.append(job.bar, button(cancel, () => {
    waiting = waiting.filter((one) => one !== job);
    if (current === job) job.request.abort();
    line.remove();
    announce([cancelled]);
    part()?.querySelector("input[type=file]")?.focus();
  }));
  waiting.push(job);
  if (!current) next();
}

function button(label, act) {
  const made = Object.assign(document.createElement("button"), { type: "button", className: "act", textContent: label });
  made.addEventListener("click", act);
  return made;
}

function next() {
  current = waiting.shift() ?? null;
  if (!current || !part()) return void (current = null);
  const job = current, request = job.request = new XMLHttpRequest(), body = new FormData();
  // What is beside the files, such as what pictures show, is kept by the same answer.
  for (const field of part().querySelectorAll("input[name]:not([type=file])")) body.append(field.name, field.value);
  body.append("file", job.file);
  request.open("POST", part().dataset.to);
  request.setRequestHeader("hx-request", "true");
  request.upload.addEventListener("progress", ({ loaded, total }) => { job.bar.value = loaded / total; });
  request.addEventListener("load", () => answered(job, request));
  request.addEventListener("error", () => failed(job));
  request.addEventListener("loadend", next);
  request.send(body);
}

function answered(job, request) {
  const fresh = parse(request.responseText).getElementById("attachments");
  if (!fresh || !part()) return failed(job);
  const wrong = fresh.querySelector(".field-error");
  show(fresh);
  job.line.remove();
  if (!wrong) announce([`${job.file.name}: ${fresh.dataset.done}`]);
}

// Words that were typed beside the files while one was on its way stay.
function show(fresh) {
  const old = part(), { id } = document.activeElement, held = old.contains(document.activeElement);
  for (const field of old.querySelectorAll("input[type=text]")) {
    const same = fresh.querySelector(`#${field.id}`);
    if (same) same.value = field.value;
  }
  old.replaceWith(fresh);
  window.htmx?.process(fresh);
  if (held) ((id && document.getElementById(id)) || fresh.querySelector("input,button"))?.focus({ preventScroll: true });
}

function failed(job) {
  if (!part()) return;
  complain(job.line, part().dataset.failed);
  job.line.append(button(part().dataset.again, () => {
    job.line.remove();
    take([job.file]);
  }));
}

function complain(line, words) {
  line.querySelectorAll("progress,button").forEach((one) => one.remove());
  const why = Object.assign(document.createElement("span"), { className: "field-error", textContent: words });
  why.setAttribute("role", "alert");
  line.append(why);
}
