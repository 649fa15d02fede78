/* The watch list: one row a symbol, painted once a frame, moved through with the arrow keys. */

import { age, element, shown, units } from "./format.js";
import { Spark } from "./spark.js";

const SIGN = { 1: "▲", 0: "=", "-1": "▼" };
const WORD = { 1: "up", 0: "unchanged", "-1": "down" };
const STALE_AFTER = 10;
const COLUMNS = 8;

export class WatchList {
  #rows = new Map();
  #dirty = new Set();
  #body = document.getElementById("quotes");
  current = null;

  /** `pick({symbol, side, price})` is called for a chosen quote, `choose(symbol)` when another row becomes current. */
  constructor(market, { pick, choose }) {
    this.market = market;
    this.pick = pick;
    this.onChoose = choose;
    market.addEventListener("quote", (event) => this.#mark(event.detail));
    this.#body.addEventListener("click", (event) => this.#click(event));
    this.#body.addEventListener("keydown", (event) => this.#key(event));
    const filter = document.getElementById("watch-filter");
    filter.addEventListener("input", () => this.#narrow(filter.value.trim().toUpperCase()));
    filter.addEventListener("keydown", (event) => this.#leaveFilter(event, filter));
    setInterval(() => this.#ages(), 500);
  }

  build() {
    this.#body.replaceChildren();
    for (const instrument of this.market.instruments.values()) this.#body.append(this.#row(instrument));
    if (!this.#rows.size) this.#body.append(this.#empty());
  }

  choose(symbol, { focus = false } = {}) {
    const row = this.#rows.get(symbol);
    if (!row) return;
    for (const [name, other] of this.#rows) {
      other.element.tabIndex = name === symbol ? 0 : -1;
      other.element.setAttribute("aria-selected", String(name === symbol));
    }
    row.element.scrollIntoView({ block: "nearest" });
    if (focus) row.element.focus();
    if (symbol !== this.current) {
      this.current = symbol;
      this.onChoose(symbol);
    }
  }

  focus() {
    this.choose(this.current ?? this.#rows.keys().next().value, { focus: true });
  }

  #empty() {
    const row = element("tr", "", "empty");
    const cell = element("td", "No instruments yet: seed the demo or add one in the admin.");
    cell.colSpan = COLUMNS;
    row.append(cell);
    return row;
  }

  #row(instrument) {
    const row = element("tr");
    row.dataset.symbol = instrument.symbol;
    row.tabIndex = -1;
    row.title = instrument.name;
    const name = element("th", instrument.symbol);
    name.scope = "row";
    const cells = {
      bid: element("td", "", "bid"), ask: element("td", "", "ask"), last: element("td"), sign: element("td", "", "sign"),
      change: element("td", "", "change"), spark: element("td", "", "spark"), age: element("td", "", "age"),
    };
    row.append(name, ...Object.values(cells));
    this.#rows.set(instrument.symbol, { element: row, cells, spark: new Spark(cells.spark) });
    return row;
  }

  #mark(symbol) {
    if (!this.#dirty.size) requestAnimationFrame(() => this.#paint());
    this.#dirty.add(symbol);
  }

  #paint() {
    for (const symbol of this.#dirty) {
      const row = this.#rows.get(symbol);
      if (row) this.#paintRow(row, symbol);
    }
    this.#dirty.clear();
  }

  #paintRow(row, symbol) {
    const { quote, mid, move } = this.market.get(symbol);
    const places = this.market.decimals(symbol);
    for (const name of ["bid", "ask", "last"]) this.#paintPrice(row.cells[name], shown(quote[name], places));
    row.cells.sign.textContent = SIGN[move];
    row.cells.sign.setAttribute("aria-label", WORD[move]);
    row.cells.sign.dataset.move = move;
    row.element.dataset.quality = quote.quality;
    this.#paintChange(row.cells.change, quote);
    if (mid !== null) row.spark.take(mid);
    this.#paintAge(row, symbol);
  }

  /* Against the close before, or the open where no close is known. */
  #paintChange(cell, { last, session }) {
    const base = session?.previous_close ?? session?.open ?? null;
    const from = units(base), to = units(last);
    if (from === null || to === null || from === 0n) {
      cell.textContent = "";
      return;
    }
    const hundredths = ((to - from) * 10_000n) / from;
    const text = String(hundredths < 0n ? -hundredths : hundredths).padStart(3, "0");
    cell.textContent = `${hundredths < 0n ? "-" : hundredths > 0n ? "+" : ""}${text.slice(0, -2)}.${text.slice(-2)} %`;
    cell.title = `since ${session.previous_close ? "the close before" : "the open"}, ${shown(base)}`;
    cell.dataset.move = Number(hundredths > 0n) - Number(hundredths < 0n);
  }

  /* Two names for one animation, in turn: a change restarts it without a forced layout. */
  #paintPrice(cell, text) {
    if (cell.textContent === text) return;
    if (cell.textContent) cell.dataset.tick = cell.dataset.tick === "a" ? "b" : "a";
    cell.textContent = text;
  }

  #ages() {
    for (const [symbol, row] of this.#rows) if (this.market.get(symbol)) this.#paintAge(row, symbol);
  }

  #paintAge(row, symbol) {
    const { quote } = this.market.get(symbol);
    const seconds = this.market.age(symbol);
    const text = quote.quality === "good" ? age(seconds) : quote.quality;
    if (row.cells.age.textContent !== text) row.cells.age.textContent = text;
    row.element.classList.toggle("stale", seconds > STALE_AFTER);
  }

  #click(event) {
    const row = event.target.closest("tr[data-symbol]");
    if (!row) return;
    const { symbol } = row.dataset;
    this.choose(symbol, { focus: true });
    if (event.target.closest("td.ask")) this.#send(symbol, "buy");
    else if (event.target.closest("td.bid")) this.#send(symbol, "sell");
  }

  #send(symbol, side) {
    const quote = this.market.get(symbol)?.quote;
    this.pick({ symbol, side, price: side === "buy" ? quote?.ask : quote?.bid });
  }

  #key(event) {
    const row = event.target.closest("tr[data-symbol]");
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    const shownRows = [...this.#rows].filter(([, other]) => !other.element.hidden).map(([symbol]) => symbol);
    const at = shownRows.indexOf(row.dataset.symbol);
    const moves = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: shownRows.length - 1, PageDown: at + 10, PageUp: at - 10 };
    if (event.key in moves) {
      event.preventDefault();
      this.choose(shownRows[Math.min(Math.max(moves[event.key], 0), shownRows.length - 1)], { focus: true });
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.#send(row.dataset.symbol, "buy");
    }
  }

  #narrow(text) {
    for (const [symbol, row] of this.#rows) {
      const name = this.market.instruments.get(symbol).name.toUpperCase();
      row.element.hidden = !(symbol.toUpperCase().includes(text) || name.includes(text));
    }
  }

  #leaveFilter(event, filter) {
    if (event.key === "Escape") {
      filter.value = "";
      this.#narrow("");
    } else if (event.key !== "Enter" && event.key !== "ArrowDown") {
      return;
    }
    event.preventDefault();
    const first = [...this.#rows].find(([, row]) => !row.element.hidden);
    if (first) this.choose(first[0], { focus: true });
  }
}
