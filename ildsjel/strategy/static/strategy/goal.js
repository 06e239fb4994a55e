// Draws a goal's measure against its target path with Observable Plot.

const { Plot } = window;
const place = document.querySelector("[data-goal-plot]");
const day = (row) => ({ ...row, on: new Date(row.on) });

function draw() {
  const data = JSON.parse(document.getElementById("goal-data").textContent);
  const path = data.path.map(day);
  const values = data.values.map(day);
  const width = place.clientWidth;
  const marks = [
    Plot.ruleX([new Date(data.today)], { stroke: "currentColor", strokeOpacity: 0.25 }),
    Plot.line(path, { x: "on", y: "value", stroke: "currentColor", strokeDasharray: "4 4", strokeOpacity: 0.7 }),
    Plot.text(path, { x: "on", y: "value", text: "words", dy: -10, textAnchor: (_, at) => (at ? "end" : "start"), fill: "currentColor" }),
    Plot.line(values, { x: "on", y: "value", stroke: "var(--bar-ink)", strokeWidth: 2 }),
    Plot.dot(values, { x: "on", y: "value", fill: "var(--bar-ink)", r: 4, title: "words" }),
  ];
  const drawn = Plot.plot({
    className: "plot", width, height: 260, marginLeft: 56, marginTop: 28, marginRight: 16,
    x: { type: "utc", label: null, ticks: Math.max(2, Math.floor(width / 110)) },
    y: { label: data.unit || null, grid: true, nice: true, zero: true, ticks: 4 },
    marks,
  });
  for (const style of drawn.querySelectorAll("style")) style.remove(); // the page's policy lets none in
  drawn.setAttribute("aria-hidden", "true"); // the place around it is named, and has its table below
  place.replaceChildren(drawn);
}

if (place) new ResizeObserver(draw).observe(place);
