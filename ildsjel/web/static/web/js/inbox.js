// The inbox without page loads: which pane a phone shows, which row is open, where the focus goes,
// and menus that the arrow keys walk through.

import { whenPresent } from "./text.js";

const frame = () => document.querySelector(".inbox");
const openOne = () => document.querySelector("[data-conversation]")?.dataset.conversation ?? "";

/** The row of the open conversation is marked in the list, whichever of the two was swapped. */
function markRow() {
  const id = openOne() && `conv-${openOne()}`;
  for (const link of document.querySelectorAll("[data-row-link]")) {
    if (link.closest("[data-row]").id === id) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

function choosePane(place) {
  if (place === "rows-place" || place === "rows") frame().dataset.pane = "list";
  if (place === "thread-place") frame().dataset.pane = openOne() ? "thread" : "list";
}

/** Who has just pressed a button that is gone goes on in the conversation, not at the page's top. */
function keepFocus(place) {
  if (place !== "thread-place" || document.activeElement !== document.body) return;
  document.getElementById("thread").focus({ preventScroll: true });
}

/** After sending, the focus leaves the box before htmx can bring it back there: the next letter is a
 * shortcut, and not a word to a citizen. Where something was wrong, one goes on writing. */
document.addEventListener("htmx:beforeSwap", (event) => {
  const sent = event.detail.requestConfig?.verb === "post" && event.detail.xhr.status === 200;
  if (sent && document.activeElement?.closest?.("#composer")) document.activeElement.blur();
});

/** A reply and a note are two texts: changing over puts the one aside and takes up the other. */
document.addEventListener("change", (event) => {
  const form = event.target.matches?.("#composer [name=kind]") && event.target.form;
  const { text, other } = form?.elements ?? {};
  if (!other) return;
  [text.value, other.value] = [other.value, text.value];
  other.disabled = false;
  for (const mark of form.querySelectorAll("[data-kept]"))
    mark.hidden = mark.dataset.kept === event.target.value || !other.value.trim();
  text.dispatchEvent(new Event("input", { bubbles: true }));
});

document.addEventListener("htmx:afterSettle", (event) => {
  const place = event.detail.target?.id;
  if (!frame() || !place) return;
  choosePane(place);
  markRow();
  keepFocus(place);
});

const itemsOf = (menu) => [...menu.querySelectorAll(".menu-item")];

function enter(menu) {
  const items = itemsOf(menu);
  (items.find((item) => item.hasAttribute("aria-current")) ?? items[0])?.focus();
}

/** A menu near the pane's edge opens to the other side, so that none of its words are cut off. */
function turn(menu) {
  menu.classList.remove("menu-end");
  const edge = menu.closest(".pane").getBoundingClientRect().right;
  const panel = menu.querySelector(".menu-panel").getBoundingClientRect();
  if (panel.right > edge) menu.classList.add("menu-end");
}

/** A shortcut's click (it has no pointer) enters the menu before the next key can be pressed. */
document.addEventListener("click", (event) => {
  const menu = event.target.closest?.(".thread-actions details.menu > summary")?.parentElement;
  if (menu && event.detail === 0) queueMicrotask(() => menu.open && enter(menu));
});

/** A menu opened by Enter is entered too; `toggle` does not bubble, so it is caught. */
let byKey = false;
document.addEventListener("keydown", (event) => (byKey = event.key.length === 1 || event.key === "Enter"), true);
document.addEventListener("pointerdown", () => (byKey = false), true);
document.addEventListener(
  "toggle",
  (event) => {
    const menu = event.target;
    if (menu.open && menu.matches(".thread-actions details.menu")) turn(menu);
    const inside = document.activeElement?.closest?.(".menu-panel") && menu.contains(document.activeElement);
    if (byKey && menu.open && !inside && menu.matches(".thread-actions details.menu")) enter(menu);
  },
  true,
);

function walk(event) {
  const menu = document.activeElement?.closest?.(".thread-actions details.menu[open]");
  if (!menu) return;
  const items = itemsOf(menu);
  const at = items.indexOf(document.activeElement);
  const steps = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 };
  if (event.key in steps) {
    event.preventDefault();
    items[(steps[event.key] + items.length) % items.length].focus();
  } else if (event.key.length === 1 && /\p{L}|\p{N}/u.test(event.key) && at >= 0) {
    jump(event, items, at);
  }
}

/** A letter goes to the next choice that begins with it. */
function jump(event, items, at) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const letter = event.key.toLocaleLowerCase();
  const later = [...items.slice(at + 1), ...items.slice(0, at + 1)];
  const found = later.find((item) => item.textContent.trim().toLocaleLowerCase().startsWith(letter));
  event.preventDefault();
  event.stopPropagation();
  found?.focus();
}
document.addEventListener("keydown", walk, true);

/** Pages opened at a conversation show its row, however far down the list it stands. */
whenPresent((root) => {
  if (root === document) document.querySelector(".conv [aria-current]")?.scrollIntoView({ block: "nearest" });
});
