/* Positions with what they would make at the middle of the newest quote. */

import * as cells from "./cells.js";
import { element, rounded, shown, units } from "./format.js";
import { Grid } from "./grid.js";

const SCALE = 100_000_000n;
const REPAINT = 500;

const cut = (text) => text?.replace(/(\.\d{8})\d+$/, "$1");

export class Positions {
  constructor(market) {
    this.market = market;
    this.grid = new Grid(document.getElementById("positions-grid"), {
      label: "Positions",
      empty: "Flat",
      index: "key",
      columns: [
        { title: "Account", field: "account", width: 74 },
        { title: "Symbol", field: "symbol", width: 68, cssClass: "strong" },
        { title: "Held", field: "quantity", minWidth: 62, formatter: cells.quantity, ...cells.NUMBER },
        { title: "Average", field: "avg_cost", minWidth: 70, formatter: cells.average(market), ...cells.NUMBER },
        { title: "Open P&L", field: "open_pnl", minWidth: 74, formatter: money, ...cells.NUMBER },
        { title: "Realized", field: "realised", minWidth: 64, formatter: money, ...cells.NUMBER },
      ],
    });
    setInterval(() => this.#mark(), REPAINT);
  }

  take(position) {
    const row = { ...position, key: `${position.account} ${position.symbol}`, realised: money2(units(cut(position.realised_pnl))) };
    row.open_pnl = this.#unrealised(row);
    this.grid.put(row);
  }

  snapshot(account, positions) {
    const told = new Set(positions.map((position) => position.symbol));
    for (const row of this.grid.values()) if (row.account === account && !told.has(row.symbol)) this.grid.remove(row.key);
    for (const position of positions) this.take(position);
  }

  #unrealised(row) {
    const quote = this.market.get(row.symbol)?.quote;
    const quantity = units(row.quantity), average = units(cut(row.avg_cost));
    if (!quantity) return money2(0n);
    const bid = units(quote?.bid), ask = units(quote?.ask);
    if (average === null || bid === null || ask === null || quote.quality !== "good") return null;
    return money2((quantity * (bid + ask - 2n * average)) / (2n * SCALE));
  }

  #mark() {
    for (const row of this.grid.values()) {
      const open = this.#unrealised(row);
      if (open !== row.open_pnl) this.grid.put({ ...row, open_pnl: open });
    }
  }
}

/* Cents up to 100,000, whole units beyond. */
const LARGE = 100_000n * SCALE;
const money2 = (value) => (value === null ? null : rounded(value, value < LARGE && value > -LARGE ? 2 : 0).replaceAll(",", ""));

function money(cell) {
  const text = cell.getValue();
  if (text === null || text === undefined) return "";
  const zero = /^-?0(\.0+)?$/.test(text);
  const sign = zero ? "" : text.startsWith("-") ? "" : "+";
  return element("span", sign + shown(text), zero ? "quiet" : text.startsWith("-") ? "loss" : "gain");
}
