/* Fills as they come, and rejected orders with what they broke. */

import * as cells from "./cells.js";
import { element, words } from "./format.js";
import { Grid } from "./grid.js";

const MOST = 1000;

export class Fills extends EventTarget {
  #grids;
  /** Ids of the trades these fills are of. */
  trades = new Set();

  constructor(market) {
    super();
    const who = [
      { title: "Account", field: "account", width: 74 },
      { title: "Symbol", field: "symbol", width: 74, cssClass: "strong" },
      { title: "Side", field: "side", formatter: cells.side, width: 58 },
      { title: "Quantity", field: "quantity", formatter: cells.quantity, minWidth: 60, ...cells.NUMBER },
      { title: "Price", field: "price", formatter: cells.price(market), minWidth: 66, ...cells.NUMBER },
    ];
    this.#grids = {
      "fills-grid": new Grid(document.getElementById("fills-grid"), {
        label: "Fills",
        empty: "No fills yet",
        columns: [
          { title: "Time", field: "time", formatter: cells.time, width: 70 },
          ...who,
          { title: "Order", field: "order", minWidth: 70, cssClass: "quiet", formatter: cells.tail },
        ],
      }),
      "rejects-grid": new Grid(document.getElementById("rejects-grid"), {
        label: "Rejected orders",
        empty: "Nothing rejected",
        rowHeight: false,
        columns: [
          { title: "Time", field: "updated_at", formatter: cells.time, width: 70 },
          who[0],
          who[1],
          { title: "Order", field: "side", formatter: cells.terms(market), width: 150 },
          { title: "Code", field: "code", width: 128, formatter: (cell) => words(cell.getValue()) },
          { title: "Rule", field: "rule", width: 84, formatter: (cell) => words(cell.getValue()) },
          { title: "Limit", field: "limit", width: 64, formatter: cells.short },
          { title: "Actual", field: "actual", width: 76, formatter: cells.short },
          { title: "What to do", field: "message", minWidth: 130, formatter: "textarea" },
        ],
      }),
    };
    for (const button of document.querySelectorAll("#fills [data-tab]")) button.addEventListener("click", () => this.show(button.dataset.tab));
  }

  /** Whether to tell the account of each row. */
  accounts(on) {
    for (const grid of Object.values(this.#grids)) grid.column("account", on);
  }

  get grid() { return this.#grids["fills-grid"]; }

  take(fill) {
    this.grid.put(fill);
    this.trades.add(fill.trade_id);
    this.#count("fills-count", this.grid.size);
    this.#bound();
    this.dispatchEvent(new CustomEvent("fill", { detail: fill }));
  }

  /** Fills of a symbol as far as they are shown. */
  of(symbol) {
    return this.grid.values().filter((fill) => fill.symbol === symbol && fill.type === "trade");
  }

  snapshot(account, fills) {
    for (const fill of [...fills].reverse()) this.take(fill);
  }

  /** Any order; a rejected one is listed with its reason. */
  order(order) {
    if (order.status !== "rejected") return;
    this.#grids["rejects-grid"].put({ ...order, ...order.reject });
    this.#count("rejects-count", this.#grids["rejects-grid"].size);
  }

  show(tab) {
    for (const button of document.querySelectorAll("#fills [data-tab]")) {
      const on = button.dataset.tab === tab;
      button.setAttribute("aria-pressed", String(on));
      document.getElementById(button.dataset.tab).hidden = !on;
    }
    document.querySelector(".desk").classList.toggle("reading-rejects", tab === "rejects-grid");
    this.#grids[tab].redraw();
  }

  #bound() {
    if (this.grid.size <= MOST) return;
    const oldest = this.grid.values().sort((one, other) => (one.time < other.time ? -1 : 1))[0];
    this.grid.remove(oldest.id);
    this.trades.delete(oldest.trade_id);
  }

  #count(id, count) {
    document.getElementById(id).replaceChildren(element("span", String(count)));
  }
}
