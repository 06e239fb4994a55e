// Small things: what needs a script appears, menus close, values are copied, lengths are counted,
// dialogs open, failed requests say so.

import { all, make, text, whenPresent } from "./text.js";

// Menus close when attention goes elsewhere.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]"))
    if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

async function copy(button) {
  const field = document.getElementById(button.dataset.copy);
  await navigator.clipboard.writeText(field.value ?? field.textContent);
  tell(text("copied"));
}

function reveal(button) {
  const field = document.getElementById(button.dataset.reveal);
  const hidden = field.type === "password";
  field.type = hidden ? "text" : "password";
  button.setAttribute("aria-pressed", String(hidden));
}

/** Letters as people count them: one for each sign, also for æ, é and emoji. */
const segmenter = window.Intl?.Segmenter ? new Intl.Segmenter() : null;
const lengthOf = (value) => (segmenter ? [...segmenter.segment(value)].length : [...value].length);

function count(field) {
  const out = document.getElementById(field.dataset.lengthOut);
  if (!out) return;
  const left = Number(field.dataset.lengthLimit) - lengthOf(field.value);
  out.textContent = left < 0 ? text("too_long", -left) : text("left", left);
  out.dataset.state = left < 0 ? "over" : left <= 20 ? "near" : "calm";
  for (const button of field.form?.querySelectorAll("[data-length-button]") ?? [])
    button.disabled = left < 0;
}

export function tell(words, tone = "info") {
  const close = make("button", { type: "button", class: "button button-s", "data-dismiss": "" }, text("dismiss"));
  const toast = make("div", { class: `toast toast-${tone}` }, make("p", {}, words), close);
  document.getElementById("toasts")?.append(toast);
  if (tone !== "error") setTimeout(() => toast.remove(), 4000);
}

document.addEventListener("input", (event) => {
  if (event.target.matches?.("[data-length-limit]")) count(event.target);
  if (event.target.matches?.("[data-selects]")) countSelected();
});

function countSelected() {
  const chosen = document.querySelectorAll("[data-selects]:checked").length;
  for (const bar of document.querySelectorAll("[data-selection]")) {
    bar.hidden = !chosen;
    const out = bar.querySelector("[data-selection-count]");
    if (out) out.textContent = text("selected", chosen);
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-copy],[data-reveal],[data-dialog-open]");
  if (!button) return;
  if (button.dataset.copy) copy(button);
  else if (button.dataset.reveal) reveal(button);
  else document.getElementById(button.dataset.dialogOpen)?.showModal();
});

document.addEventListener("htmx:responseError", () => tell(text("request_failed"), "error"));
document.addEventListener("htmx:sendError", () => tell(text("offline"), "error"));

/** A half-written answer survives a wrong turn. */
function keepDraft(field) {
  const name = `draft.${field.dataset.draft}`;
  if (!field.value) field.value = sessionStorage.getItem(name) ?? "";
  field.addEventListener("input", () => sessionStorage.setItem(name, field.value));
  field.form?.addEventListener("submit", () => sessionStorage.removeItem(name));
}

whenPresent((root) => {
  for (const node of all(root, ".needs-script")) node.hidden = false;
  all(root, "[data-focus-now]")[0]?.focus();
  for (const pane of all(root, "[data-from-end]")) pane.scrollTop = pane.scrollHeight;
  for (const field of all(root, "textarea[data-draft]")) keepDraft(field);
  for (const field of all(root, "[data-length-limit]")) count(field);
  if (all(root, "[data-selection]").length) countSelected();
});
