// Ctrl K: go anywhere, do anything. Offers what the page declares (data-key), the rooms, the commands
// from the page's JSON (#commands: label, url, hint, group), and what the server finds
// (data-palette-url?q= answers {results: [{label, url, hint, group}]}).

import { make, text } from "./text.js";

const dialog = document.getElementById("palette");
const input = document.getElementById("palette-input");
const list = document.getElementById("palette-list");
const status = document.getElementById("palette-status");
const searchUrl = document.body.dataset.paletteUrl;

let options = [];
let chosen = 0;
let waiting = 0;
let asked = 0;

const clean = (words) => words.replace(/\s+/g, " ").trim();

function pageActions() {
  const nodes = document.querySelectorAll("[data-key]:is(a, button):not(:disabled)");
  return [...nodes]
    .filter((node) => node.checkVisibility?.() ?? true)
    .map((node) => ({
      label: clean(node.dataset.keyLabel ?? node.getAttribute("aria-label") ?? node.textContent),
      hint: node.dataset.key,
      group: text("group_page"),
      run: () => node.click(),
    }));
}

function rooms() {
  return [...document.querySelectorAll(".rail .room[href]")].map((link) => ({
    label: clean(link.querySelector("span")?.textContent ?? ""),
    url: link.href,
    group: text("group_rooms"),
  }));
}

function declared() {
  const data = document.getElementById("commands");
  const commands = data ? JSON.parse(data.textContent) : [];
  return commands.map((command) => ({ group: text("group_commands"), ...command }));
}

const fold = (words) => words.toLocaleLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");

const wordsOf = (query) => fold(query).split(/\s+/).filter(Boolean);

/** Every typed word must stand somewhere in the label or hint. */
function matching(commands, query) {
  const parts = wordsOf(query);
  return commands.filter((one) => parts.every((part) => fold(`${one.label} ${one.hint ?? ""}`).includes(part)));
}

/** Labels that begin with what was typed lead, then those with a word that does. */
function ranked(found, query) {
  const [first] = wordsOf(query);
  if (!first) return found;
  const rank = (one) => {
    const label = fold(one.label);
    if (label.startsWith(first)) return 0;
    return label.includes(` ${first}`) ? 1 : 2;
  };
  return found.toSorted((a, b) => rank(a) - rank(b));
}

function show(found) {
  options = grouped(ranked(found, input.value)).slice(0, 40);
  chosen = 0;
  const nodes = [];
  let group = "";
  options.forEach((option, index) => {
    if (option.group !== group) nodes.push(heading((group = option.group)));
    nodes.push(drawn(option, index));
  });
  list.replaceChildren(...nodes);
  status.textContent = options.length ? text("results", options.length) : text("no_results");
  if (!options.length && input.value) list.append(make("p", { class: "palette-group" }, text("no_results")));
  mark(0);
}

function grouped(found) {
  const groups = [...new Set(found.map((one) => one.group))];
  return groups.flatMap((group) => found.filter((one) => one.group === group));
}

const heading = (group) => make("div", { class: "palette-group", role: "presentation" }, group);

function drawn(option, index) {
  const row = make("div", { class: "palette-option", role: "option", id: `palette-${index}`, "aria-selected": "false" });
  row.append(make("span", {}, option.label));
  if (option.hint) row.append(make("span", { class: "hint" }, option.hint));
  row.addEventListener("click", () => run(option));
  row.addEventListener("pointermove", () => mark(index));
  return row;
}

function mark(index) {
  list.querySelector("[aria-selected=true]")?.setAttribute("aria-selected", "false");
  chosen = index;
  const row = document.getElementById(`palette-${index}`);
  row?.setAttribute("aria-selected", "true");
  row?.scrollIntoView({ block: "nearest" });
  input.setAttribute("aria-activedescendant", row?.id ?? "");
}

function run(option) {
  dialog.close();
  if (option.run) option.run();
  else if (option.url) location.assign(option.url);
}

function suggest() {
  const local = [...pageActions(), ...rooms(), ...declared()];
  const found = matching(local, input.value);
  show(found);
  clearTimeout(waiting);
  if (searchUrl && input.value.trim().length > 1) waiting = setTimeout(() => ask(found), 150);
}

async function ask(found) {
  const turn = ++asked;
  const query = new URLSearchParams({ q: input.value });
  try {
    const answer = await fetch(`${searchUrl}?${query}`, { headers: { Accept: "application/json" } });
    if (!answer.ok || turn !== asked) return;
    const { results } = await answer.json();
    show([...found, ...results]);
  } catch {
    // the local suggestions stand
  }
}

export function openPalette() {
  if (dialog.open) return dialog.close();
  if (document.querySelector("dialog[open]")) return;
  input.value = "";
  dialog.showModal();
  suggest();
  input.focus();
}

function press(event) {
  const steps = { ArrowDown: 1, ArrowUp: -1 };
  if (event.key in steps && options.length) {
    event.preventDefault();
    mark((chosen + steps[event.key] + options.length) % options.length);
  } else if (event.key === "Enter" && options[chosen]) {
    event.preventDefault();
    run(options[chosen]);
  }
}

if (dialog) {
  input.addEventListener("input", suggest);
  input.addEventListener("keydown", press);
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      openPalette();
    }
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-palette-open]")) openPalette();
    if (event.target === dialog) dialog.close();
  });
}
