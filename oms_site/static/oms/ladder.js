/* The depth ladder of the chosen symbol: price levels from the stream, own working orders marked at their price, the market's phase. */

import { decimal, element, shown, units, utc } from "./format.js";

const LEVELS = 12;
const CALLED = new Set(["pre_open", "auction"]);

export class Ladder {
  #body = document.getElementById("ladder");
  #title = document.getElementById("depth-symbol");
  #spread = document.getElementById("depth-spread");
  #phase = document.getElementById("depth-phase");
  #now = {};
  #sides = { bids: new Map(), asks: new Map() };
  #end = null;
  #painting = false;
  symbol = null;

  /** `pick({symbol, side, price})` when a level is clicked; `own(symbol)` gives the reader's working orders. */
  constructor(stream, market, { pick, own }) {
    this.stream = stream;
    this.market = market;
    this.own = own;
    this.#body.addEventListener("click", (event) => {
      const row = event.target.closest("tr[data-price]");
      if (row) pick({ symbol: this.symbol, side: row.dataset.side === "bids" ? "sell" : "buy", price: row.dataset.price });
    });
  }

  show(symbol) {
    if (symbol === this.symbol) return;
    this.#end?.();
    this.symbol = symbol;
    this.#title.textContent = symbol;
    this.#clear();
    this.paint();
    this.#end = this.stream.follow("book", symbol, {
      snapshot: (book) => { this.#clear(); this.#merge(book); },
      update: (book) => this.#merge(book),
      error: (refusal) => this.#empty(refusal.message),
    });
  }

  #clear() {
    this.#sides.bids.clear();
    this.#sides.asks.clear();
    this.#now = {};
  }

  #merge(book) {
    this.#now = book;
    for (const side of ["bids", "asks"]) {
      for (const [price, quantity, orders] of book[side] ?? []) {
        if (units(quantity) === 0n) this.#sides[side].delete(price);
        else this.#sides[side].set(price, { price, quantity, orders, at: units(price) });
      }
    }
    this.paint();
  }

  paint() {
    if (this.#painting) return;
    this.#painting = true;
    requestAnimationFrame(() => { this.#painting = false; this.#draw(); });
  }

  #levels(side) {
    const best = (one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0) * (side === "asks" ? 1 : -1);
    return [...this.#sides[side].values()].sort(best).slice(0, LEVELS);
  }

  #draw() {
    this.#tellPhase();
    const bids = this.#levels("bids"), asks = this.#levels("asks");
    if (!bids.length && !asks.length) {
      this.#empty(this.symbol ? "No orders in the book" : "Choose a symbol");
      return;
    }
    const most = [...bids, ...asks].reduce((found, level) => (units(level.quantity) > found ? units(level.quantity) : found), 1n);
    const own = this.#ownByPrice();
    const middle = element("tr", "", "middle");
    const cell = element("td", this.#tellMiddle(bids[0], asks[0]));
    cell.colSpan = 3;
    middle.append(cell);
    this.#body.replaceChildren(
      ...asks.reverse().map((level) => this.#row("asks", level, most, own)), middle, ...bids.map((level) => this.#row("bids", level, most, own)),
    );
  }

  #row(side, level, most, own) {
    const row = element("tr", "", side);
    row.dataset.side = side;
    row.dataset.price = level.price;
    const quantity = element("td", "", "size");
    const bar = element("span", "", "volume");
    bar.style.width = `${Number((units(level.quantity) * 1000n) / most) / 10}%`;
    quantity.append(bar, element("span", shown(level.quantity)));
    quantity.title = `${level.orders} order${level.orders === 1 ? "" : "s"}`;
    const price = element("td", shown(level.price, this.market.decimals(this.symbol)), "price");
    const mine = own.get(level.price);
    if (mine) {
      const mark = element("span", "●", "mine");
      mark.title = `yours: ${shown(mine)}`;
      mark.setAttribute("aria-label", `yours: ${shown(mine)}`);
      price.prepend(mark);
    }
    const blank = element("td");
    row.append(...(side === "bids" ? [quantity, price, blank] : [blank, price, quantity]));
    return row;
  }

  #ownByPrice() {
    const found = new Map();
    for (const order of this.own(this.symbol)) if (order.price) found.set(order.price, order.leaves_quantity);
    return found;
  }

  #tellPhase() {
    const { phase = "", auction, phase_since: since, trade_date: day } = this.#now;
    this.#phase.textContent = phase.replace("_", "-") + (auction ? ` (${auction})` : "");
    this.#phase.dataset.phase = phase;
    this.#phase.title = [since && `since ${utc(since)}`, day && `business date ${day}`].filter(Boolean).join(", ");
  }

  /** What an uncross would give now, while the market is called. */
  #tellIndicative() {
    const { indicative_price: price, indicative_quantity: quantity, imbalance } = this.#now;
    if (!price) return "nothing would trade";
    const left = units(imbalance ?? "0");
    const rest = left === 0n ? "" : `, ${shown(decimal(left < 0n ? -left : left))} ${left < 0n ? "sell" : "buy"} left`;
    return `indicative ${shown(price, this.market.decimals(this.symbol))} × ${shown(quantity)}${rest}`;
  }

  #tellMiddle(bid, ask) {
    const spread = this.#tellSpread(bid, ask);
    return CALLED.has(this.#now.phase) ? this.#tellIndicative() : spread;
  }

  #tellSpread(bid, ask) {
    const known = bid && ask;
    const text = known ? `spread ${shown(decimal(ask.at - bid.at), this.market.decimals(this.symbol))}` : "one side only";
    this.#spread.textContent = `${this.#sides.bids.size} × ${this.#sides.asks.size} levels`;
    return text;
  }

  #empty(text) {
    const row = element("tr", "", "empty");
    const cell = element("td", text);
    cell.colSpan = 3;
    row.append(cell);
    this.#body.replaceChildren(row);
    this.#spread.textContent = "";
  }
}
