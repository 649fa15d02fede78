/* Decimal text and times as people read them. Numbers stay exact: decimal text or BigInt of 1e-8, never a float. */

const SCALE = 8;

/** Decimal text as BigInt of 1e-8; null for anything that is no plain decimal. */
export function units(text) {
  const found = /^(-?)(\d+)(?:\.(\d{1,8}))?$/.exec(text ?? "");
  if (!found) return null;
  const value = BigInt(found[2] + (found[3] ?? "").padEnd(SCALE, "0"));
  return found[1] ? -value : value;
}

/** BigInt of 1e-8 as the shortest decimal text. */
export function decimal(value) {
  const digits = (value < 0n ? -value : value).toString().padStart(SCALE + 1, "0");
  const fraction = digits.slice(-SCALE).replace(/0+$/, "");
  return (value < 0n ? "-" : "") + digits.slice(0, -SCALE) + (fraction ? "." + fraction : "");
}

/** Decimal text with at least `places` decimals and, from 10,000 on, separated thousands. "" for null. */
export function shown(text, places = 0) {
  if (text === null || text === undefined) return "";
  const [whole, fraction = ""] = String(text).split(".");
  const padded = fraction.padEnd(places, "0");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return grouped + (padded ? "." + padded : "");
}

/** Decimal text rounded half up to `places` decimals, for money that nobody books from the screen. */
export function rounded(value, places) {
  const step = 10n ** BigInt(SCALE - places);
  const magnitude = value < 0n ? -value : value;
  const whole = (magnitude + step / 2n) / step * step;
  return shown(decimal(value < 0n ? -whole : whole), places);
}

/** BigInt of 1e-8 as people say it: 950, 12.3k, 1.2m, 4.0bn. */
export function about(value) {
  const found = [[1_000_000_000n, "bn"], [1_000_000n, "m"], [1_000n, "k"]].find(([size]) => value >= size * 100_000_000n);
  if (!found) return rounded(value, 0);
  const tenths = value / (found[0] * 10_000_000n);
  return `${tenths / 10n}.${tenths % 10n}${found[1]}`;
}

/** Decimal text without the zeros that say nothing. */
export const plain = (text) => (text?.includes?.(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text);

const TIME = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const DAY = new Intl.DateTimeFormat(undefined, { month: "short", day: "2-digit" });

/** A moment in the reader's zone: the time, with the day when it is not today's. */
export function local(iso, now = new Date()) {
  const moment = new Date(iso);
  if (Number.isNaN(moment.getTime())) return "";
  const time = TIME.format(moment);
  return moment.toDateString() === now.toDateString() ? time : `${DAY.format(moment)} ${time}`;
}

/** A moment in UTC, to the microsecond. */
export function utc(iso) {
  return iso ? `${iso.replace("T", " ").replace("Z", "")} UTC` : "";
}

/** Seconds as an age: 0.4 s, 12 s, 3 min, 2 h. */
export function age(seconds) {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.floor(seconds)} s`;
  return seconds < 7200 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3600)} h`;
}

/** An element with text and classes. */
export function element(name, text = "", classes = "") {
  const made = document.createElement(name);
  if (text !== "") made.textContent = text;
  if (classes) made.className = classes;
  return made;
}

/** A word of the wire as people read it: partially_filled, partially filled. */
export const words = (text) => (text ?? "").replaceAll("_", " ");
