"""What is kept of a symbol's quotes: the newest row, the newest good one beside it, and how many of each quality there were. Pure."""

from dataclasses import dataclass, field

from marketdata.domain.quality import DEFAULT_JUMP, Judge, Quality, is_stale
from schemas.messages import Quote


@dataclass(slots=True)
class Newest:
    """One symbol, from what was known on. `received` is when the broker got the newest row (microseconds, 0: none yet), `good` the newest
    good row taken here. `counts` and `silences` are of the rows taken here; a silence is a newest row that had become stale before the
    next one came.
    """

    judge: Judge = field(default_factory=Judge)
    received: int = 0
    silences: int = 0
    counts: dict[Quality, int] = field(default_factory=lambda: dict.fromkeys(Quality, 0))
    row: Quote | None = None
    quality: Quality = Quality.ZERO
    good: Quote | None = None

    def take(self, row: Quote, received: int, jump: int = DEFAULT_JUMP) -> None:
        """The next row, in the order of the topic."""
        if self.received and is_stale(self.received, received):
            self.silences += 1
        worth = self.judge.judge(row.bid, row.ask, row.source, received, jump)
        self.counts[worth] += 1
        self.row, self.received, self.quality = row, received, worth
        if worth is Quality.GOOD:
            self.good = row
