/* The order ticket: filled by a click on a quote, sent by Enter, answered in place. Also replaces a working order. */

import { Offline, call } from "./api.js";
import { decimal, element, plain, rounded, shown, units, words } from "./format.js";
import { Preview } from "./preview.js";
import { say } from "./say.js";
import { PRICES, Terms } from "./terms.js";

const SCALE = 100_000_000n;
const STEPS = { price: "tick", stop_price: "tick", trail_offset: "tick", quantity: "lot", display_quantity: "lot" };

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
    this.terms = new Terms(this.#form);
    this.preview = new Preview(document.getElementById("ticket-preview"));
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
    this.#changed();
    this.#send.disabled = this.readOnly;
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
      if (!this.terms.needs("price")) this.fields.type.value = "limit";
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
    this.terms.fill(order);
    this.#reset.hidden = false;
    this.#changed();
    const first = PRICES.map((name) => this.fields[name]).find((field) => !field.hidden && !field.disabled) ?? this.fields.quantity;
    first.focus();
    first.select();
  }

  leaveReplace() {
    if (this.#replacing) this.terms.plain();
    this.#replacing = null;
    this.#reset.hidden = true;
    this.#changed();
  }

  /** News of an order: the one last sent is told of here. */
  seen(order) {
    if (order.id === this.#watched) this.#report(order);
  }

  /** Whether it is a new order with everything it needs. */
  #complete() {
    const needed = ["account", "symbol", "quantity", ...PRICES.filter((name) => this.terms.needs(name))];
    if (this.terms.read("tif") === "gtd") needed.push("expire_date");
    return !this.readOnly && !this.#replacing && needed.every((name) => this.terms.read(name));
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
    this.terms.arrange({ readOnly: this.readOnly, replacing: this.#replacing });
    const read = (name) => this.terms.read(name);
    this.#form.dataset.side = read("side");
    const verb = this.#replacing ? "Replace by" : read("side") === "buy" ? "Buy" : "Sell";
    this.#send.textContent = [verb, shown(read("quantity")), read("symbol"), ...this.#prices()].filter(Boolean).join(" ");
    this.#title.textContent = this.#replacing ? "Replace order" : "Order ticket";
    this.#hint.textContent = this.#estimate();
    this.preview.look(this.#complete() ? this.terms.order() : null);
    this.#attempt = null;
    for (const field of this.fields) field.removeAttribute("aria-invalid");
  }

  /** At which prices, as the button says it. */
  #prices() {
    if (this.terms.read("type") === "market") return ["at market"];
    const said = { price: "@", stop_price: "stop", trail_offset: "trail" };
    return PRICES.filter((name) => this.terms.needs(name) && this.terms.read(name)).map((name) => `${said[name]} ${this.terms.read(name)}`);
  }

  #estimate() {
    const read = (name) => this.terms.read(name);
    const quote = this.market.get(read("symbol"))?.quote;
    const told = ["price", "stop_price"].find((name) => this.terms.needs(name));
    const at = units(told ? read(told) : read("side") === "buy" ? quote?.ask : quote?.bid);
    const count = units(read("quantity"));
    if (at === null || count === null) return "Click a quote to fill the ticket. ↑ ↓ step by tick or lot.";
    const currency = this.market.instruments.get(read("symbol"))?.currency ?? "";
    return `about ${rounded((at * count) / SCALE, 2)} ${currency}${told ? "" : " at the quote"}`;
  }

  #key(event) {
    const steps = { ArrowUp: 1n, ArrowDown: -1n };
    const name = event.target.name;
    if (event.key in steps && name in STEPS) {
      event.preventDefault();
      this.#step(name, steps[event.key] * (event.shiftKey ? 10n : 1n));
    }
  }

  #step(name, count) {
    const instrument = this.market.instruments.get(this.fields.symbol.value);
    const step = units(instrument?.[STEPS[name]] ?? "1");
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
    const order = this.terms.order();
    this.#attempt ??= crypto.randomUUID();
    const answer = await call("POST", "/api/orders", order, { "Idempotency-Key": this.#attempt });
    if (!answer.ok) return this.#refused(answer);
    this.#attempt = null;
    this.#watched = answer.body.id;
    return this.#report(this.accepted(answer.body));
  }

  async #sendReplace() {
    const order = this.#replacing;
    const answer = await call("PATCH", `/api/orders/${encodeURIComponent(order.id)}`, this.terms.changes(order));
    if (!answer.ok) return this.#refused(answer);
    this.#watched = order.id;
    this.leaveReplace();
    return this.#tell("note", `Replace of ${order.id} requested`);
  }

  #refused(answer) {
    const { message, field, code } = answer.body ?? {};
    this.#tell("bad", message ?? `status ${answer.status}`, code);
    const input = field ? this.fields[field] : null;
    this.terms.reveal(input);
    input?.setAttribute?.("aria-invalid", "true");
    input?.focus?.();
  }

  #report(order) {
    if (order.status === "rejected") this.#tellReject(order);
    else {
      const done = `${shown(order.cum_quantity)} of ${shown(order.quantity)}`;
      const filled = order.avg_price ? `, ${done} at ${shown(plain(order.avg_price))}` : "";
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
