/* The orders grid: live, canceled from the row, replaced through the ticket. */

import { Offline, call } from "./api.js";
import { ask } from "./ask.js";
import * as cells from "./cells.js";
import { about, element, plain, shown, units } from "./format.js";
import { Grid } from "./grid.js";
import { say } from "./say.js";

const SHOWN = { all: () => true, working: cells.working, closed: (order) => !cells.working(order) };
const YOUNG = 10_000;
const SCALE = 100_000_000n;
const counted = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;

export class Orders extends EventTarget {
  #show = "all";
  #account = "";
  #counting = false;

  constructor(market, { replace, story, refused }) {
    super();
    this.market = market;
    this.replace = replace;
    this.story = story;
    this.refused = refused;
    this.grid = new Grid(document.getElementById("orders-grid"), {
      label: "Orders",
      empty: "No orders yet. Fill the ticket and press Enter.",
      columns: this.#columns(market),
      keys: {
        Delete: (order) => this.cancel(order),
        x: (order) => this.cancel(order),
        r: (order) => this.#beginReplace(order),
        e: (order) => this.story(order),
        Enter: (order) => this.#beginReplace(order),
      },
    });
    for (const button of document.querySelectorAll("#orders [data-show]")) button.addEventListener("click", () => this.show(button.dataset.show));
    document.getElementById("cancel-all").addEventListener("click", () => this.cancelAll());
    document.getElementById("account-filter").addEventListener("change", (event) => this.#narrow(event.target.value));
  }

  #columns(market) {
    const price = cells.price(market);
    return [
      { title: "Time", field: "created_at", formatter: cells.time, width: 70 },
      { title: "Account", field: "account", width: 74 },
      { title: "Symbol", field: "symbol", width: 74, cssClass: "strong" },
      { title: "Side", field: "side", formatter: cells.side, width: 58 },
      { title: "Status", field: "status", formatter: cells.status, minWidth: 100 },
      { title: "Quantity", field: "quantity", formatter: cells.quantity, minWidth: 66, ...cells.NUMBER },
      { title: "Price", field: "price", formatter: (cell) => (cell.getData().type === "market" ? "market" : price(cell)), minWidth: 68, ...cells.NUMBER },
      { title: "Filled", field: "cum_quantity", formatter: cells.quantity, minWidth: 58, ...cells.NUMBER },
      { title: "Left", field: "leaves_quantity", formatter: cells.quantity, minWidth: 58, ...cells.NUMBER },
      { title: "Average", field: "avg_price", formatter: cells.average(market), minWidth: 68, ...cells.NUMBER },
      { title: "TIF", field: "tif", width: 38 },
      { title: "Order", field: "id", minWidth: 68, cssClass: "quiet", formatter: cells.tail },
      { title: "", field: "version", width: 76, headerSort: false, resizable: false, formatter: (cell) => this.#buttons(cell.getData()) },
    ];
  }

  #buttons(order) {
    const box = element("span", "", "buttons");
    const make = (sign, name, act) => {
      const button = element("button", sign, "row-button");
      button.type = "button";
      button.title = name;
      button.tabIndex = -1;
      button.setAttribute("aria-label", `${name} ${order.id}`);
      button.addEventListener("click", (event) => { event.stopPropagation(); act(); });
      return button;
    };
    box.append(make("≡", "Story of", () => this.story(order)));
    if (!cells.working(order)) return box;
    box.append(make("✎", "Replace", () => this.#beginReplace(order)));
    const cancel = make("✕", "Cancel", () => this.cancel(order));
    cancel.disabled = order.status === "pending_cancel";
    box.append(cancel);
    return box;
  }

  /** An order as some answer or frame told it; an older version than known is dropped. The newest known. */
  take(order) {
    const known = this.grid.get(order.id);
    if (known && known.version > order.version) return known;
    this.grid.put(order);
    this.#count();
    this.dispatchEvent(new CustomEvent("order", { detail: order }));
    return order;
  }

  /** Everything of an account, as of one moment. */
  snapshot(account, orders) {
    const told = new Set(orders.map((order) => order.id));
    const young = (order) => order.status === "pending_new" && Date.now() - Date.parse(order.created_at) < YOUNG;
    for (const order of this.grid.values()) if (order.account === account && !told.has(order.id) && !young(order)) this.grid.remove(order.id);
    for (const order of [...orders].reverse()) this.take(order);
  }

  working(symbol) {
    return this.grid.values().filter((order) => order.symbol === symbol && cells.working(order) && Number(order.leaves_quantity) > 0);
  }

  show(which) {
    this.#show = which;
    for (const button of document.querySelectorAll("#orders [data-show]")) button.setAttribute("aria-pressed", String(button.dataset.show === which));
    this.#filter();
  }

  #narrow(account) {
    this.#account = account;
    this.dispatchEvent(new CustomEvent("account", { detail: account }));
    this.#filter();
  }

  #filter() {
    const keep = SHOWN[this.#show];
    this.grid.show((order) => keep(order) && (!this.#account || order.account === this.#account));
  }

  /* Once a frame: each of two thousand rows is looked at. */
  #count() {
    if (this.#counting) return;
    this.#counting = true;
    requestAnimationFrame(() => {
      this.#counting = false;
      const open = this.grid.values().filter(cells.working).length;
      document.getElementById("orders-count").textContent = `${open.toLocaleString("en-US")} working`;
      document.getElementById("cancel-all").disabled = open === 0;
    });
  }

  #beginReplace(order) {
    if (cells.working(order)) this.replace(order);
  }

  async cancel(order) {
    if (!cells.working(order)) return;
    await this.#ask("DELETE", `/api/orders/${encodeURIComponent(order.id)}`, undefined, `Cancel of ${shown(order.leaves_quantity)} ${order.symbol} requested`);
  }

  /** Cancel what is shown and works, account by account, after the question what it will hit. */
  async cancelAll() {
    const hit = this.grid.visible().filter(cells.working);
    if (!hit.length) return;
    const accounts = [...new Set(hit.map((order) => order.account))];
    const count = counted(hit.length, "order");
    const impact = [count, `${counted(accounts.length, "account")} (${accounts.join(", ")})`, ...this.#worth(hit)].join(", ");
    const sure = await ask(`Cancel ${count}?`, `${impact} open. All working orders shown; what has been filled stays filled.`, `Cancel ${count}`);
    if (!sure) return;
    const everything = accounts.map((account) => ({ account, shown: hit.filter((order) => order.account === account), all: this.grid.values().filter((order) => order.account === account && cells.working(order)) }));
    for (const { account, shown: some, all } of everything) {
      if (some.length === all.length) await this.#ask("POST", "/api/orders/cancel", { account }, `Cancel of ${some.length} requested`);
      else for (const order of some) await this.cancel(order);
    }
  }

  /** What is left of these orders by currency, at their limits, else at the last price: "USD 1.2m". */
  #worth(orders) {
    const sums = new Map();
    for (const order of orders) {
      const { currency = "" } = this.market.instruments.get(order.symbol) ?? {};
      const price = units(plain(order.price ?? order.stop_price)) ?? units(this.market.get(order.symbol)?.quote.last) ?? 0n;
      sums.set(currency, (sums.get(currency) ?? 0n) + ((units(order.leaves_quantity) ?? 0n) * price) / SCALE);
    }
    return [...sums].map(([currency, sum]) => `${currency} ${about(sum)}`);
  }

  async #ask(method, path, body, done) {
    try {
      const answer = await call(method, path, body);
      if (answer.ok) say(done);
      else this.refused(answer.body?.message ?? `status ${answer.status}`);
    } catch (error) {
      if (!(error instanceof Offline)) throw error;
      this.refused(`${error.message}: try again`);
    }
  }
}
