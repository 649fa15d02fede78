"""What the process that sends a replay writes of it: its beginning, where it stands, its end."""

from collections.abc import Callable, Collection
from datetime import datetime
from fractions import Fraction
from typing import NamedTuple

from django.db import transaction

from marketdata.domain.steering import LIVE, UNFINISHED, ReplayState, Wanted, Wish
from marketdata.models import QuoteReplay
from marketdata.selectors.replays import is_alive, same_file
from oms_site.infra.audit import services as audit
from oms_site.infra.errors import Conflict

CHAIN = "replays"


class AlreadyReplayed(Conflict):
    """The same text, for the same symbols, came to its end before."""


class ReplayBusy(Conflict):
    """Another living process works at this replay."""


class ReplayLost(Conflict):
    """Another process has taken this replay over."""


class Found(NamedTuple):
    """What the check of a file said (`marketdata.replay.validation`)."""

    digest: str
    total: int
    first_time: int
    last_time: int


class Place(NamedTuple):
    """Where a replay stands: see `QuoteReplay`."""

    part: int
    line: int
    rows: int
    time: int
    sent: int
    rate: int = 0
    safe: bool = True
    """Whether nothing behind `line` is on the topic."""


def speed_of(text: str) -> Fraction | None:
    """A stored speed as a multiple of the file's pace; None for as fast as possible."""
    return None if text == "max" else Fraction(text)


def replay_open(
    *,
    path: str,
    found: Found,
    symbols: Collection[str],
    speed: str,
    loop: bool,
    skip_bad: bool,
    again: bool,
    holder: str,
    lives: Callable[[str], bool],
    now: datetime,
) -> QuoteReplay:
    """The row of a replay that a command begins, held by it: the unfinished one of the same text and symbols, else a new one.

    Raises `AlreadyReplayed` unless `again` or `loop`, `ReplayBusy`.
    """
    with transaction.atomic():
        earlier = None if again else same_file(found.digest, symbols, lock=True)
        if earlier is not None and earlier.state in UNFINISHED:
            if earlier.state in LIVE and earlier.holder != holder and is_alive(earlier, now, lives):
                raise ReplayBusy(f"replay {earlier.pk} of the same file runs: {earlier.holder}; stop it, or wait until it has ended")
            row, action = earlier, "replay_continued"
        else:
            _refuse_repeat(earlier, loop=loop)
            row, action = QuoteReplay(symbols=sorted(symbols), again=again, created_at=now, safe_at=now), "replay_started"
        row.path, row.speed, row.loop, row.skip_bad, row.by_worker = path, speed, loop, skip_bad, False
        row.wanted = Wanted.RUN
        _hold(row, found, holder, now)
        _told(row, action, now)
    return row


def replay_refuse_repeat(*, digest: str, symbols: Collection[str], again: bool, loop: bool) -> None:
    """Raise `AlreadyReplayed` where `replay_open` would, before anything is claimed for it."""
    _refuse_repeat(None if again else same_file(digest, symbols), loop=loop)


def _refuse_repeat(earlier: QuoteReplay | None, *, loop: bool) -> None:
    if earlier is not None and earlier.state == ReplayState.FINISHED and not loop:
        raise AlreadyReplayed(f"the same file was replayed before, as replay {earlier.pk} on {earlier.ended_at:%Y-%m-%d %H:%M} UTC")


def replay_checked(*, replay: int, found: Found, holder: str, now: datetime) -> QuoteReplay:
    """The file of a replay that was asked for has been checked: it may be sent. Raises `AlreadyReplayed`, `ReplayLost`."""
    with transaction.atomic():
        row = _held(replay, holder)
        if row.digest and row.digest != found.digest:
            raise Conflict("the file is another one than when this replay began: start a new one")
        earlier = same_file(found.digest, row.symbols, lock=True, but=row.pk)
        if earlier is not None and not row.digest and not row.again and not row.loop:
            how = "begun" if earlier.state in UNFINISHED else "replayed"
            raise AlreadyReplayed(f"the same file was {how} before, as replay {earlier.pk}: resume that one, or start it with 'again'")
        _hold(row, found, holder, now)
    return row


def _hold(row: QuoteReplay, found: Found, holder: str, now: datetime) -> None:
    row.digest, row.total, row.first_time, row.last_time = found
    row.holder, row.beat_at, row.ended_at, row.message = holder, now, None, ""
    row.state = ReplayState.PAUSED if row.wanted == Wanted.PAUSE else ReplayState.RUNNING
    row.save()


def _told(row: QuoteReplay, action: str, now: datetime) -> None:
    detail = {"file": row.path, "sha256": row.digest, "symbols": row.symbols, "speed": row.speed, "behind_line": row.line}
    audit.record(chain=CHAIN, actor=None, action=action, object_type="replay", object_id=str(row.pk), detail=detail, request_id="", now=now)


def replay_beat(*, replay: int, holder: str, place: Place, now: datetime, jumped: int | None = None) -> Wish:
    """Tell where it stands; what is wanted of it. `jumped` is the seek that has been carried out. Raises `ReplayLost`."""
    with transaction.atomic():
        row = _held(replay, holder)
        row.part, row.line, row.rows, row.time, row.sent, row.rate, safe = place
        row.beat_at, row.safe_at = now, now if safe else row.safe_at
        if jumped is not None and row.seek_to == jumped:
            row.seek_to = None
        row.heard = row.asked
        row.state = ReplayState.PAUSED if row.wanted == Wanted.PAUSE else ReplayState.RUNNING
        row.save(update_fields=["part", "line", "rows", "time", "sent", "rate", "beat_at", "safe_at", "seek_to", "heard", "state"])
    return Wish(speed_of(row.speed), held=row.wanted == Wanted.PAUSE, stop=row.wanted == Wanted.STOP, seek=row.seek_to)


def replay_end(*, replay: int, holder: str, state: ReplayState, now: datetime, message: str = "") -> None:
    """No process works at it any more. `WAITING` gives it to the next run of the replay worker. One that was taken over is left alone."""
    with transaction.atomic():
        row = QuoteReplay.objects.select_for_update().filter(pk=replay, holder=holder).first()
        if row is None:
            return
        row.state, row.holder, row.message, row.beat_at, row.rate = state, "", message, now, 0
        row.ended_at = None if state is ReplayState.WAITING else now
        row.heard = row.asked
        row.save(update_fields=["state", "holder", "message", "beat_at", "ended_at", "rate", "heard"])


def replay_next(*, holder: str, lives: Callable[[str], bool], now: datetime) -> QuoteReplay | None:
    """The replay the worker does next, held by it and being checked: the oldest that waits, or whose earlier run of the worker is gone."""
    with transaction.atomic():
        rows = QuoteReplay.objects.select_for_update(skip_locked=True).filter(by_worker=True, state__in=[*LIVE, ReplayState.WAITING])
        for row in rows.order_by("pk"):
            if row.state == ReplayState.WAITING or not is_alive(row, now, lives):
                row.state, row.holder, row.beat_at, row.message = ReplayState.CHECKING, holder, now, ""
                row.save(update_fields=["state", "holder", "beat_at", "message"])
                return row
    return None


def replay_checking(*, replay: int, holder: str, now: datetime) -> bool:
    """The check of its file goes on: False when somebody wants it stopped. Raises `ReplayLost`."""
    with transaction.atomic():
        row = _held(replay, holder)
        row.beat_at, row.heard = now, row.asked
        row.save(update_fields=["beat_at", "heard"])
    return row.wanted != Wanted.STOP


def _held(replay: int, holder: str) -> QuoteReplay:
    row = QuoteReplay.objects.select_for_update().filter(pk=replay, holder=holder).first()
    if row is None:
        raise ReplayLost(f"replay {replay} was taken over by another process")
    return row
