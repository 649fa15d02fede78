"""A running replay's line to the people who watch and steer it: its row in PostgreSQL, a few times a second."""

import time
from collections.abc import Callable

from django.utils import timezone

from marketdata import services
from marketdata.domain.steering import ReplayState, Wish
from marketdata.models import QuoteReplay
from marketdata.replay.holder import this_holder

BEAT_SECONDS = 0.4
"""How often it tells where it is and hears what is wanted: what is asked takes effect within a second."""


class Checking:
    """The same line while the file of a replay is checked."""

    def __init__(self, row: QuoteReplay) -> None:
        self._replay = row.pk
        self._told = 0.0
        self._wanted = True

    def __call__(self) -> bool:
        """Tell, when it is time; False when the check is to stop."""
        if time.monotonic() - self._told >= BEAT_SECONDS:
            self._told = time.monotonic()
            self._wanted = services.replay_checking(replay=self._replay, holder=this_holder(), now=timezone.now())
        return self._wanted


class Steering:
    """Where a replay stands. `sent_up_to` moves it, `jumped` sets it elsewhere, `beat` tells it and returns what is wanted.

    `held` says that it must stand still though nobody asked for that. Raises `ReplayLost` when another process took the replay over.
    """

    def __init__(self, row: QuoteReplay, *, barrier: int = 0, held: Callable[[], bool] = lambda: False) -> None:
        """`barrier` is the last line that an earlier process of this replay has sent and not told."""
        self._replay = row.pk
        self._holder = this_holder()
        self._held = held
        self._barrier = barrier
        self.place = services.Place(row.part, row.line, row.rows, row.time, row.sent)
        self._wish = Wish(services.speed_of(row.speed))
        self._told = 0.0
        self._told_sent = row.sent

    def sent_up_to(self, line: int, time_: int, rows: int) -> None:
        """`rows` more rows are on the topic, the last of them of this line and time."""
        place = self.place
        self.place = place._replace(line=line, time=time_, rows=place.rows + rows, sent=place.sent + rows)

    def passed(self, rows: int) -> None:
        """So many rows had been sent before."""
        self.place = self.place._replace(rows=self.place.rows + rows)

    def jumped(self, *, line: int, rows: int, time_: int, seek: int | None = None) -> None:
        """It goes on behind this line, from where `rows` rows lie before; said at once. `seek` is what was asked for."""
        self.place = self.place._replace(part=self.place.part + 1, line=line, rows=rows, time=time_)
        self._barrier = 0
        self._tell(seek)

    def beat(self) -> Wish:
        """Tell and hear, when it is time."""
        if time.monotonic() - self._told >= BEAT_SECONDS:
            self._tell(None)
        return self._wish._replace(held=self._wish.held or self._held())

    def end(self, state: ReplayState, message: str = "") -> None:
        """No process works at it any more."""
        self._tell(None)
        services.replay_end(replay=self._replay, holder=self._holder, state=state, message=message, now=timezone.now())

    @property
    def stopped(self) -> bool:
        """Whether somebody has asked for the end."""
        return self._wish.stop

    def _tell(self, jumped: int | None) -> None:
        now, sent = time.monotonic(), self.place.sent
        rate = round((sent - self._told_sent) / (now - self._told)) if self._told else 0
        self._told, self._told_sent = now, sent
        place = self.place._replace(rate=max(0, rate), safe=self.place.line >= self._barrier)
        self._wish = services.replay_beat(replay=self._replay, holder=self._holder, place=place, now=timezone.now(), jumped=jumped)
