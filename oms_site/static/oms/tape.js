/* Time and sales of the chosen symbol: every trade of this market, the newest on top, own ones marked. */

import { element, local, shown, units, utc } from "./format.js";

const MOST = 100;
const SIGN = { 1: "▲", 0: "=", "-1": "▼" };
const WORD = { 1: "up", 0: "unchanged", "-1": "down" };

export class Tape {
  #body = document.getElementById("tape");
  #trades = [];
  #end = null;
  #painting = false;
  symbol = null;

  /** `own(tradeId)` says whether the reader's accounts had a part in it. */
  constructor(stream, market, { own }) {
    this.stream = stream;
    this.market = market;
    this.own = own;
  }

  show(symbol) {
    if (symbol === this.symbol) return;
    this.#end?.();
    this.symbol = symbol;
    this.#trades = [];
    this.paint();
    this.#end = this.stream.follow("trades", symbol, {
      snapshot: (trades) => { this.#trades = [...trades].sort(newestFirst).slice(0, MOST); this.paint(); },
      update: (trade) => { this.#trades = [trade, ...this.#trades].slice(0, MOST); this.paint(); },
      error: (refusal) => this.#empty(refusal.message),
    });
  }

  paint() {
    if (this.#painting) return;
    this.#painting = true;
    requestAnimationFrame(() => { this.#painting = false; this.#draw(); });
  }

  #draw() {
    if (!this.#trades.length) this.#empty("No trades yet");
    else this.#body.replaceChildren(...this.#trades.map((trade, at) => this.#row(trade, this.#trades[at + 1])));
  }

  #row(trade, before) {
    const row = element("tr");
    const time = element("time", local(trade.time));
    time.dateTime = trade.time;
    time.title = utc(trade.time);
    const when = element("td");
    when.append(time);
    const move = before ? sign(units(trade.price) - units(before.price)) : 0;
    const mark = element("td", SIGN[move], "sign");
    mark.dataset.move = move;
    mark.setAttribute("aria-label", WORD[move]);
    const quantity = element("td", shown(trade.quantity));
    if (this.own(trade.id)) {
      row.className = "own";
      quantity.prepend(element("span", "● ", "mine"));
      quantity.title = "yours";
    }
    row.append(when, element("td", shown(trade.price, this.market.decimals(this.symbol))), mark, quantity);
    return row;
  }

  #empty(text) {
    const row = element("tr", "", "empty");
    const cell = element("td", text);
    cell.colSpan = 4;
    row.append(cell);
    this.#body.replaceChildren(row);
  }
}

const sign = (value) => (value > 0n ? 1 : value < 0n ? -1 : 0);
const newestFirst = (one, other) => (one.time > other.time ? -1 : one.time < other.time ? 1 : 0);
