/* The price chart of the chosen symbol: candles by REST, then the live bar of the stream; own fills and working orders marked on it. */

import { rows } from "./api.js";
import { decimal, local, shown, units, utc } from "./format.js";

const SECONDS = { "1s": 1, "5s": 5, "15s": 15, "1m": 60, "5m": 300, "15m": 900, "1h": 3600, "1d": 86400 };
const BARS = 500;
const NARROWEST = 6, WIDEST = 22, AHEAD = 12;
const STORED = "chart-interval";

/* The library draws with floats: what is drawn is looked at, never booked. Times are seconds of UTC. */
const seconds = (iso) => Math.floor(Date.parse(iso) / 1000);
const iso = (time) => new Date(time * 1000).toISOString();

export class Chart {
  #box = document.getElementById("chart-canvas");
  #legend = document.getElementById("chart-legend");
  #empty = document.getElementById("chart-empty");
  #title = document.getElementById("chart-symbol");
  #choice = document.getElementById("chart-interval");
  #bars = new Map();
  #lines = [];
  #end = null;
  #marking = false;
  symbol = null;

  /** `own(symbol)` gives the reader's working orders, `fills(symbol)` the reader's fills. */
  constructor(stream, market, { own, fills }) {
    this.stream = stream;
    this.market = market;
    this.own = own;
    this.fills = fills;
    this.#make();
    const known = localStorage.getItem(STORED);
    if (known in SECONDS) this.#choice.value = known;
    this.#choice.addEventListener("change", () => {
      localStorage.setItem(STORED, this.#choice.value);
      this.#follow();
    });
  }

  get interval() { return this.#choice.value; }

  show(symbol) {
    if (symbol === this.symbol) return;
    this.symbol = symbol;
    this.#title.textContent = symbol;
    const decimals = this.market.decimals(symbol);
    this.candles.applyOptions({ priceFormat: { type: "price", precision: decimals, minMove: 10 ** -decimals } });
    this.#follow();
  }

  /** The next longer interval, from the longest to the shortest again. */
  next() {
    this.#choice.selectedIndex = (this.#choice.selectedIndex + 1) % this.#choice.options.length;
    this.#choice.dispatchEvent(new Event("change"));
  }

  /** Take the colors of the page anew. */
  colors() {
    const of = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    this.chart.applyOptions({
      layout: { background: { color: of("--panel") }, textColor: of("--quiet"), fontFamily: of("--font"), fontSize: 11 },
      grid: { vertLines: { color: of("--line") }, horzLines: { color: of("--line") } },
      rightPriceScale: { borderColor: of("--line") },
      timeScale: { borderColor: of("--line") },
    });
    const up = of("--buy"), down = of("--sell");
    this.candles.applyOptions({ upColor: of("--panel"), downColor: down, borderUpColor: up, borderDownColor: down, wickUpColor: up, wickDownColor: down });
    this.volume.applyOptions({ color: of("--line-strong") });
    this.mark();
  }

  /** Own orders and fills have changed: once a frame. */
  mark() {
    if (this.#marking) return;
    this.#marking = true;
    requestAnimationFrame(() => { this.#marking = false; this.#drawOwn(); });
  }

  #make() {
    const { CandlestickSeries, HistogramSeries, createChart, createSeriesMarkers } = globalThis.LightweightCharts;
    this.chart = createChart(this.#box, {
      autoSize: true,
      layout: { attributionLogo: false },
      crosshair: { mode: 0 },
      localization: { timeFormatter: (time) => local(iso(time)) },
      timeScale: { timeVisible: true, secondsVisible: true, rightOffset: 4, tickMarkFormatter: (time) => local(iso(time)) },
    });
    this.candles = this.chart.addSeries(CandlestickSeries, {});
    this.volume = this.chart.addSeries(HistogramSeries, { priceScaleId: "", priceFormat: { type: "volume" }, lastValueVisible: false, priceLineVisible: false });
    this.volume.priceScale().applyOptions({ scaleMargins: { top: 0.82, bottom: 0 } });
    this.candles.priceScale().applyOptions({ scaleMargins: { top: 0.08, bottom: 0.22 } });
    this.markers = createSeriesMarkers(this.candles, []);
    this.chart.subscribeCrosshairMove(({ time }) => this.#tell(time === undefined ? undefined : this.#bars.get(time)));
    this.colors();
  }

  /* A snapshot has the newest bar alone, also after a loss: the others come by REST each time. */
  #follow() {
    this.#end?.();
    this.#bars.clear();
    this.#paint();
    this.#say("Loading prices …");
    const key = `${this.symbol}:${this.interval}`;
    this.#end = this.stream.follow("candles", key, {
      snapshot: () => this.#load(key),
      update: (candle) => this.#take(candle),
      error: (refusal) => this.#say(refusal.message),
    });
    this.#load(key);
  }

  async #load(key) {
    const [symbol, interval] = key.split(":");
    try {
      const found = await rows(`/api/candles/${encodeURIComponent(symbol)}?interval=${interval}&page_size=${BARS}`, BARS);
      if (symbol !== this.symbol || interval !== this.interval) return;
      for (const candle of found) this.#keep(candle);
      this.#paint();
      const wide = this.#box.clientWidth / (this.#bars.size + AHEAD);
      this.chart.timeScale().applyOptions({ barSpacing: Math.min(WIDEST, Math.max(NARROWEST, wide)) });
      this.chart.timeScale().scrollToRealTime();
      this.#say(found.length ? "" : "No prints yet: this feed may tell quotes alone");
    } catch (error) {
      this.#say(`Prices not loaded: ${error.message}`);
    }
  }

  #keep(candle) {
    const time = seconds(candle.start);
    const known = this.#bars.get(time);
    if (!known || known.candle.version <= candle.version) {
      const [open, high, low, close] = [candle.open, candle.high, candle.low, candle.close].map(Number);
      this.#bars.set(time, { time, open, high, low, close, value: Number(candle.volume), candle });
    }
    return this.#bars.get(time);
  }

  #take(candle) {
    const newest = this.#newest()?.time ?? -1;
    const bar = this.#keep(candle);
    if (bar.time < newest) this.#paint();
    else {
      this.candles.update(bar);
      this.volume.update({ time: bar.time, value: bar.value });
      if (bar.time > newest) this.mark();
      this.#tell();
    }
    this.#say("");
  }

  #newest() {
    let found;
    for (const bar of this.#bars.values()) if (!found || bar.time > found.time) found = bar;
    return found;
  }

  #paint() {
    const all = [...this.#bars.values()].sort((one, other) => one.time - other.time);
    this.candles.setData(all);
    this.volume.setData(all.map(({ time, value }) => ({ time, value })));
    this.mark();
    this.#tell();
  }

  #tell(bar = this.#newest()) {
    if (!bar) {
      this.#legend.textContent = "";
      return;
    }
    const places = this.market.decimals(this.symbol);
    const { candle } = bar;
    const [open, high, low, close] = [candle.open, candle.high, candle.low, candle.close].map((price) => shown(price, places));
    this.#legend.textContent = `${local(candle.start)}  O ${open}  H ${high}  L ${low}  C ${close}  volume ${shown(candle.volume)}`;
    this.#legend.title = `${utc(candle.start)} · vwap ${candle.vwap} · ${candle.trades} prints`;
    this.#box.setAttribute("aria-label", `${this.symbol}, ${this.#bars.size} bars of ${this.interval}, last close ${close}`);
  }

  #drawOwn() {
    const of = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    for (const line of this.#lines) this.candles.removePriceLine(line);
    this.#lines = this.own(this.symbol).filter((order) => order.price).map((order) => this.candles.createPriceLine({
      price: Number(order.price), color: of(order.side === "buy" ? "--buy" : "--sell"), lineWidth: 1, lineStyle: 2, axisLabelVisible: false,
      title: `${order.side} ${shown(order.leaves_quantity)}`,
    }));
    const marks = [...this.#sums().values()].map(({ time, side, quantity }) => ({
      time,
      position: side === "buy" ? "belowBar" : "aboveBar",
      shape: side === "buy" ? "arrowUp" : "arrowDown",
      color: of(side === "buy" ? "--buy" : "--sell"),
      text: shown(decimal(quantity)),
    }));
    this.markers.setMarkers(marks.filter(({ time }) => this.#bars.has(time)).sort((one, other) => one.time - other.time));
  }

  /* Own fills by bar and side: one arrow with their sum, however many there are. */
  #sums() {
    const step = SECONDS[this.interval], sums = new Map();
    for (const fill of this.fills(this.symbol)) {
      const time = Math.floor(seconds(fill.time) / step) * step, key = `${time} ${fill.side}`;
      const sum = sums.get(key) ?? { time, side: fill.side, quantity: 0n };
      sum.quantity += units(fill.quantity) ?? 0n;
      sums.set(key, sum);
    }
    return sums;
  }

  #say(words) {
    this.#empty.textContent = words;
    this.#empty.hidden = !words;
  }
}
