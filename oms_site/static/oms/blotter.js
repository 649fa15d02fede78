/* The blotter: puts the parts together, fills them by REST, then lets the stream lead. See ADR 0009. */

import { rows } from "./api.js";
import { Chart } from "./chart.js";
import { showConnection } from "./connection.js";
import { Fills } from "./fills.js";
import { local, utc } from "./format.js";
import { addTools } from "./gridtools.js";
import { bindKeys, showKeys } from "./keys.js";
import { Ladder } from "./ladder.js";
import { Layouts } from "./layouts.js";
import { Market } from "./market.js";
import { Orders } from "./orders.js";
import { Positions } from "./positions.js";
import { say } from "./say.js";
import { Story } from "./story.js";
import { Stream } from "./stream.js";
import { Tape } from "./tape.js";
import { Ticket } from "./ticket.js";
import { WatchList } from "./watchlist.js";

const MOST_ROWS = 200;
const NOTICE_SECONDS = 8;

const stream = new Stream(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/stream`);
const market = new Market();
const positions = new Positions(market);
const fills = new Fills(market);
const ticket = new Ticket(market, { accepted: (order) => orders.take(order), symbolChosen: (symbol) => watch.choose(symbol) });
const story = new Story();
const orders = new Orders(market, { replace: (order) => ticket.replace(order), story: (order) => story.open(order), refused: tell });
const ladder = new Ladder(stream, market, { pick: (quote) => ticket.fill(quote), own: (symbol) => orders.working(symbol) });
const chart = new Chart(stream, market, { own: (symbol) => orders.working(symbol), fills: (symbol) => fills.of(symbol) });
const tape = new Tape(stream, market, { own: (trade) => fills.trades.has(trade) });
const watch = new WatchList(market, {
  pick: (quote) => { ticket.fill(quote); ticket.begin(); },
  choose: (symbol) => {
    for (const part of [ladder, chart, tape]) part.show(symbol);
    ticket.fill({ symbol });
  },
});

orders.addEventListener("order", ({ detail: order }) => {
  ticket.seen(order);
  story.seen(order);
  fills.order(order);
  if (order.symbol !== ladder.symbol) return;
  ladder.paint();
  chart.mark();
});
fills.addEventListener("fill", ({ detail: fill }) => {
  if (fill.symbol !== chart.symbol) return;
  chart.mark();
  tape.paint();
});
orders.addEventListener("account", ({ detail: account }) => account && followAccount(account));

const WHO = [["account", "account"], ["symbol", "symbol"]];
addTools(document.getElementById("orders"), orders.grid, "orders", [...WHO, ["status", "status"], ["side", "side"]]);
addTools(document.getElementById("fills"), fills.grid, "fills", [...WHO, ["side", "side"]]);
addTools(document.getElementById("positions"), positions.grid, "positions", WHO);
const layouts = new Layouts({ orders: orders.grid, fills: fills.grid, positions: positions.grid });

let noticeTimer = 0;
function tell(text) {
  const notice = document.getElementById("notice");
  notice.textContent = text;
  notice.hidden = false;
  clearTimeout(noticeTimer);
  noticeTimer = setTimeout(() => { notice.hidden = true; }, NOTICE_SECONDS * 1000);
}

const followed = new Set();
function followAccount(account) {
  if (followed.has(account)) return;
  followed.add(account);
  const refused = (refusal) => { followed.delete(account); tell(`${account}: ${refusal.message}`); };
  stream.follow("orders", account, { snapshot: (all) => orders.snapshot(account, all), update: (order) => orders.take(order), error: refused });
  stream.follow("executions", account, { snapshot: (all) => fills.snapshot(account, all), update: (fill) => fills.take(fill) });
  stream.follow("positions", account, { snapshot: (all) => positions.snapshot(account, all), update: (position) => positions.take(position) });
}

/* What REST knows is on the screen before the first frame; the stream's snapshots then replace it. */
async function start() {
  const [accounts, instruments, quotes, stored] = await Promise.all([
    rows("/api/accounts"), rows("/api/instruments"), rows("/api/quotes"), rows(`/api/orders?page_size=${MOST_ROWS}`, MOST_ROWS),
  ]);
  market.setInstruments(instruments);
  watch.build();
  ticket.setAccounts(accounts);
  ticket.setSymbols(instruments.map((instrument) => instrument.symbol));
  const filter = document.getElementById("account-filter");
  filter.closest("label").hidden = accounts.length < 2;
  filter.replaceChildren(new Option("mine", ""), ...accounts.map((account) => new Option(account.account, account.account)));
  const own = accounts.filter((account) => account.kind === "customer").map((account) => account.account);
  for (const part of [orders.grid, positions.grid]) part.column("account", own.length > 1);
  fills.accounts(own.length > 1);
  for (const quote of quotes) market.take(quote);
  for (const order of stored.reverse()) if (own.includes(order.account)) orders.take(order);
  for (const account of own) followAccount(account);
  for (const { symbol } of instruments) {
    stream.follow("quotes", symbol, { snapshot: (quote) => market.take(quote), update: (quote) => market.take(quote) });
  }
  if (instruments.length) watch.choose(new URLSearchParams(location.search).get("symbol") ?? instruments[0].symbol);
  stream.open();
}

async function startUntilItWorks(wait = 500) {
  try {
    await start();
  } catch (error) {
    if (error.status === 401 || error.status === 403) {
      location.assign(`/login?next=${encodeURIComponent(location.pathname)}`);
      return;
    }
    tell(`${error.message}: trying again`);
    setTimeout(() => startUntilItWorks(Math.min(wait * 2, 5000)), wait);
  }
}

function switchTheme() {
  const next = document.documentElement.dataset.theme === "light" ? "dark" : "light";
  document.documentElement.dataset.theme = next;
  localStorage.setItem("theme", next);
  chart.colors();
  say(`${next} colors`);
}

function clock() {
  const now = new Date();
  const face = document.getElementById("clock");
  face.textContent = local(now.toISOString(), now);
  face.dateTime = now.toISOString();
  face.title = utc(now.toISOString());
}

bindKeys([
  ["/", "find a symbol in the watch list", () => document.getElementById("watch-filter").focus()],
  ["w", "to the watch list", () => watch.focus()],
  ["o", "to the orders", () => orders.grid.focus()],
  ["n", "to the ticket", () => ticket.begin()],
  ["b", "buy the current symbol", () => ticket.begin("buy")],
  ["s", "sell the current symbol", () => ticket.begin("sell")],
  ["Enter", "in the ticket: send; on a quote: fill the ticket; on an order: replace it"],
  ["↑ ↓", "in lists: move; in price and quantity: one tick or lot, with Shift ten"],
  ["x", "on an order: cancel it"],
  ["Shift+X", "cancel all working orders shown, after a question", () => orders.cancelAll()],
  ["r", "on an order: replace it"],
  ["e", "on an order: its whole story beside the page"],
  ["a", "all, working, closed orders in turn", () => cycleOrders()],
  ["i", "the next interval of the price chart", () => chart.next()],
  ["l", "the next layout", () => layouts.next()],
  ["t", "light or dark", switchTheme],
  ["Esc", "close the story, leave replacing, leave a field", () => { story.close(); ticket.leaveReplace(); document.activeElement?.blur(); }],
  ["?", "this list", showKeys],
]);

function cycleOrders() {
  const buttons = [...document.querySelectorAll("#orders [data-show]")];
  const at = buttons.findIndex((button) => button.getAttribute("aria-pressed") === "true");
  orders.show(buttons[(at + 1) % buttons.length].dataset.show);
}

document.getElementById("theme").addEventListener("click", switchTheme);
setInterval(clock, 1000);
clock();
showConnection(stream);
startUntilItWorks();
