/* The order ticket: filled by a click on a quote, sent by Enter, answered in place. Also replaces a working order. */

import { Offline, call } from "./api.js";
import { decimal, element, rounded, shown, units, words } from "./format.js";
import { say } from "./say.js";

const SCALE = 100_000_000n;

export class Ticket {
  #form = document.getElementById("ticket-form");
  #answer = document.getElementById("ticket-answer");
  #send = document.getElementById("ticket-send");
  #reset = document.getElementById("ticket-reset");
  #title = document.getElementById("ticket-title");
  #hint = document.getElementById("ticket-hint");
  #replacing = null;
  #watched = null;
  #attempt = null;

  /** `accepted(order)` gets the order as stored and gives its newest state, which the stream may have told before; `symbolChosen(symbol)` when another one is typed. */
  constructor(market, { accepted, symbolChosen }) {
    this.market = market;
    this.accepted = accepted;
    this.symbolChosen = symbolChosen;
    this.fields = this.#form.elements;
    this.#form.addEventListener("input", () => this.#changed());
    this.#form.addEventListener("submit", (event) => { event.preventDefault(); this.#submit(); });
    this.#form.addEventListener("keydown", (event) => this.#key(event));
    this.fields.symbol.addEventListener("change", () => this.#symbolTyped());
    this.#reset.addEventListener("click", () => this.leaveReplace());
  }

  setAccounts(accounts) {
    const tradable = accounts.filter((account) => account.can_trade);
    this.fields.account.replaceChildren(...tradable.map((account) => new Option(`${account.account}  ${account.name}`, account.account)));
    this.readOnly = tradable.length === 0;
    for (const field of this.fields) field.disabled = this.readOnly;
    if (this.readOnly) this.#tell("note", "Your role enters no orders.");
  }

  setSymbols(symbols) {
    document.getElementById("symbols").replaceChildren(...symbols.map((symbol) => new Option(symbol, symbol)));
  }

  get account() { return this.fields.account.value; }

  fill({ symbol, side, price, quantity }) {
    if (this.#replacing) this.leaveReplace();
    if (symbol) this.fields.symbol.value = symbol;
    if (side) this.fields.side.value = side;
    if (quantity) this.fields.quantity.value = quantity;
    else if (!this.fields.quantity.value) this.fields.quantity.value = this.#firstQuantity();
    if (price) {
      this.fields.type.value = "limit";
      this.fields.price.value = price;
    }
    this.#changed();
  }

  /** Enter with a side: `b` and `s`. */
  begin(side) {
    if (side) this.fill({ side });
    this.fields.quantity.focus();
    this.fields.quantity.select();
  }

  replace(order) {
    this.#replacing = order;
    this.fields.account.value = order.account;
    this.fields.symbol.value = order.symbol;
    this.fields.side.value = order.side;
    this.fields.type.value = order.type;
    this.fields.tif.value = order.tif;
    this.fields.quantity.value = order.quantity;
    this.fields.price.value = order.price ?? "";
    this.#lock(true);
    this.#changed();
    this.fields.price.focus();
    this.fields.price.select();
  }

  leaveReplace() {
    this.#replacing = null;
    this.#lock(false);
    this.#changed();
  }

  /** News of an order: the one last sent is told of here. */
  seen(order) {
    if (order.id === this.#watched) this.#report(order);
  }

  #lock(on) {
    for (const name of ["account", "symbol", "type", "tif"]) this.fields[name].disabled = on;
    for (const option of this.fields.side) option.disabled = on;
    this.#reset.hidden = !on;
  }

  #firstQuantity() {
    const lot = units(this.market.instruments.get(this.fields.symbol.value)?.lot ?? "1");
    return decimal(lot * 100n);
  }

  #symbolTyped() {
    const symbol = this.fields.symbol.value.trim();
    const known = this.market.instruments.has(symbol) ? symbol : symbol.toUpperCase();
    this.fields.symbol.value = known;
    if (this.market.instruments.has(known)) this.symbolChosen(known);
    this.#changed();
  }

  #changed() {
    const { side, symbol, quantity, price, type } = this.#values();
    const market = type === "market";
    this.fields.price.disabled = market || this.readOnly;
    this.#form.dataset.side = side;
    const verb = this.#replacing ? "Replace by" : side === "buy" ? "Buy" : "Sell";
    const at = market ? "at market" : price ? `@ ${price}` : "";
    this.#send.textContent = [verb, shown(quantity), symbol, at].filter(Boolean).join(" ");
    this.#title.textContent = this.#replacing ? "Replace order" : "Order ticket";
    this.#hint.textContent = this.#estimate();
    this.#attempt = null;
    for (const field of this.fields) field.removeAttribute("aria-invalid");
  }

  #estimate() {
    const { symbol, quantity, price, type, side } = this.#values();
    const quote = this.market.get(symbol)?.quote;
    const at = units(type === "market" ? (side === "buy" ? quote?.ask : quote?.bid) : price);
    const count = units(quantity);
    if (at === null || count === null) return "Click a quote to fill the ticket. ↑ ↓ step by tick or lot.";
    const currency = this.market.instruments.get(symbol)?.currency ?? "";
    return `about ${rounded((at * count) / SCALE, 2)} ${currency}${type === "market" ? " at the quote" : ""}`;
  }

  #values() {
    const read = (name) => this.fields[name].value.trim();
    return { account: read("account"), symbol: read("symbol"), side: read("side"), type: read("type"), tif: read("tif"), quantity: read("quantity"), price: read("price") };
  }

  #key(event) {
    const steps = { ArrowUp: 1n, ArrowDown: -1n };
    const name = event.target.name;
    if (event.key in steps && (name === "price" || name === "quantity")) {
      event.preventDefault();
      this.#step(name, steps[event.key] * (event.shiftKey ? 10n : 1n));
    }
  }

  #step(name, count) {
    const instrument = this.market.instruments.get(this.fields.symbol.value);
    const step = units((name === "price" ? instrument?.tick : instrument?.lot) ?? "1");
    const next = (units(this.fields[name].value) ?? 0n) + count * step;
    if (next > 0n) this.fields[name].value = decimal(next);
    this.#changed();
  }

  async #submit() {
    if (this.#send.disabled) return;
    this.#send.disabled = true;
    this.#tell("note", "sending …");
    try {
      await (this.#replacing ? this.#sendReplace() : this.#sendOrder());
    } catch (error) {
      if (!(error instanceof Offline)) throw error;
      this.#tell("bad", `${error.message}. Send again when the connection is back: it will not be entered twice.`);
    } finally {
      this.#send.disabled = this.readOnly;
    }
  }

  async #sendOrder() {
    const { price, ...order } = this.#values();
    if (order.type === "limit") order.price = price;
    this.#attempt ??= crypto.randomUUID();
    const answer = await call("POST", "/api/orders", order, { "Idempotency-Key": this.#attempt });
    if (!answer.ok) return this.#refused(answer);
    this.#attempt = null;
    this.#watched = answer.body.id;
    return this.#report(this.accepted(answer.body));
  }

  async #sendReplace() {
    const order = this.#replacing;
    const { quantity, price } = this.#values();
    const change = {};
    if (quantity !== order.quantity) change.quantity = quantity;
    if (order.type === "limit" && price !== order.price) change.price = price;
    const answer = await call("PATCH", `/api/orders/${encodeURIComponent(order.id)}`, change);
    if (!answer.ok) return this.#refused(answer);
    this.#watched = order.id;
    this.leaveReplace();
    return this.#tell("note", `Replace of ${order.id} requested`);
  }

  #refused(answer) {
    const { message, field, code } = answer.body ?? {};
    this.#tell("bad", message ?? `status ${answer.status}`, code);
    const input = field ? this.fields[field] : null;
    input?.setAttribute?.("aria-invalid", "true");
    input?.focus?.();
  }

  #report(order) {
    if (order.status === "rejected") this.#tellReject(order);
    else {
      const done = `${shown(order.cum_quantity)} of ${shown(order.quantity)}`;
      const filled = order.avg_price ? `, ${done} at ${shown(order.avg_price.replace(/0+$/, "").replace(/\.$/, ""))}` : "";
      this.#tell(order.status === "filled" ? "good" : "note", `${words(order.status)}${filled}`, order.id);
    }
  }

  #tellReject(order) {
    const list = element("dl");
    for (const name of ["code", "rule", "limit", "actual"]) {
      const value = order.reject?.[name];
      if (value !== null && value !== undefined) list.append(element("dt", name), element("dd", String(value)));
    }
    this.#tell("bad", `rejected: ${order.reject?.message ?? ""}`, order.id);
    this.#answer.append(list);
  }

  #tell(kind, text, small = "") {
    this.#answer.dataset.kind = kind;
    this.#answer.replaceChildren(element("p", text));
    if (small) this.#answer.append(element("p", small, "small"));
    if (kind === "bad") say(text);
  }
}
