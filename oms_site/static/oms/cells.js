/* How cells look in every grid. */

import { element, local, plain, rounded, shown, units, utc, words } from "./format.js";

export const CLOSED = new Set(["filled", "canceled", "rejected", "expired", "done_for_day"]);
export const working = (order) => !CLOSED.has(order.status);

/** A cell with the local time, UTC on hover. */
export function time(cell) {
  const iso = cell.getValue();
  const made = element("time", local(iso));
  made.dateTime = iso;
  made.title = utc(iso);
  return made;
}

/** Side by word, sign and color. */
export function side(cell) {
  const buy = cell.getValue() === "buy";
  return element("span", buy ? "▲ buy" : "▼ sell", buy ? "buy" : "sell");
}

/** What an order asked for, in one cell: buy 100 @ 181.80. */
export const terms = (market) => (cell) => {
  const order = cell.getData();
  const made = side(cell);
  made.textContent += ` ${shown(order.quantity)} @ ${order.price ? shown(plain(order.price), market.decimals(order.symbol)) : "market"}`;
  return made;
};

/** A limit or what was measured against it, to four decimals; the whole of it on hover. */
export function short(cell) {
  const value = units(cell.getValue());
  const made = element("span", value === null ? cell.getValue() ?? "" : shown(plain(rounded(value, 4).replaceAll(",", ""))));
  made.title = cell.getValue() ?? "";
  return made;
}

export const quantity = (cell) => shown(cell.getValue());

export const status = (cell) => element("span", words(cell.getValue()), `status ${cell.getValue()}`);

/** Prices with the decimals of the row's instrument. */
export const price = (market) => (cell) => shown(plain(cell.getValue()), market.decimals(cell.getData().symbol));

/** Average prices: two decimals more than prices have. */
export const average = (market) => (cell) => {
  const value = units(cell.getValue());
  if (value === null) return "";
  const places = market.decimals(cell.getData().symbol);
  return shown(plain(rounded(value, Math.min(places + 2, 8)).replaceAll(",", "")), places);
};

/** The end of a long id, the whole of it on hover. */
export function tail(cell) {
  const id = cell.getValue() ?? "";
  const made = element("span", id.slice(-6));
  made.title = id;
  return made;
}

/** Sorts decimal text by value. */
export function byValue(one, other) {
  const a = units(plain(one)) ?? 0n, b = units(plain(other)) ?? 0n;
  return a < b ? -1 : a > b ? 1 : 0;
}

export const NUMBER = { hozAlign: "right", headerHozAlign: "right", sorter: byValue };
