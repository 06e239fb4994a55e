// Toasts: those that only tell leave by themselves, those that can be undone count down first.
// The countdown is a courtesy; the server decides whether it is still in time.

import { all, text, whenPresent } from "./text.js";

const TELLS = 7000;

function leave(toast) {
  toast.remove();
}

/** Waits while a pointer or the focus rests on the toast, so that nobody has to hurry. */
function later(toast, wait, then) {
  let timer = setTimeout(then, wait);
  const hold = () => clearTimeout(timer);
  const go = () => (timer = setTimeout(then, wait));
  toast.addEventListener("pointerenter", hold);
  toast.addEventListener("pointerleave", go);
  toast.addEventListener("focusin", hold);
  toast.addEventListener("focusout", go);
}

function countDown(toast) {
  const button = toast.querySelector("[data-undo-button]");
  const end = Date.now() + 1000 * Number(toast.dataset.undo);
  const show = () => {
    const seconds = Math.ceil((end - Date.now()) / 1000);
    if (seconds <= 0 || !toast.isConnected) return finish();
    button.textContent = text("take_back", seconds);
  };
  const timer = setInterval(show, 500);
  const finish = () => {
    clearInterval(timer);
    leave(toast);
  };
  button.setAttribute("aria-live", "off");
  show();
}

whenPresent((root) => {
  for (const toast of all(root, "[data-toast]")) later(toast, TELLS, () => leave(toast));
  for (const toast of all(root, "[data-undo]")) countDown(toast);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-dismiss]");
  if (button) leave(button.closest(".toast"));
});
