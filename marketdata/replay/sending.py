"""The way of a checked file into the topic, from where it was left: each record says which row it is, so none is sent twice."""

from collections.abc import Callable, Iterator

from marketdata.domain.steering import Wish
from marketdata.domain.tape import Good
from marketdata.models import QuoteReplay
from marketdata.publishing import TopicWriter
from marketdata.replay.feed import BATCH, Clock, QuoteFeed
from marketdata.replay.origin import Origin, headers_of
from marketdata.replay.reading import QuoteRows
from marketdata.replay.steering import Steering
from marketdata.replay.validation import Findings
from marketdata.services import speed_of
from oms_site.infra import metrics


class Sending:
    """One process' part of a replay. `alive` is called every few hundred rows and a few times a second."""

    def __init__(
        self,
        *,
        rows: QuoteRows,
        found: Findings,
        row: QuoteReplay,
        steering: Steering,
        writer: TopicWriter,
        clock: Clock,
        alive: Callable[[], None],
    ) -> None:
        self._rows = rows
        self._found = found
        self._row = row
        self._steering = steering
        self._writer = writer
        self._clock = clock
        self._alive = alive
        self._under_way = 0
        self._last: Good | None = None
        self._feed: QuoteFeed[Good] = QuoteFeed(send=self._send, alive=self._beat, clock=clock, speed=speed_of(row.speed))

    @property
    def sent(self) -> int:
        """Rows sent by this process."""
        return self._feed.sent

    def run(self, already: frozenset[int]) -> bool:
        """Send what is left, but the lines that are `already` there; False when stopped before the end."""
        self._feed.hear()
        after = self._row.line
        while True:
            whole = self._feed.run(self._left(after, already))
            already = frozenset()
            if self._feed.seek is not None and not self._steering.stopped:
                after = self._jump(self._feed.seek)
            elif whole and self._row.loop:
                after = 1
                self._steering.jumped(line=1, rows=0, time_=0)
            else:
                return whole

    def _left(self, after: int, already: frozenset[int]) -> Iterator[Good]:
        for row in self._rows.good(after, alive=self._feed.hear, ended=lambda: self._feed.ended):
            if row.line in already:
                self._steering.passed(1)
            else:
                yield row

    def _jump(self, time: int) -> int:
        place = self._rows.place_at(time, self._found, alive=self._alive, ended=self._clock.stopping)
        self._steering.jumped(line=place.line, rows=place.rows, time_=time, seek=time)
        return place.line

    def _send(self, batch: list[Good]) -> None:
        replay, part = self._row.pk, self._steering.place.part
        headers = [headers_of(Origin(replay, part, row.line)) for row in batch]
        if self._under_way >= BATCH:
            self._settle()
        self._writer.post([row.quote for row in batch], headers)
        self._under_way += len(batch)
        self._last = batch[-1]

    def _settle(self) -> None:
        """Wait for the broker: a row that is due in between is not held up by the one before it, and what is told is all there is."""
        if self._last is not None:
            self._writer.settle()
            self._steering.sent_up_to(self._last.line, self._last.time, self._under_way)
            metrics.REPLAY_ROWS.inc(self._under_way)
            self._under_way, self._last = 0, None

    def _beat(self, sent: int) -> Wish:
        self._settle()
        self._alive()
        return self._steering.beat()
