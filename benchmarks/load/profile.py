"""What is sent when: pure, so that a test can look at it. A fixed pattern, no randomness: two runs send the same."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Literal, NamedTuple

Kind = Literal["rest", "take", "cancel", "list"]
PATTERN: tuple[Kind, ...] = ("rest", "take", "rest", "cancel", "rest", "take", "rest", "cancel", "rest", "list")
"""Of ten requests five leave an order in the book, two trade at once, two cancel one that rests, one reads."""
SYMBOLS = ("IBM", "BAC", "AIG")
AWAY = Decimal("0.02")


class Arrival(NamedTuple):
    """One request: its number, when it must leave (seconds after the beginning), and what it is."""

    number: int
    at: float
    kind: Kind
    trader: int
    symbol: str


def arrivals(rate: int, seconds: int) -> Iterator[Arrival]:
    """Evenly spaced, alternating between two traders."""
    for number in range(rate * seconds):
        yield Arrival(number, number / rate, PATTERN[number % len(PATTERN)], number // len(PATTERN) % 2, SYMBOLS[number % len(SYMBOLS)])


def order(account: str, arrival: Arrival, bid: Decimal, ask: Decimal) -> dict[str, str]:
    """A limit order that rests 2 % away from the market, or one that crosses the spread by 0.5 %."""
    side = "buy" if arrival.number // len(PATTERN) % 4 < 2 else "sell"
    near = AWAY if arrival.kind == "rest" else -AWAY / 4
    price = bid * (1 - near) if side == "buy" else ask * (1 + near)
    return {
        "account": account,
        "symbol": arrival.symbol,
        "side": side,
        "type": "limit",
        "tif": "day" if arrival.kind == "rest" else "ioc",
        "quantity": "10",
        "price": str(price.quantize(Decimal("0.01"))),
    }
