"""What the past is made of. Numbers are integers of 1e-8, times microseconds since the epoch."""

from dataclasses import dataclass


@dataclass(slots=True)
class PastOrder:
    """An order as it ended, and its fills as (trade id, quantity, price, time, maker)."""

    id: str
    account: str
    symbol: str
    side: str
    quantity: int
    price: int
    status: str
    time_us: int
    fills: list[tuple[str, int, int, int, bool]]

    @property
    def filled(self) -> int:
        """Sum of the fills."""
        return sum(fill[1] for fill in self.fills)


@dataclass(frozen=True, slots=True)
class PastTrade:
    """A match of a pair."""

    id: str
    seq: int
    symbol: str
    quantity: int
    price: int
    buy: PastOrder
    sell: PastOrder
    maker_side: str
    time_us: int
