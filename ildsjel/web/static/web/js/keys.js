// Shortcuts declared in the page: data-key="r" on a link, button or field, with data-key-label where
// its own words do not say it. Lists: data-list around rows, data-row on each row; j and k move the
// focus to the row's link, x ticks its box. Nothing happens in fields, with Ctrl/Alt/Meta, or when a
// dialog is open. Single letters can be switched off (WCAG 2.1.4) in the dialog that ? opens.

import { kept, make, text } from "./text.js";

const help = document.getElementById("keys");
const TYPING = "input:not([type=checkbox],[type=radio],[type=button],[type=submit]),textarea,select,[contenteditable]";

const isOn = () => kept.get("keys") !== "off";
const visible = (node) => node.checkVisibility?.() ?? node.offsetParent !== null;

// What stands in a row answers where the focus is in that row alone.
function find(key) {
  const here = document.activeElement.closest?.("[data-row]") ?? null;
  const shown = (node) => visible(node.closest("label") ?? node);
  const usable = [...document.querySelectorAll("[data-key]")].filter(
    (node) => node.dataset.key === key && shown(node) && !node.disabled,
  );
  const inRow = (row) => usable.find((node) => node.closest("[data-row]") === row);
  return (here && inRow(here)) || inRow(null);
}

function rows() {
  const lists = [...document.querySelectorAll("[data-list]")].filter(visible);
  const list = lists.find((one) => one.contains(document.activeElement)) ?? lists[0];
  return list ? [...list.querySelectorAll("[data-row]")].filter(visible) : [];
}

function currentRow(among) {
  const focused = document.activeElement.closest?.("[data-row]");
  if (focused) return among.indexOf(focused);
  return among.findIndex((row) => row.querySelector("[aria-current]") || row.matches("[aria-current]"));
}

function move(step) {
  const among = rows();
  if (!among.length) return;
  const at = currentRow(among);
  const next = at < 0 ? 0 : Math.max(0, Math.min(among.length - 1, at + step));
  const link = among[next].querySelector("[data-row-link]") ?? among[next].querySelector("a");
  link?.focus();
  among[next].scrollIntoView({ block: "nearest" });
}

function tickRow() {
  const among = rows();
  const box = among[currentRow(among)]?.querySelector("input[type=checkbox]");
  box?.click();
}

const BUILT_IN = {
  j: () => move(1),
  k: () => move(-1),
  x: tickRow,
  "?": () => openHelp(),
};

function use(node) {
  if (node.matches(TYPING)) {
    node.focus();
    node.select?.();
    return;
  }
  node.click();
  document.getElementById(node.dataset.focus)?.focus();
}

function press(event) {
  if (event.defaultPrevented || event.isComposing || event.repeat && !"jk".includes(event.key)) return;
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") return send(event);
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest?.(TYPING)) return leaveField(event);
  if (!isOn() || document.querySelector("dialog[open]")) return;
  const node = find(event.key);
  const action = node ? () => use(node) : BUILT_IN[event.key];
  if (!action) return;
  event.preventDefault();
  action();
}

function leaveField(event) {
  if (event.key === "Escape") event.target.blur();
}

/** Ctrl+Enter sends the form that has data-send, from inside it. */
function send(event) {
  const form = event.target.closest?.("form[data-send]");
  if (!form) return;
  event.preventDefault();
  const button = [...form.querySelectorAll("[data-send-button]")].find(visible);
  if (button && !button.disabled) form.requestSubmit(button);
}

function labelOf(node) {
  const named = node.dataset.keyLabel ?? node.getAttribute("aria-label") ?? node.textContent;
  return named.replace(/\s+/g, " ").trim();
}

function entries() {
  const found = new Map();
  if (document.querySelector("[data-list]"))
    for (const [key, name] of [["j", "key_next"], ["k", "key_previous"], ["Enter", "key_open"], ["x", "key_select"]])
      found.set(key, text(name));
  for (const node of document.querySelectorAll("[data-key]"))
    if (visible(node) && !found.has(node.dataset.key)) found.set(node.dataset.key, labelOf(node));
  if (document.querySelector("form[data-send]")) found.set("Ctrl Enter", text("key_send"));
  found.set("Ctrl K", text("key_palette"));
  found.set("?", text("key_help"));
  return found;
}

export function openHelp() {
  const list = document.getElementById("keys-list");
  list.replaceChildren(
    ...[...entries()].flatMap(([key, label]) => [
      make("dt", {}, ...key.split(" ").map((part) => make("kbd", {}, part))),
      make("dd", {}, label),
    ]),
  );
  help.showModal();
}

document.addEventListener("keydown", press);
document.addEventListener("click", (event) => {
  if (help && event.target.closest("[data-keys-open]")) openHelp();
});
const box = document.getElementById("keys-on");
if (box) {
  box.checked = isOn();
  box.addEventListener("change", () => kept.set("keys", box.checked ? "on" : "off"));
}
