"""Who trades how much, and how much is on offer: signs of prints, their sizes, spreads and depth."""

from random import Random

from marketdata.domain.synthetic import regimes
from marketdata.domain.synthetic.regimes import MILLION

_LOTS = tuple(lots for lots, share in regimes.TRADE_LOTS for _ in range(share))
_GOES_ON = regimes.PARENT_GOES_ON * 1_024 // 1_000


class Flow:
    """Parent orders of heavy-tailed length, one at a time, cut into prints; and prints in between that belong to none."""

    __slots__ = ("_buying", "_chance", "_left")

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._buying = True
        self._left = 0

    def buys(self, share: int) -> bool:
        """Whether the next print takes the ask; `share` of the parents buy, in a million."""
        bits = self._chance.getrandbits(40)
        side = (bits & 0xFFFFF) * MILLION >> 20 < share
        if (bits >> 20) * MILLION >> 20 < regimes.NOISE:
            return side
        if self._left == 0:
            self._buying = side
            self._left = self._length()
        self._left -= 1
        return self._buying

    def _length(self) -> int:
        doubled = 0
        while doubled < regimes.LONGEST_PARENT and self._chance.getrandbits(10) < _GOES_ON:
            doubled += 1
        return (1 << doubled) + (self._chance.getrandbits(doubled) if doubled else 0)


def trade_lots(chance: Random) -> int:
    """Round lots of a print."""
    return _LOTS[chance.getrandbits(10)]


def spread_ticks(chance: Random, wanted: int, tick: int) -> int:
    """Whole ticks of a spread, at least one, drawn around `wanted` (in hundredths of what `tick` is in), rounded down."""
    hundredths = wanted * regimes.SPREAD_PERCENT[chance.getrandbits(5)] // 100
    return max(1, hundredths // (100 * tick))


def depth(tick_ppm: int) -> int:
    """Round lots usual at the best price, in hundredths, by the tick's share of the price in millionths."""
    cube = regimes.DEEPEST_LOTS * 100 * tick_ppm**3 // regimes.DEEPEST_TICK_PPM**3
    return 200 + min(cube, 100 * regimes.DEEPEST_LOTS)
