"""When a quote may become a price. Quotes are kept as they came; only good, fresh ones reach bands, marks and the liquidity provider."""

from enum import StrEnum

STALE_AFTER = 30_000_000
"""Age in microseconds, from the moment the broker got the quote, beyond which it says nothing about the present."""


class Quality(StrEnum):
    """What a pair of bid and ask is worth."""

    GOOD = "good"
    LOCKED = "locked"
    CROSSED = "crossed"
    ZERO = "zero"


def quality(bid: int, ask: int) -> Quality:
    """The rule: zero when a side is missing (not above 0), crossed when bid > ask, locked when they are equal, else good."""
    if bid <= 0 or ask <= 0:
        return Quality.ZERO
    if bid < ask:
        return Quality.GOOD
    return Quality.LOCKED if bid == ask else Quality.CROSSED


def is_good(bid: int, ask: int) -> bool:
    """Whether both sides are there and the ask is above the bid."""
    return 0 < bid < ask


def mid(bid: int, ask: int) -> int:
    """The middle of bid and ask in 1e-8, rounded down to the unit."""
    return (bid + ask) // 2


def is_stale(received: int, now: int) -> bool:
    """Whether a quote the broker got at `received` is too old at `now` (microseconds)."""
    return now - received > STALE_AFTER
