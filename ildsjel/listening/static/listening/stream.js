// The stream stands still, and what is new is counted, until somebody lets it flow: then new posts come
// in by themselves as long as nobody is reading: at the top of the page, with no row in use. "p" lets it
// flow and pauses it; this browser remembers which.

const KEY = "ildsjel.stream";

function flows() {
  try {
    return localStorage.getItem(KEY) === "flows";
  } catch {
    return false;
  }
}

function remember(state) {
  try {
    localStorage.setItem(KEY, state);
  } catch {
    // a browser that keeps nothing forgets it
  }
}

function isRead() {
  const busy = document.querySelector("[data-row]:hover, dialog[open]");
  return window.scrollY > 200 || busy || document.activeElement.closest?.("[data-row]");
}

function show() {
  for (const button of document.querySelectorAll("[data-stream]")) button.hidden = (button.dataset.stream === "pause") !== flows();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-stream]");
  if (!button) return;
  remember(button.dataset.stream === "flow" ? "flows" : "paused");
  show();
  [...document.querySelectorAll("[data-stream]")].find((each) => !each.hidden)?.focus();
  const pill = document.querySelector("[data-live-count]");
  if (flows() && pill && !pill.hidden) pill.click();
});
document.addEventListener("ildsjel:counted", ({ detail }) => {
  if (detail.count && flows() && !isRead()) detail.pill.click();
});
show();
