"""What is kept of a symbol's quotes: the newest row, the newest good one beside it, and how many of each quality there were. Pure."""

from dataclasses import dataclass, field

from marketdata.domain.quality import DEFAULT_JUMP, STALE_AFTER, Judge, Quality
from schemas.messages import Quote

BAD = (Quality.LOCKED, Quality.CROSSED, Quality.ZERO, Quality.ABSURD)
"""Every quality but the good one."""
_GOOD = Quality.GOOD


@dataclass(slots=True)
class Newest:
    """One symbol, from what was known on. `received` is when the broker got the newest row (microseconds, 0: none yet), `good` the newest
    good row taken here. `rows`, `bad` and `silences` count rows taken here; a silence is a newest row that had become stale before the
    next one came.
    """

    judge: Judge = field(default_factory=Judge)
    received: int = 0
    rows: int = 0
    silences: int = 0
    bad: dict[Quality, int] = field(default_factory=lambda: dict.fromkeys(BAD, 0))
    row: Quote | None = None
    quality: Quality = Quality.ZERO
    good: Quote | None = None

    def take(self, row: Quote, received: int, jump: int = DEFAULT_JUMP) -> None:
        """The next row, in the order of the topic."""
        if received - self.received > STALE_AFTER and self.received:
            self.silences += 1
        self.rows += 1
        self.row, self.received = row, received
        self.quality = worth = self.judge.judge(row.bid, row.ask, row.source, received, jump)
        if worth is _GOOD:
            self.good = row
        else:
            self.bad[worth] += 1
