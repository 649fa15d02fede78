/* What is known of the market: instruments, and the newest quote of each with the moment it came. */

import { units } from "./format.js";

export class Market extends EventTarget {
  instruments = new Map();
  #quotes = new Map();

  setInstruments(list) {
    for (const instrument of list) this.instruments.set(instrument.symbol, instrument);
  }

  decimals(symbol) {
    return this.instruments.get(symbol)?.price_decimals ?? 2;
  }

  /** {quote, since (performance.now() of its birth), move: -1, 0, 1, mid}; undefined before the first quote. */
  get(symbol) {
    return this.#quotes.get(symbol);
  }

  age(symbol) {
    const known = this.#quotes.get(symbol);
    return known ? (performance.now() - known.since) / 1000 : Infinity;
  }

  take(quote) {
    if (!quote) return;
    const before = this.#quotes.get(quote.symbol);
    if (before && before.quote.seq > quote.seq) return;
    const bid = units(quote.bid), ask = units(quote.ask);
    const mid = bid !== null && ask !== null ? bid + ask : null;
    const moved = before && mid !== null && before.mid !== null && mid !== before.mid;
    const move = moved ? (mid > before.mid ? 1 : -1) : before?.move ?? 0;
    this.#quotes.set(quote.symbol, { quote, mid, move, since: performance.now() - (quote.age_ms ?? 0) });
    this.dispatchEvent(new CustomEvent("quote", { detail: quote.symbol }));
  }
}
