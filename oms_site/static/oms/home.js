/* The first page of the admin keeps itself fresh: its numbers and queues as the server writes them, its charts from the pulse. */

import { about, local, utc } from "./format.js";

const EVERY = 15_000;
const HEIGHT = 96;
const LINES = ["--accent", "--warn", "--good"];
const BARS = new Set(["orders", "rejects", "value"]);
const SUMS = { orders: "today", rejects: "today", value: "today", lag: "now" };

const drawn = new Map();
const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
/* Times of an axis: with seconds where minutes would say the same word again and again. */
const clock = (_, times) => times.map((time) => local(iso(time)).slice(-8, times.at(-1) - times[0] < 300 ? undefined : -3));
const iso = (time) => new Date(time * 1000).toISOString();
const short = (number) => about(BigInt(Math.round(number)) * 100_000_000n);

function head(name, series) {
  const told = Object.entries(series).map(([key, values]) => {
    const number = SUMS[name] === "now" ? values.at(-1) ?? 0 : values.reduce((sum, one) => sum + one, 0);
    return Object.keys(series).length > 1 || name === "value" ? `${short(number)} ${key}` : short(number);
  });
  return told.join(", ") || "0";
}

/* Bars of a day, lines of a lag; the scale of an empty chart is not that of noise. */
function options(name, { series }, width) {
  const axis = { stroke: color("--quiet"), grid: { stroke: color("--line"), width: 1 }, ticks: { show: false }, font: `10px ${color("--font")}` };
  const bars = BARS.has(name) ? globalThis.uPlot.paths.bars({ size: [0.8, 14] }) : undefined;
  return {
    width, height: HEIGHT, padding: [6, 20, 0, 0], legend: { show: false }, cursor: { y: false, drag: { x: false, y: false } },
    scales: { y: { range: (_, low, high) => [0, Math.max(high ?? 0, 4)] } },
    axes: [
      { ...axis, size: 18, space: 56, gap: 2, grid: { show: false }, values: clock },
      { ...axis, size: 40, space: 26, gap: 3, values: (_, numbers) => numbers.map(short) },
    ],
    series: [{}, ...Object.keys(series).map((label, at) => ({
      label, width: bars ? 0 : 1.5, paths: bars, points: { show: false },
      stroke: color(LINES[at % LINES.length]), fill: bars ? color(name === "rejects" ? "--warn" : LINES[at % LINES.length]) : undefined,
    }))],
    hooks: { setCursor: [(plot) => point(name, plot)] },
  };
}

/* What the pointer is on, in words; without a pointer the sum. */
function point(name, plot) {
  const figure = document.querySelector(`[data-chart="${name}"]`);
  const { idx } = plot.cursor;
  const box = figure.querySelector(".at");
  if (idx === null || idx === undefined) {
    box.textContent = "";
    return;
  }
  const values = plot.series.slice(1).map((one, at) => `${short(plot.data[at + 1][idx] ?? 0)} ${one.label}`);
  box.textContent = `${local(iso(plot.data[0][idx])).slice(0, -3)}  ${values.join(", ")}`;
  box.title = utc(iso(plot.data[0][idx]));
}

function draw(name, figure, told) {
  const box = figure.querySelector(".plot");
  const text = head(name, told.series);
  figure.querySelector("b").textContent = text;
  box.setAttribute("aria-label", `${figure.querySelector("strong").textContent}, ${text} ${SUMS[name]}`);
  const empty = !told.times.length;
  figure.querySelector(".none").hidden = !empty;
  drawn.get(name)?.destroy();
  drawn.delete(name);
  if (empty) return;
  drawn.set(name, new globalThis.uPlot(options(name, told, box.clientWidth), [told.times, ...Object.values(told.series)], box));
}

let told = {};
function drawAll() {
  for (const figure of document.querySelectorAll("[data-chart]")) {
    const name = figure.dataset.chart;
    if (told[name]) draw(name, figure, told[name]);
  }
}

async function get(path) {
  const answer = await fetch(path);
  if (answer.redirected) throw new Error("your session has ended");
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return answer;
}

/* Not beneath somebody's keyboard focus. */
function put(part, nodes) {
  if (!part.contains(document.activeElement)) part.replaceChildren(...nodes);
}

const parsed = (text) => new DOMParser().parseFromString(text, "text/html");

/* The page itself is new when it is opened: its tiles are asked for from the second time on. */
async function refresh(again) {
  const charts = document.getElementById("charts"), standing = document.getElementById("standing"), tiles = document.getElementById("tiles");
  const [pulse, part, page] = await Promise.all([get(charts.dataset.pulse), get(standing.dataset.part), again && get(location.pathname)]);
  told = await pulse.json();
  drawAll();
  put(standing, parsed(await part.text()).body.childNodes);
  if (page) put(tiles, parsed(await page.text()).getElementById("tiles").childNodes);
}

async function keepFresh(again) {
  const note = document.getElementById("not-fresh");
  if (!document.hidden) {
    try {
      await refresh(again);
      note.hidden = true;
    } catch (error) {
      note.textContent = `Not fresh: ${error.message}. It is asked again every ${EVERY / 1000} s.`;
      note.hidden = false;
    }
  }
  setTimeout(() => keepFresh(true), EVERY);
}

new MutationObserver(drawAll).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
new ResizeObserver(drawAll).observe(document.getElementById("charts"));
keepFresh(false);
