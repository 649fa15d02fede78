"""The house's desk: a quoter per symbol, fed with quotes and with the account's own life-cycle log; says which commands to send.

Pure: time comes in, commands go out. Ids of commands rise with the clock, also across restarts.
"""

from collections.abc import Mapping

from marketdata.domain.conflate import Window
from marketdata.domain.quality import Judge, Quality, is_stale
from marketdata.domain.quoting import Intent, Quoter, Terms
from schemas.enums import CommandType, OrderType, TimeInForce
from schemas.ids import log_id
from schemas.messages import Execution, OrderCommand, Quote

HOUSE = "HOUSE-LP"
"""The account of the house liquidity provider."""
INTERVAL = 1_000_000
"""Microseconds between two windows of a symbol."""
ANSWER_WITHIN = 20_000_000
"""Microseconds after which an unanswered command is given up: the symbol's orders are canceled as a whole and it begins anew."""
_ID_PREFIX = "L"


class _Deal:
    """One symbol: its quoter, the window being filled, when it was last looked at."""

    __slots__ = ("active", "judge", "looked_at", "quoter", "received", "window")

    def __init__(self, quoter: Quoter) -> None:
        self.quoter = quoter
        self.window = Window()
        self.judge = Judge()
        self.received = 0
        self.looked_at = 0
        self.active = True


class Desk:
    """All symbols of the house. `last_command` is the highest id an earlier run used, as far as known."""

    def __init__(self, last_command: int = 0) -> None:
        self._deals: dict[str, _Deal] = {}
        self._urgent: list[tuple[str, Intent]] = []
        self._last_command = last_command
        self._now = 0
        self.given_up = 0

    def list_symbols(self, terms: Mapping[str, Terms]) -> None:
        """Deal in these symbols from now on; the orders of all others are taken out."""
        for symbol, wanted in terms.items():
            deal = self._deals.get(symbol)
            if deal is None:
                self._deals[symbol] = _Deal(Quoter(wanted, self._new_id))
            else:
                deal.quoter.terms, deal.active = wanted, True
        for symbol in self._deals.keys() - terms.keys():
            self._deals[symbol].active = False

    def quote(self, quote: Quote, received: int) -> None:
        """Take one row of the market, of any quality; `received` is when the broker got it (microseconds)."""
        deal = self._deals.get(quote.symbol)
        if deal is not None:
            worth = deal.judge.judge(quote.bid, quote.ask, quote.source, received, deal.quoter.terms.jump)
            deal.window.add(quote.bid, quote.ask, received, believed=worth is Quality.GOOD)
            deal.received = received

    def execution(self, execution: Execution, now: int) -> None:
        """Take one record of the account's life-cycle log."""
        deal = self._deals.get(execution.symbol)
        if deal is not None:
            self._urgent += [(execution.symbol, intent) for intent in deal.quoter.apply(execution, now)]

    def begin(self, now: int) -> list[OrderCommand]:
        """The first command: whatever an earlier run left is canceled, before anything new is sent."""
        self._now = now
        for deal in self._deals.values():
            deal.quoter.forget()
        return [self._mass_cancel("", now, "the liquidity provider starts")]

    def end(self, now: int) -> list[OrderCommand]:
        """The last command: no quote is left standing without somebody who minds it."""
        self._now = now
        for deal in self._deals.values():
            deal.quoter.forget()
        return [self._mass_cancel("", now, "the liquidity provider stops")]

    def commands(self, now: int) -> list[OrderCommand]:
        """What to send now."""
        self._now = now
        urgent, self._urgent = self._urgent, []
        result = [self._command(symbol, intent, now) for symbol, intent in urgent]
        for symbol, deal in self._deals.items():
            since = deal.quoter.waiting_since
            if since is not None and now - since > ANSWER_WITHIN:
                self.given_up += 1
                deal.quoter.forget()
                result.append(self._mass_cancel(symbol, now, "an answer is missing"))
                continue
            intents = deal.quoter.commands(now)
            if not intents:
                self._look(deal, now)
                intents = deal.quoter.commands(now)
            result += [self._command(symbol, intent, now) for intent in intents]
        return result

    def resting(self) -> int:
        """How many orders rest, as far as known."""
        return sum(len(deal.quoter.open_orders()) for deal in self._deals.values())

    @staticmethod
    def _look(deal: _Deal, now: int) -> None:
        quoter = deal.quoter
        if not quoter.settled or now - deal.looked_at < INTERVAL:
            return
        deal.looked_at = now
        if not deal.active or is_stale(deal.received, now):
            quoter.withdraw()
        else:
            quoter.plan(deal.window)
        deal.window.clear()

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
