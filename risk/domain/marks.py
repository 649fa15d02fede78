"""The reference of the day, symbol by symbol, as the fills a partition sees tell it: the last auction's price, else the last close."""

from typing import Any, NamedTuple

from risk.domain.days import day_of
from schemas.enums import ExecType, Liquidity
from schemas.messages import Execution

_TRADE, _AUCTION = ExecType.TRADE.value, Liquidity.AUCTION.value


class Mark(NamedTuple):
    """Price of the last fill and its UTC day, and the price that was fixed last: by an auction, or as the last one of an earlier day."""

    day: str
    last: int
    fixed: int | None


class Marks:
    """What has been traded at lately. A partition sees the fills of its own accounts; each fill is told, so every replay marks alike."""

    def __init__(self) -> None:
        self._marks: dict[str, Mark] = {}

    def take(self, execution: Execution) -> None:
        """Take a record; only a trade moves a mark, and a bust leaves it."""
        price = execution.last_price
        if execution.type != _TRADE or not price:
            return
        day = day_of(execution.time)
        mark = self._marks.get(execution.symbol)
        fixed = None if mark is None else mark.fixed if mark.day >= day else mark.last
        if execution.liquidity == _AUCTION:
            fixed = price
        self._marks[execution.symbol] = Mark(day, price, fixed)

    def reference(self, symbol: str, moment: int) -> int | None:
        """The reference of the day of a moment (microseconds); None where nothing has been fixed yet."""
        mark = self._marks.get(symbol)
        if mark is None:
            return None
        return mark.fixed if mark.day >= day_of(moment) else mark.last

    def dump(self) -> dict[str, list[Any]]:
        """The marks as values JSON can hold, sorted."""
        return {symbol: list(mark) for symbol, mark in sorted(self._marks.items())}

    def restore(self, state: dict[str, list[Any]]) -> None:
        """Replace everything by what was dumped."""
        self._marks = {symbol: Mark(*row) for symbol, row in state.items()}
