// Keeps the promise's clocks right: [data-due] with an optional [data-started], in place, by words.
// The rules are those of ildsjel/web/clock.py.

import { text } from "./text.js";

const MINUTE = 60000;
const HOUR = 60 * MINUTE;

export function words(due, now) {
  const minutes = Math.floor(Math.abs(due - now) / MINUTE);
  const side = now > due ? "over" : "left";
  if (minutes < 1) return text("due_now");
  if (minutes < 100) return text(`min_${side}`, minutes);
  if (minutes < 48 * 60) return text(`hour_${side}`, Math.floor(minutes / 60));
  const days = Math.floor(minutes / 1440);
  return text(`${days === 1 ? "day" : "days"}_${side}`, days);
}

export function state(due, now, started) {
  if (now > due) return "late";
  const window = started ? Math.min((due - started) / 4, 2 * HOUR) : HOUR / 2;
  return due - now <= window ? "soon" : "calm";
}

function tick(clock, now) {
  const due = Date.parse(clock.dataset.due);
  const started = Date.parse(clock.dataset.started ?? "") || 0;
  const word = clock.querySelector("[data-clock-word]");
  const reading = words(due, now);
  if (word.textContent !== reading) word.textContent = reading;
  clock.dataset.state = state(due, now, started);
  const bar = clock.querySelector("progress");
  if (bar && started) bar.value = Math.min(100, (100 * (now - started)) / (due - started));
}

function tickAll() {
  if (document.hidden) return;
  const now = Date.now();
  for (const clock of document.querySelectorAll("[data-due]")) tick(clock, now);
}

tickAll();
setInterval(tickAll, 15000);
document.addEventListener("visibilitychange", tickAll);
document.addEventListener("htmx:afterSettle", tickAll);
