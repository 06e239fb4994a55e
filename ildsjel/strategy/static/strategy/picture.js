// The picture of the plan: what is pointed at, focused or chosen lights up with all that shares a
// thread with it. Without this script the same choice is a link.

const picture = document.querySelector("#picture svg");
const threads = (element) => new Set((element.dataset.threads || "").split(" ").filter(Boolean));
const parts = picture ? [...picture.querySelectorAll("[data-threads]")].map((element) => ({ element, threads: threads(element) })) : [];
let chosen = picture?.querySelector(".plan-node.chosen") ?? null;

function light(node) {
  const mine = node ? threads(node) : new Set();
  picture.classList.toggle("has-chosen", Boolean(node));
  for (const part of parts) {
    const shares = part.element === node || [...part.threads].some((thread) => mine.has(thread));
    part.element.classList.toggle("lit", Boolean(node) && shares);
  }
}

async function choose(node) {
  chosen?.classList.remove("chosen");
  chosen?.removeAttribute("aria-current");
  chosen = node;
  node.classList.add("chosen");
  node.setAttribute("aria-current", "true");
  light(node);
  const url = node.getAttribute("href");
  history.replaceState(null, "", url.split("#")[0]);
  const answer = await fetch(url);
  if (!answer.ok || chosen !== node) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  document.getElementById("chosen").replaceChildren(...page.getElementById("chosen").childNodes);
}

function clear() {
  chosen?.classList.remove("chosen");
  chosen?.removeAttribute("aria-current");
  chosen = null;
  light(null);
  document.getElementById("chosen").replaceChildren();
  history.replaceState(null, "", location.pathname);
}

if (picture) {
  const node = (event) => event.target.closest?.(".plan-node");
  picture.addEventListener("pointerover", (event) => light(node(event) ?? chosen));
  picture.addEventListener("pointerleave", () => light(chosen));
  picture.addEventListener("focusin", (event) => light(node(event) ?? chosen));
  picture.addEventListener("focusout", () => light(chosen));
  picture.addEventListener("click", (event) => {
    const hit = node(event);
    if (!hit || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    if (hit === chosen) document.querySelector("#chosen a.button")?.click();
    else choose(hit);
  });
  picture.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && chosen) clear();
  });
}
