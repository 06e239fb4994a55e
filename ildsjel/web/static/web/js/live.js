// Says that something changed, and lets it in only when asked. The server's event stream
// (data-live-url on body) carries no data but the word "changed"; the pill's data-live-count answers
// {count, counts: {room: n}}. Where streams do not work the count is asked for every half minute.
// Nothing runs while the page is hidden.

import { text } from "./text.js";

const url = document.body.dataset.liveUrl;
const POLL = 30000;
const TRIES = 3;

let stream = null;
let failures = 0;
let poller = 0;
let pending = 0;

const pill = () => document.querySelector("[data-live-count]");

function showCounts(counts) {
  for (const [key, count] of Object.entries(counts)) {
    for (const badge of document.querySelectorAll(`[data-count="${CSS.escape(key)}"]`)) {
      const number = badge.querySelector("[data-count-number]") ?? badge;
      number.textContent = String(count);
      if (badge.classList.contains("count")) badge.hidden = !count;
    }
  }
}

async function look() {
  const link = pill();
  const source = link?.dataset.liveCount;
  if (!source) return;
  try {
    const answer = await fetch(source, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const { count = 0, counts = {} } = await answer.json();
    showCounts(counts);
    link.hidden = !count;
    if (count) link.textContent = text(count === 1 ? "new_one" : "new_many", count);
    document.dispatchEvent(new CustomEvent("ildsjel:counted", { detail: { count, pill: link } }));
  } catch {
    // the next event or poll tries again
  }
}

/** Many changes in a row are one look. */
function changed() {
  clearTimeout(pending);
  pending = setTimeout(look, 300);
  document.dispatchEvent(new CustomEvent("ildsjel:changed"));
}

function start() {
  if (document.hidden || stream || poller) return;
  if (!url || !window.EventSource || failures >= TRIES) {
    if (pill()) poller = setInterval(look, POLL);
    return;
  }
  stream = new EventSource(url);
  stream.addEventListener("open", () => (failures = 0));
  stream.addEventListener("changed", changed);
  stream.addEventListener("error", failed);
}

// A stream that the server ends after its time reconnects by itself; one that it refuses does not.
function failed() {
  failures += 1;
  if (stream.readyState !== EventSource.CLOSED && failures < TRIES) return;
  stop();
  start();
}

function stop() {
  stream?.close();
  stream = null;
  clearInterval(poller);
  poller = 0;
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return stop();
  failures = 0;
  start();
  look();
});
window.addEventListener("pagehide", stop);
window.addEventListener("pageshow", start);
document.addEventListener("htmx:afterRequest", (event) => {
  const used = event.target.closest?.("[data-live-count]");
  if (used && event.detail.successful) used.hidden = true;
});
start();
