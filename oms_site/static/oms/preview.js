/* The quiet line under the ticket: what risk would say to the order as it stands, and what is left of the limit it uses most. */

import { Offline, call } from "./api.js";
import { shown } from "./format.js";

const PAUSE_MS = 350;

export class Preview {
  #line;
  #timer = null;
  #asked = 0;

  constructor(line) { this.#line = line; }

  /** Look ahead for an order once typing pauses; null for one that is not complete: nothing is told then. */
  look(order) {
    clearTimeout(this.#timer);
    this.#asked += 1;
    if (!order) return this.#tell("", "");
    const number = this.#asked;
    this.#timer = setTimeout(() => this.#ask(order, number), PAUSE_MS);
    return undefined;
  }

  async #ask(order, number) {
    let answer;
    try {
      answer = await call("POST", "/api/orders/preview", order);
    } catch (error) {
      if (!(error instanceof Offline)) throw error;
      return;
    }
    if (number !== this.#asked) return; // it has been typed on since
    if (!answer.ok) this.#tell("", "");
    else if (answer.body.outcome === "rejected") this.#tell("bad", `would be rejected: ${answer.body.reject.message}`);
    else this.#tell("good", `would pass${left(answer.body.headroom[0])}`);
  }

  #tell(kind, text) {
    this.#line.dataset.kind = kind;
    this.#line.textContent = text;
  }
}

function left(row) {
  return row ? `; nearest limit: ${row.rule.replaceAll("_", " ")}, ${row.used_percent} % used, ${shown(row.left)} left` : "";
}
