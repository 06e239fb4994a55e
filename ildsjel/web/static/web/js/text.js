// Translated texts from the page, and small helpers that every script shares.

const element = document.getElementById("strings");
const strings = element ? JSON.parse(element.textContent) : {};

export function text(key, n) {
  return (strings[key] ?? key).replace("{n}", n ?? "");
}

/** A choice kept in this browser; a browser that refuses to keep it just forgets it. */
export const kept = {
  get(name) {
    try {
      return localStorage.getItem(`ildsjel.${name}`);
    } catch {
      return null;
    }
  },
  set(name, value) {
    try {
      localStorage.setItem(`ildsjel.${name}`, value);
    } catch {
      // private windows
    }
  },
};

export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** Run `setup(root)` now and for everything that htmx brings in later. */
export function whenPresent(setup) {
  setup(document);
  document.addEventListener("htmx:load", (event) => setup(event.detail.elt));
}

/** All elements in `root` that match, `root` itself included. */
export function all(root, selector) {
  const own = root.matches?.(selector) ? [root] : [];
  return [...own, ...root.querySelectorAll(selector)];
}

export function csrfToken() {
  const headers = document.body.getAttribute("hx-headers");
  return headers ? JSON.parse(headers)["X-CSRFToken"] : "";
}
