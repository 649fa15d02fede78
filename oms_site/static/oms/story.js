/* The whole story of one order beside the page: its terms, each step of its life, and what risk looked at. It follows the order while open. */

import { Offline, call } from "./api.js";
import { element, local, plain, shown, utc, words } from "./format.js";

const TERMS = [
  ["account", "account"], ["type", "type"], ["tif", "time in force"], ["quantity", "quantity"], ["price", "price"], ["stop_price", "stop price"],
  ["trail_offset", "trails by"], ["display_quantity", "shown"], ["expire_date", "until"], ["cum_quantity", "filled"], ["leaves_quantity", "left"],
  ["avg_price", "average"], ["client_order_id", "client's id"], ["id", "order"],
];
const REFUSED = "f";

export class Story {
  #panel = document.getElementById("story");
  #title = document.getElementById("story-title");
  #terms = document.getElementById("story-terms");
  #steps = document.getElementById("story-steps");
  #admin = document.getElementById("story-admin");
  #note = document.getElementById("story-note");
  #from = null;
  #loading = 0;
  id = null;

  constructor() {
    document.getElementById("story-close").addEventListener("click", () => this.close());
    this.#panel.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.close();
    });
  }

  open(order) {
    if (this.id === null) this.#from = document.activeElement;
    this.id = order.id;
    this.#panel.hidden = false;
    this.#steps.replaceChildren();
    this.seen(order);
    document.getElementById("story-close").focus();
  }

  close() {
    if (this.id === null) return;
    this.id = null;
    this.#panel.hidden = true;
    this.#from?.focus?.();
  }

  /** An order that changed: told if it is the one shown. */
  seen(order) {
    if (order.id !== this.id) return;
    this.#head(order);
    this.#load(order.id);
  }

  #head(order) {
    this.#title.textContent = `${order.side === "buy" ? "▲ Buy" : "▼ Sell"} ${shown(order.quantity)} ${order.symbol}, ${words(order.status)}`;
    const known = TERMS.filter(([name]) => order[name] !== null && order[name] !== undefined && order[name] !== "");
    this.#terms.replaceChildren(...known.flatMap(([name, word]) => [element("dt", word), element("dd", words(shown(plain(order[name]))))]));
    if (this.#admin) this.#admin.href = `${this.#admin.dataset.base}${encodeURIComponent(order.id)}/change/`;
  }

  async #load(id) {
    this.#loading += 1;
    const turn = this.#loading;
    try {
      const answer = await call("GET", `/api/orders/${encodeURIComponent(id)}/events?page_size=500`);
      if (turn !== this.#loading || id !== this.id) return;
      this.#note.textContent = answer.ok ? "" : answer.body?.message ?? `status ${answer.status}`;
      if (answer.ok) this.#steps.replaceChildren(...answer.body.results.map((step) => this.#step(step)));
    } catch (error) {
      if (!(error instanceof Offline)) throw error;
      this.#note.textContent = `${error.message}: close and open again`;
    }
  }

  #step(step) {
    const item = element("li");
    const head = element("p", "", "step");
    const time = element("time", local(step.time));
    time.dateTime = step.time;
    time.title = utc(step.time);
    head.append(time, element("strong", words(step.type)), element("span", words(step.status), `status ${step.status}`));
    item.append(head);
    for (const line of this.#lines(step)) item.append(element("p", line));
    if (step.decision) item.append(this.#decision(step.decision));
    return item;
  }

  #lines(step) {
    const lines = [];
    if (step.last_quantity) lines.push(`${shown(step.last_quantity)} at ${shown(plain(step.last_price ?? ""))}, trade ${step.trade_id}`);
    if (step.requested_quantity || step.requested_price || step.requested_stop_price) {
      const asked = [["quantity", step.requested_quantity], ["price", step.requested_price], ["stop price", step.requested_stop_price]].filter(([, value]) => value);
      lines.push(`asked for ${asked.map(([word, value]) => `${word} ${shown(plain(value))}`).join(", ")}`);
    }
    lines.push(`filled ${shown(step.cum_quantity)}, left ${shown(step.leaves_quantity)}`);
    if (step.reason || step.message) lines.push([words(step.reason), step.message].filter(Boolean).join(": "));
    return lines;
  }

  #decision({ price, reference, checks }) {
    const box = element("details");
    const refused = checks.filter((check) => check.outcome === REFUSED).length;
    box.append(element("summary", `Risk looked at ${checks.length} rule${checks.length === 1 ? "" : "s"}${refused ? ", one refused" : ""}`));
    const quote = reference && `quote ${shown(plain(reference.bid))} / ${shown(plain(reference.ask))}, ${(reference.age_us / 1000).toFixed(0)} ms old`;
    if (price || quote) box.append(element("p", [price && `judged at ${shown(plain(price))}`, quote].filter(Boolean).join(", ")));
    const list = element("ul");
    for (const { rc, rule, outcome, words: said, limit, actual, unit } of checks) {
      const line = element("li", `${rc} ${words(rule)}, ${said}`, outcome === REFUSED ? "loss" : "");
      if (limit || actual) line.title = `limit ${limit ?? "none"}, actual ${actual ?? "none"} ${unit ?? ""}`;
      list.append(line);
    }
    box.append(list);
    return box;
  }
}
