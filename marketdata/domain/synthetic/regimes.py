"""The numbers a synthetic market is made of, each with what it was taken from.

"Equities" is the file of the first 25 minutes of IBM, BAC and AIG, "EURUSD" the one across a press conference (docs/synthetic.md compares).
A step is one row of each symbol; the numbers are meant for five steps a second.
"""

from dataclasses import dataclass

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Regime:
    """How a market behaves in a step: moves in parts per million of the price, chances in a million."""

    common_ppm: int
    """Standard deviation of what moves every symbol of a group alike."""
    own_ppm: int
    """Standard deviation of a symbol's own move, which comes only with an event."""
    drift_ppm: int
    pull_ppm: int
    """Share of the distance to the reference price taken back: 0 lets the price wander."""
    moves: int
    """Chance that the price moves of itself and the quote is looked at, before excitement."""
    trades: int
    """Chance of a print, before excitement."""
    jumps: int
    """Share of the moves that are `JUMP` times as large."""
    spread_ppm: int
    """Mean of the spread wanted, before rounding up to a tick and before excitement."""
    depth_percent: int
    """Sizes of the quote against the usual."""
    buys: int
    """Share of the parent orders that buy."""


REGIMES = {
    "calm": Regime(8, 15, 0, 400, 50_000, 70_000, 20_000, 90, 100, 500_000),
    "trend": Regime(14, 22, 3, 0, 60_000, 100_000, 20_000, 120, 90, 600_000),
    "volatile": Regime(45, 56, 0, 100, 80_000, 180_000, 30_000, 420, 60, 500_000),
    "open": Regime(24, 30, 0, 0, 60_000, 180_000, 30_000, 350, 80, 520_000),
    "crash": Regime(150, 90, -60, 0, 130_000, 280_000, 40_000, 900, 25, 300_000),
}
"""`open` is fitted to the equities, an opening, and has EURUSD as wild as its file; the others lie around it by judgment."""

JUMP = 6


@dataclass(frozen=True, slots=True)
class Group:
    """Instruments that move together, against the numbers of a regime (percent)."""

    moves: int
    spread: int


GROUPS = {"EQUITY": Group(100, 100), "FX": Group(45, 5)}
"""EURUSD moved half as much in a second as the equities, its spread was 13 millionths. Another group is as the first."""

KICK, FADE = 30_000, 3
BURST, BURST_FADE, BURSTS = 400_000, 5, 20_000
"""Excitement: each event adds `KICK` to the chances of the next, of which an eighth fades in a step; some events (`BURSTS` in a million)
begin a burst, of which a 32nd fades. Each of the two brings on a quarter of an event of either kind.

Equities: the variance of prints in 5 s is 16 to 64 times their mean; with one print in a step at most it cannot be more than about 5.
"""
NEWS, NEWS_FADE, NEWS_CHANCE = 2_000_000, 5, 6_000
"""News of a group: with this chance in a step its common moves grow threefold, and fade as a burst does."""

SPREAD_PERCENT = (
    11, 22, 34, 34, 45, 45, 56, 56, 56, 67, 67, 67, 78, 78, 78, 78,
    89, 89, 101, 101, 112, 112, 123, 123, 134, 145, 157, 168, 179, 201, 235, 268,
)  # fmt: skip
"""Spreads against their mean, 32 equal shares: IBM, the one symbol of the equities whose spread is wider than its tick."""
RESPREAD = 200_000
"""Chance that a spread is drawn anew with an event: in between it lasts."""

DEPTH_PERCENT = (
    17, 17, 17, 33, 50, 50, 67, 67, 67, 67, 83, 83, 83, 100, 100, 100,
    100, 117, 117, 133, 133, 150, 150, 167, 167, 183, 183, 200, 217, 250, 350, 917,
)  # fmt: skip
"""Sizes of a quote against their median, 32 equal shares: AIG."""
DEEPEST_LOTS, DEEPEST_TICK_PPM = 350, 720
"""Round lots usual where a tick is so much of the price (BAC). They grow with the cube of its share: AIG (200) has 6, IBM (55) 2."""
RESIZE = 300_000
"""Chance that a size of the quote changes without an event."""

TRADE_LOTS = (
    (1, 644), (2, 126), (3, 62), (4, 44), (5, 28), (6, 16), (7, 13), (8, 12), (9, 8), (10, 18), (12, 9), (15, 8),
    (20, 10), (25, 5), (30, 5), (40, 4), (50, 4), (60, 2), (80, 2), (100, 2), (200, 1), (300, 1),
)  # fmt: skip
"""Round lots of a print and how many in 1,024: the equities, each symbol with equal weight, odd lots counted as one."""

PARENT_GOES_ON = 360
"""Chance in 1,000 that a parent order is twice as long: its length has a tail of power 1.5, so signs of prints stay alike for long."""
LONGEST_PARENT = 7
"""At most 2 to this power prints."""
NOISE = 120_000
"""Prints that belong to no parent order; equities: signs a print apart agree with a correlation of 0.45 to 0.74."""

ROUND_TICKS = 5
"""A quote on a multiple of this many ticks is left later than another. Equities: 24 to 28 % of prints there, 20 % without a liking."""
