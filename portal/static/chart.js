// Draws what the table beside it says: use so far, and the fan of the forecast. The table is the source.
const number = (row, name) => (row.dataset[name] === undefined ? null : Number(row.dataset[name]));

const band = (low, high, fill) => ({ series: [high, low], fill });

function draw(figure) {
  const rows = [...document.querySelectorAll(`#${figure.dataset.chart} tbody tr`)];
  if (rows.length < 2) return;
  const column = (name) => rows.map((row) => number(row, name));
  const times = rows.map((row) => Date.parse(row.dataset.at) / 1000);
  const format = new Intl.NumberFormat(figure.dataset.language + "-IN", { maximumFractionDigits: 1 });
  const day = new Intl.DateTimeFormat(figure.dataset.language + "-IN", { day: "numeric", month: "short", timeZone: "UTC" });
  const value = (_, v) => (v == null ? "–" : format.format(v));
  const edge = { stroke: "transparent", points: { show: false }, value };
  const font = '14px "Noto Sans Devanagari", sans-serif';
  figure.hidden = false;
  const size = () => ({ width: figure.clientWidth - 24, height: 260 });
  const chart = new uPlot({
    ...size(),
    tzDate: (at) => uPlot.tzDate(new Date(at * 1000), "Etc/UTC"),
    scales: { y: { range: (_, low, high) => [0, Math.max(1, high * 1.05)] } },
    axes: [
      { font, stroke: "#425563", space: 70, values: (_, ticks) => ticks.map((at) => day.format(new Date(at * 1000))) },
      { font, stroke: "#425563", size: 64, values: (_, ticks) => ticks.map((v) => format.format(v)) },
    ],
    series: [
      { value: (_, at) => (at == null ? "–" : day.format(new Date(at * 1000))), label: "" },
      { label: figure.dataset.used, stroke: "#1f3b57", width: 2, value },
      { label: figure.dataset.middle, stroke: "#b35900", width: 2, dash: [6, 4], value },
      { ...edge, label: figure.dataset.likely }, edge,
      { ...edge, label: figure.dataset.wide }, edge,
    ],
    bands: [band(6, 5, "rgba(242, 184, 75, 0.28)"), band(4, 3, "rgba(224, 138, 20, 0.38)")],
    legend: { show: false },
  }, [times, column("used"), column("middle"), column("high"), column("low"), column("highest"), column("lowest")], figure);
  figure.append(legend(figure));
  new ResizeObserver(() => chart.setSize(size())).observe(figure);
}

function legend(figure) {
  const list = document.createElement("ul");
  list.className = "app-legend";
  for (const [name, kind] of [["used", "used"], ["middle", "middle"], ["likely", "likely"], ["wide", "wide"]]) {
    const item = document.createElement("li");
    item.className = `app-legend__${kind}`;
    item.textContent = figure.dataset[name];
    list.append(item);
  }
  return list;
}

const all = () => document.querySelectorAll("[data-chart]:not([data-drawn])").forEach((figure) => {
  figure.dataset.drawn = "";
  draw(figure);
});
all();
document.body.addEventListener("htmx:after:swap", all);
