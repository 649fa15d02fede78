"""When a quote may become a price. Quotes are kept as they came; only good, fresh ones reach bands, marks and the liquidity provider."""

from dataclasses import dataclass
from enum import StrEnum

from schemas.units import ONE

STALE_AFTER = 30_000_000
"""Age in microseconds, from the moment the broker got the quote, beyond which it says nothing about the present."""
DEFAULT_JUMP = ONE // 5
"""How far a middle may move from the last good one at once, as a fraction in 1e-8, unless the instrument says otherwise: a fifth."""
CONFIRMED_BY = 3
"""So many quotes that agree with each other make a jump true, once they have done so for `CONFIRMED_AFTER`."""
CONFIRMED_AFTER = 1_000_000
"""Microseconds; a burst from a feed gone wild is over before."""


class Quality(StrEnum):
    """What a pair of bid and ask is worth."""

    GOOD = "good"
    LOCKED = "locked"
    CROSSED = "crossed"
    ZERO = "zero"
    ABSURD = "absurd"


_GOOD, _ABSURD = Quality.GOOD, Quality.ABSURD


def quality(bid: int, ask: int) -> Quality:
    """What a pair is worth by itself: zero when a side is missing (not above 0), crossed when bid > ask, locked when equal, else good."""
    if bid <= 0 or ask <= 0:
        return Quality.ZERO
    if bid < ask:
        return Quality.GOOD
    return Quality.LOCKED if bid == ask else Quality.CROSSED


def is_good(bid: int, ask: int) -> bool:
    """Whether both sides are there and the ask is above the bid."""
    return 0 < bid < ask


@dataclass(slots=True)
class Judge:
    """Judges the quotes of one symbol in the order of the topic: every reader of the topic comes to the same verdicts.

    A pair that is good by itself is absurd when its middle is further from the last good one than `jump` allows, while that one is of the
    same feed and not stale. A market that has really moved is believed when `CONFIRMED_BY` such pairs, each within `jump` of the one
    before, have come over `CONFIRMED_AFTER`, and at the latest when the last good one is stale: nobody is locked out for longer.
    `twice` is bid and ask of the last good quote together (0: none), `doubted` of the last absurd one. Times are the broker's.
    """

    twice: int = 0
    at: int = 0
    source: str = ""
    doubted: int = 0
    doubts: int = 0
    doubted_since: int = 0

    def judge(self, bid: int, ask: int, source: str, received: int, jump: int = DEFAULT_JUMP) -> Quality:
        """The quality of the next quote; a good one is what the next are compared with."""
        if not 0 < bid < ask:
            return quality(bid, ask)
        twice, before = bid + ask, self.twice
        if (
            abs(twice - before) * ONE > jump * before > 0  # written out: asked of every row
            and source == self.source
            and received - self.at <= STALE_AFTER
            and not self._confirmed(twice, received, jump)
        ):
            return _ABSURD
        self.twice, self.at, self.source, self.doubts = twice, received, source, 0
        return _GOOD

    def _confirmed(self, twice: int, received: int, jump: int) -> bool:
        if self.doubts and not _far(twice, self.doubted, jump):
            self.doubts += 1
        else:
            self.doubts, self.doubted_since = 1, received
        self.doubted = twice
        return self.doubts >= CONFIRMED_BY and received - self.doubted_since >= CONFIRMED_AFTER


def _far(twice: int, before: int, jump: int) -> bool:
    return abs(twice - before) * ONE > jump * before


def mid(bid: int, ask: int) -> int:
    """The middle of bid and ask in 1e-8, rounded down to the unit."""
    return (bid + ask) // 2


def is_stale(received: int, now: int) -> bool:
    """Whether a quote the broker got at `received` is too old at `now` (microseconds)."""
    return now - received > STALE_AFTER
