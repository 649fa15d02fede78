"""The past, order by order: who traded what with whom. Pure; the same seed tells the same past. Numbers are integers of 1e-8.

Four fifths of the orders meet in pairs and fill each other in slices; the others are canceled, rejected or open still.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from oms_site.seeding.records import PastOrder, PastTrade
from schemas.ids import log_id, order_id

UNIT = 10**8
TICK = UNIT // 100
SYMBOLS = 60
_STEPS = 2
"""What every order has: taken up, and accepted or rejected."""


class Impossible(ValueError):
    """So many executions cannot be made of so many orders."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is to be, and when: microseconds since the epoch."""

    orders: int
    executions: int
    accounts: int
    start_us: int
    end_us: int

    @property
    def pairs(self) -> int:
        """Pairs of orders that trade with each other."""
        return self.orders * 2 // 5

    @property
    def canceled(self) -> int:
        """Orders that were canceled."""
        return self.orders // 10

    @property
    def trades(self) -> int:
        """Each is an execution of both its orders. Raises `Impossible`."""
        left = self.executions - _STEPS * self.orders - self.canceled
        if left % 2 or left // 2 < self.pairs or left // 2 > 50 * self.pairs:
            least = _STEPS * self.orders + self.canceled + 2 * self.pairs
            raise Impossible(f"executions: {self.orders:,} orders have an even number of at least {least:,}, about three each")
        return left // 2


def account_code(number: int) -> str:
    """Of the accounts whose past it is."""
    return f"PAST-{number:04}"


def symbol_code(number: int) -> str:
    """Of the instruments they traded: none that is listed."""
    return f"PAST{chr(65 + number // 26)}{chr(65 + number % 26)}"


class Past:
    """The past, in the order of its time."""

    def __init__(self, size: Size, seed: int) -> None:
        self.size = size
        self._random = random.Random(seed)  # noqa: S311 - a plausible past, no secret
        self._prices = [self._random.randrange(1_000, 50_000) * TICK for _ in range(SYMBOLS)]
        self._seqs = [0] * SYMBOLS
        self._made = 0

    def groups(self) -> Iterator[tuple[list[PastOrder], list[PastTrade]]]:
        """Orders that belong together, with their trades."""
        size, pairs = self.size, self.size.pairs
        slices, extra = divmod(size.trades, pairs)
        others = size.orders - 2 * pairs
        kinds = ["canceled"] * size.canceled + ["rejected"] * ((others - size.canceled) // 2)
        kinds += ["new"] * (others - len(kinds))
        self._random.shuffle(kinds)
        step = others / pairs
        told = 0
        for index in range(pairs):
            yield self._pair(slices + (index < extra))
            until = others if index == pairs - 1 else int((index + 1) * step)
            for kind in kinds[told:until]:
                yield [self._order(self._random.choice(("buy", "sell")), kind)], []
            told = until

    def _time(self) -> int:
        size = self.size
        return size.start_us + (size.end_us - size.start_us) * self._made // size.orders

    def _order(self, side: str, status: str, like: PastOrder | None = None) -> PastOrder:
        pick = self._random.randrange
        number = pick(SYMBOLS)
        if like is None:
            self._prices[number] = max(100 * TICK, self._prices[number] + pick(-5, 6) * TICK)
            symbol, price, quantity = symbol_code(number), self._prices[number], pick(1, 40) * 100 * UNIT
            account = account_code(pick(self.size.accounts))
        else:
            symbol, price, quantity = like.symbol, like.price, like.quantity
            account = account_code((int(like.account[5:]) + 1 + pick(self.size.accounts - 1)) % self.size.accounts)
        time_us = self._time()
        self._made += 1
        return PastOrder(order_id(time_us, self._made), account, symbol, side, quantity, price, status, time_us, [])

    def _pair(self, slices: int) -> tuple[list[PastOrder], list[PastTrade]]:
        first = self._order(self._random.choice(("buy", "sell")), "filled")
        second = self._order("sell" if first.side == "buy" else "buy", "filled", first)
        buy, sell = (first, second) if first.side == "buy" else (second, first)
        number = (ord(first.symbol[4]) - 65) * 26 + ord(first.symbol[5]) - 65
        lots, trades = first.quantity // UNIT, []
        for at in range(slices):
            quantity = (lots * (at + 1) // slices - lots * at // slices) * UNIT
            self._seqs[number] += 1
            time_us = second.time_us + at + 1
            trade = log_id("T", time_us, number, self._seqs[number], 0)
            trades.append(PastTrade(trade, self._seqs[number], first.symbol, quantity, first.price, buy, sell, first.side, time_us))
            for order in (first, second):
                order.fills.append((trade, quantity, first.price, time_us, order is first))
        return [first, second], trades
