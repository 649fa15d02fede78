"""The house's desk: a quoter per symbol, fed with quotes and with the account's own life-cycle log; says which commands to send.

Pure: time comes in, commands go out. Ids of commands rise with the clock, also across restarts. What takes quotes out is sent at once;
what shows quotes waits for the budget, symbol by symbol in turn, and what the market does meanwhile becomes one window.
"""

from collections import Counter
from collections.abc import Iterator, Mapping

from marketdata.domain.budget import Budget
from marketdata.domain.conflate import TwoSided, Window
from marketdata.domain.ladder import Terms
from marketdata.domain.quality import Judge, Quality, is_stale
from marketdata.domain.quoting import Quoter, inventory_change
from marketdata.domain.slots import Intent
from marketdata.domain.told import Told, told
from schemas.enums import CommandType, OrderType, TimeInForce
from schemas.ids import log_id
from schemas.messages import Execution, OrderCommand, Quote

HOUSE = "HOUSE-LP"
"""The account of the house liquidity provider."""
COMMANDS_PER_SECOND = 200
"""Of all symbols together, unless told otherwise."""
BAD_FOR = 1_000_000
"""Microseconds after which, at the latest, a quote that is no price takes the house's own out, however long the interval."""
ANSWER_WITHIN = 20_000_000
"""Microseconds after which an unanswered command is given up: the symbol's orders are canceled as a whole and it begins anew."""
_ID_PREFIX = "L"


class Deal:
    """One symbol: its quoter, the window being filled, the newest quote, when it was last looked at."""

    __slots__ = ("judge", "looked_at", "newest", "quality", "quoter", "received", "window")

    def __init__(self, quoter: Quoter) -> None:
        self.quoter = quoter
        self.window = Window()
        self.judge = Judge()
        self.newest: TwoSided | None = None
        self.quality = Quality.GOOD
        self.received = 0
        self.looked_at = 0

    def take(self, quote: Quote, received: int) -> None:
        """One row of the market."""
        self.quality = self.judge.judge(quote.bid, quote.ask, quote.source, received, self.quoter.terms.jump)
        self.newest = TwoSided(quote.bid, quote.ask) if self.quality is Quality.GOOD else None
        self.window.add(quote.bid, quote.ask, received, believed=self.quality is Quality.GOOD)
        self.received = received

    def out(self, now: int) -> str:
        """Why nothing may be shown at all; empty when that is up to the quotes."""
        if self.quoter.terms.blocked:
            return self.quoter.terms.blocked
        if not self.received:
            return "no quote"
        return "stale" if is_stale(self.received, now) else ""

    def due(self, now: int) -> bool:
        """Whether it is time for the next window."""
        interval = self.quoter.terms.interval
        return self.quoter.settled and now - self.looked_at >= (interval if self.newest else min(interval, BAD_FOR))

    def leave(self) -> None:
        """Take everything out. The newest quote is kept: it is where the symbol begins again."""
        self.quoter.withdraw()
        self.quoter.close = self.newest
        self.window.clear()
        self.looked_at = 0

    def look(self, now: int) -> None:
        """End the window and plan what it asks for."""
        self.looked_at = now
        self.quoter.plan(self.window)
        self.window.clear()


class Desk:
    """All symbols of the house.

    `last_command` is the highest id an earlier run used, as far as known; `holdings` what the account holds by symbol (1e-8); `rate` the
    most commands a second, apart from those that take quotes out.
    """

    def __init__(self, last_command: int = 0, holdings: Mapping[str, int] | None = None, rate: int = COMMANDS_PER_SECOND) -> None:
        self._deals: dict[str, Deal] = {}
        self._holdings = dict(holdings or {})
        self._budget = Budget(rate)
        self._turn: list[str] = []
        self._urgent: list[tuple[str, Intent]] = []
        self._last_command = last_command
        self._now = 0
        self.given_up = 0
        self.deferred = 0
        self.refused: Counter[str] = Counter()

    def list_symbols(self, terms: Mapping[str, Terms]) -> None:
        """Deal by these terms from now on, at once; the orders of all other symbols are taken out."""
        for symbol, wanted in terms.items():
            deal = self._deals.get(symbol)
            if deal is None:
                self._deals[symbol] = Deal(Quoter(wanted, self._new_id, self._holdings.get(symbol, 0)))
                self._turn.append(symbol)
            elif deal.quoter.terms != wanted:
                deal.quoter.terms = wanted
                deal.looked_at = 0
        for symbol in self._deals.keys() - terms.keys():
            quoter = self._deals[symbol].quoter
            quoter.terms = quoter.terms._replace(blocked="not listed")

    def quote(self, quote: Quote, received: int) -> None:
        """Take one row of the market, of any quality; `received` is when the broker got it (microseconds)."""
        deal = self._deals.get(quote.symbol)
        if deal is not None:
            deal.take(quote, received)

    def execution(self, execution: Execution, now: int) -> None:
        """Take one record of the account's life-cycle log."""
        deal = self._deals.get(execution.symbol)
        if deal is not None:
            before = deal.quoter.refusals
            self._urgent += [(execution.symbol, intent) for intent in deal.quoter.apply(execution, now)]
            if deal.quoter.refusals > before:
                self.refused[deal.quoter.refused_with] += 1
        elif change := inventory_change(execution):
            self._holdings[execution.symbol] = self._holdings.get(execution.symbol, 0) + change

    def begin(self, now: int) -> list[OrderCommand]:
        """The first command: whatever an earlier run left is canceled, before anything new is sent."""
        return self._all_out(now, "the liquidity provider starts")

    def end(self, now: int) -> list[OrderCommand]:
        """The last command: no quote is left standing without somebody who minds it."""
        return self._all_out(now, "the liquidity provider stops")

    def commands(self, now: int) -> list[OrderCommand]:
        """What to send now."""
        self._now = now
        urgent, self._urgent = self._urgent, []
        result = [self._command(symbol, intent, now) for symbol, intent in urgent]
        served: list[str] = []
        for symbol in self._turn:
            deal = self._deals[symbol]
            since = deal.quoter.waiting_since
            if since is not None and now - since > ANSWER_WITHIN:
                self.given_up += 1
                deal.quoter.forget()
                result.append(self._mass_cancel(symbol, now, "an answer is missing"))
                continue
            intents = self._intents(deal, now)
            if intents:
                served.append(symbol)
            result += [self._command(symbol, intent, now) for intent in intents]
        self._turn = [symbol for symbol in self._turn if symbol not in served] + served
        return result

    def resting(self) -> int:
        """How many orders rest, as far as known."""
        return sum(len(deal.quoter.open_orders()) for deal in self._deals.values())

    def told(self, now: int) -> Iterator[Told]:
        """Each symbol's state, for people."""
        for symbol, deal in self._deals.items():
            yield told(symbol, deal.quoter, deal.out(now) or ("" if deal.newest else deal.quality.value), now)

    def _intents(self, deal: Deal, now: int) -> list[Intent]:
        if deal.out(now):
            deal.leave()
            return self._counted(deal.quoter.commands(now))
        if deal.newest is not None and not self._budget.open(now):
            self.deferred += deal.due(now)
            return []
        intents = deal.quoter.commands(now)
        if not intents and deal.due(now):
            deal.look(now)
            intents = deal.quoter.commands(now)
        return self._counted(intents)

    def _counted(self, intents: list[Intent]) -> list[Intent]:
        self._budget.spend(len(intents))
        return intents

    def _all_out(self, now: int, reason: str) -> list[OrderCommand]:
        self._now = now
        for deal in self._deals.values():
            deal.quoter.forget()
        return [self._mass_cancel("", now, reason)]

    def _new_id(self) -> str:
        """An order's id takes a number of the commands' own: it never comes again, in this run or a later one."""
        number = self._next_command(self._now)
        return log_id(_ID_PREFIX, number, 0, number % 1_000, 0)

    def _command(self, symbol: str, intent: Intent, now: int) -> OrderCommand:
        new = intent.command is CommandType.NEW
        return OrderCommand(
            command=intent.command.value,
            command_id=self._next_command(now),
            id=intent.order_id,
            account=HOUSE,
            symbol=symbol,
            time=now,
            side=intent.side.value,
            type=OrderType.LIMIT.value if new else None,
            tif=TimeInForce.GTC.value if new else None,
            quantity=intent.quantity,
            price=intent.price,
            user="house",
        )

    def _mass_cancel(self, symbol: str, now: int, reason: str) -> OrderCommand:
        return OrderCommand(
            command=CommandType.MASS_CANCEL.value,
            command_id=self._next_command(now),
            id="",
            account=HOUSE,
            symbol=symbol,
            time=now,
            user="house",
            reason=reason,
        )

    def _next_command(self, now: int) -> int:
        self._last_command = max(self._last_command + 1, now)
        return self._last_command
