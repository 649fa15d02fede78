/* The terms an order takes, by its type and time in force: the page's markup says which, this shows, hides and reads them. */

export const PRICES = ["price", "stop_price", "trail_offset"];
const FIXED = ["account", "symbol", "type", "tif", "trail_offset", "expire_date", "display_quantity", "self_trade_prevention", "post_only", "reduce_only"];

export class Terms {
  constructor(form) {
    this.fields = form.elements;
  }

  read(name) { return this.fields[name].value.trim(); }

  get type() { return this.fields.type.selectedOptions[0]; }

  get tif() { return this.fields.tif.selectedOptions[0]; }

  /** Whether the type has this price. */
  needs(name) { return this.type.dataset.needs.split(" ").includes(name); }

  /** Whether it is a limit order that rests: only that shows a part of itself or posts only. */
  get rests() { return this.read("type") === "limit" && "rests" in this.tif.dataset; }

  /** Show what the type and time in force take. A choice that the type does not have falls back to the first. */
  arrange({ readOnly, replacing }) {
    const times = this.type.dataset.times.split(" ");
    for (const option of this.fields.tif.options) option.hidden = option.disabled = !times.includes(option.value);
    if (this.tif.disabled) this.fields.tif.value = times[0];
    for (const name of PRICES) this.#show(name, this.needs(name));
    this.#show("expire_date", this.read("tif") === "gtd");
    this.#show("display_quantity", this.rests);
    this.#show("post_only", this.rests);
    for (const field of this.fields) if (field.type !== "submit") field.disabled = readOnly;
    for (const name of replacing ? FIXED : []) this.fields[name].disabled = true;
    for (const option of this.fields.side) option.disabled = readOnly || Boolean(replacing);
    if (replacing?.triggered) this.fields.stop_price.disabled = true;
  }

  #show(name, on) {
    const field = this.fields[name];
    for (const part of [field, ...field.labels]) part.hidden = !on;
  }

  /** Put an order's terms into the fields. */
  fill(order) {
    for (const name of ["account", "symbol", "side", "type", "tif", "quantity", ...PRICES, "expire_date", "display_quantity", "self_trade_prevention"]) {
      this.fields[name].value = order[name] ?? "";
    }
    for (const name of ["post_only", "reduce_only"]) this.fields[name].checked = order[name];
    if (order.display_quantity || order.post_only || order.reduce_only || order.self_trade_prevention !== "none") this.reveal(this.fields.reduce_only);
  }

  /** Open the part of the form that a field is folded away in. */
  reveal(field) { field?.closest?.("details")?.setAttribute("open", ""); }

  /** Back to an order that asks for nothing in particular; what it is about stays. */
  plain() {
    for (const name of ["stop_price", "trail_offset", "expire_date", "display_quantity"]) this.fields[name].value = "";
    for (const name of ["post_only", "reduce_only"]) this.fields[name].checked = false;
    this.fields.self_trade_prevention.value = "none";
  }

  /** The body of a new order: the fields it takes, and of those that are optional the ones that say something. */
  order() {
    const order = Object.fromEntries(["account", "symbol", "side", "type", "tif", "quantity"].map((name) => [name, this.read(name)]));
    for (const name of PRICES.filter((price) => this.needs(price))) order[name] = this.read(name);
    if (order.tif === "gtd") order.expire_date = this.read("expire_date");
    if (this.rests && this.read("display_quantity")) order.display_quantity = this.read("display_quantity");
    if (this.rests && this.fields.post_only.checked) order.post_only = true;
    if (this.fields.reduce_only.checked) order.reduce_only = true;
    if (this.read("self_trade_prevention") !== "none") order.self_trade_prevention = this.read("self_trade_prevention");
    return order;
  }

  /** The body of a replace: the terms that are not as they stand. */
  changes(order) {
    const may = ["quantity", "price", "stop_price"].filter((name) => name === "quantity" || this.needs(name));
    return Object.fromEntries(may.filter((name) => !this.fields[name].disabled && this.read(name) !== order[name]).map((name) => [name, this.read(name)]));
  }
}
