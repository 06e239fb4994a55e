// Draws the overview's pictures with Observable Plot. Each bar is a link to the posts behind it; a
// picture is one stop of the Tab key, and the arrows walk along its bars.

const { Plot } = window;
const reading = (section) => JSON.parse(document.getElementById(`data-${section.dataset.chart}`).textContent);
const INK = "var(--bar-ink)";
const PAST = "var(--bar-past)";

function volume({ names, panels, bursts }, width) {
  const shown = new Set(panels.map((panel) => panel.name));
  const marks = bursts.map((burst) => ({ ...burst, panel: shown.has(burst.name) ? burst.name : panels[0].name, words: `${burst.name}, ${burst.when}: ${burst.words}` }));
  const rows = panels.flatMap((panel) =>
    panel.values.map((value, at) => ({
      panel: panel.name, at, value, before: panel.before?.[at], url: panel.urls[at],
      words: `${panel.name}, ${names[at]}: ${value}${panel.before ? ` (${panel.before[at]})` : ""}`,
    })),
  );
  const every = Math.ceil(names.length / Math.max(3, Math.floor(width / 64)));
  const shared = { x: "at", fy: "panel" };
  return Plot.plot({
    className: "plot", width, height: 60 + panels.length * 76,
    marginLeft: 32, marginRight: 0, marginTop: 16,
    x: { type: "band", label: null, tickSize: 0, ticks: names.map((_, at) => at).filter((at) => at % every === 0), tickFormat: (at) => names[at] },
    y: { label: null, ticks: 2, grid: true, tickFormat: "d" },
    fy: { domain: panels.map((panel) => panel.name), axis: null, padding: 0.3 },
    marks: [
      Plot.barY(rows, { ...shared, y: "value", fill: INK, href: "url", title: "words", ariaLabel: "words", inset: 0.5 }),
      Plot.tickY(rows.filter((row) => row.before), { ...shared, y: "before", stroke: PAST, strokeOpacity: 0.6, pointerEvents: "none" }),
      Plot.text(panels, { fy: "name", text: (panel) => `${panel.name} · ${panel.values.reduce((sum, each) => sum + each, 0)}`, frameAnchor: "top-left", dy: -14, fill: "currentColor", fontWeight: 600, pointerEvents: "none" }),
      Plot.ruleY([0], { stroke: "currentColor", strokeOpacity: 0.4 }),
      Plot.dot(marks, { ...shared, frameAnchor: "top", dy: -6, symbol: "triangle", r: 6, fill: "var(--ember)", href: "url", title: "words", ariaLabel: "words" }),
    ],
  });
}

function bars({ rows }, width) {
  const given = rows.map((row, at) => ({ ...row, at, words: `${row.label}: ${row.value}` }));
  return Plot.plot({
    className: "plot", width, height: 8 + rows.length * 40,
    marginLeft: 0, marginRight: 56, marginTop: 0, marginBottom: 8,
    x: { axis: null, domain: [0, Math.max(1, ...rows.map((row) => Math.max(row.value, row.before ?? 0)))] },
    y: { type: "band", axis: null, padding: 0 },
    marks: [
      Plot.barX(given, { x: "value", y: "at", fill: INK, href: "url", title: "words", ariaLabel: "words", insetTop: 20, insetBottom: 6 }),
      Plot.tickX(given.filter((row) => row.before), { x: "before", y: "at", stroke: PAST, strokeOpacity: 0.6, insetTop: 17, insetBottom: 3, pointerEvents: "none" }),
      Plot.text(given, { x: 0, y: "at", text: "label", textAnchor: "start", dy: -10, fill: "currentColor", pointerEvents: "none" }),
      Plot.text(given, { x: (row) => Math.max(row.value, row.before ?? 0), y: "at", text: (row) => row.value.toLocaleString(document.documentElement.lang), textAnchor: "start", dx: 6, dy: 7, fill: "currentColor", pointerEvents: "none" }),
    ],
  });
}

function draw(section) {
  const place = section.querySelector("[data-drawing]");
  const width = place.clientWidth;
  if (!width || Number(place.dataset.width) === width) return;
  place.dataset.width = width;
  const svg = (section.dataset.chartKind === "volume" ? volume : bars)(reading(section), width);
  for (const style of svg.querySelectorAll("style")) style.remove(); // the page's policy lets none in
  svg.setAttribute("role", "group");
  svg.setAttribute("aria-labelledby", `figure-${section.dataset.chart}`);
  for (const node of svg.querySelectorAll("g[aria-label]")) node.removeAttribute("aria-label");
  for (const node of svg.querySelectorAll("g[aria-hidden], text")) node.setAttribute("aria-hidden", "true");
  [...svg.querySelectorAll("a")].forEach((link, at) => {
    link.setAttribute("aria-label", link.querySelector("[aria-label]").getAttribute("aria-label"));
    link.querySelector("[aria-label]").removeAttribute("aria-label");
    link.setAttribute("tabindex", at ? "-1" : "0");
  });
  place.replaceChildren(svg);
}

function walk(event) {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  const link = event.target.closest?.("[data-drawing] a");
  if (!step || !link) return;
  const links = [...link.closest("svg").querySelectorAll("a")];
  const next = links[links.indexOf(link) + step];
  if (!next) return;
  event.preventDefault();
  link.setAttribute("tabindex", "-1");
  next.setAttribute("tabindex", "0");
  next.focus();
}

/** The picture as a file that stands alone: in the light colours, with its title and a ground. */
function alone(section) {
  const svg = section.querySelector("[data-drawing] svg").cloneNode(true);
  const probe = document.createElement("i");
  probe.style.colorScheme = "light";
  section.append(probe);
  const colour = (name) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const text = new XMLSerializer().serializeToString(svg).replaceAll(/var\((--[\w-]+)\)/g, (_, name) => colour(name));
  const ink = colour("--ink");
  probe.remove();
  const [width, height] = ["width", "height"].map((name) => Number(svg.getAttribute(name)));
  const title = new XMLSerializer().serializeToString(document.createTextNode(section.querySelector("h2").textContent));
  return {
    width: width + 32, height: height + 64,
    text: `<svg xmlns="http://www.w3.org/2000/svg" width="${width + 32}" height="${height + 64}" color="${ink}" font-family="sans-serif"><rect width="100%" height="100%" fill="#fff"/><text x="16" y="28" font-size="16" font-weight="600" fill="${ink}">${title}</text><g transform="translate(16 48)">${text}</g></svg>`,
  };
}

async function save(button) {
  const section = button.closest("[data-chart]");
  const { text, width, height } = alone(section);
  let blob = new Blob([text], { type: "image/svg+xml" });
  if (button.dataset.save === "png") {
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: width * 2, height: height * 2 });
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `${section.dataset.chart}.${button.dataset.save}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

const sections = [...document.querySelectorAll("[data-chart]")];
const resized = new ResizeObserver((seen) => seen.forEach(({ target }) => draw(target.closest("[data-chart]"))));
for (const section of sections) {
  draw(section);
  resized.observe(section.querySelector("[data-drawing]"));
}
document.addEventListener("keydown", walk);
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-save]");
  if (button) save(button);
});
