"""Reads of replays: whether somebody works at one, the earlier one of a file, and where it stands as people see it."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from marketdata.domain.steering import LIVE, ReplayState
from marketdata.models import QuoteReplay
from marketdata.selectors.times import from_microseconds

SILENT_SECONDS = 15
"""A process that told nothing for so long is gone."""


def is_alive(row: QuoteReplay, now: datetime, lives: Callable[[str], bool] = bool) -> bool:
    """Whether a process works at it: it has told so lately, and `lives` does not know it to be gone."""
    return row.state in LIVE and now - row.beat_at < timedelta(seconds=SILENT_SECONDS) and lives(row.holder)


def shown_state(row: QuoteReplay, now: datetime, lives: Callable[[str], bool] = bool) -> ReplayState:
    """The state as people see it: a live one whose process is gone is interrupted."""
    return ReplayState.INTERRUPTED if row.state in LIVE and not is_alive(row, now, lives) else ReplayState(row.state)


def same_file(digest: str, symbols: Collection[str], *, lock: bool = False, but: int | None = None) -> QuoteReplay | None:
    """The latest replay of this text and these symbols (none: all), whether it came to its end or not."""
    rows = QuoteReplay.objects.filter(digest=digest, symbols=sorted(symbols))
    others = rows if but is None else rows.exclude(pk=but)
    return (others.select_for_update() if lock else others).order_by("-pk").first()


def replays_recent(number: int = 20) -> list[QuoteReplay]:
    """The latest replays, newest first."""
    return list(QuoteReplay.objects.order_by("-pk")[:number])


def seconds_left(row: QuoteReplay) -> int | None:
    """How long it will take to the end of the file at the speed it has; None while that cannot be told."""
    if row.state != ReplayState.RUNNING:
        return None
    if row.speed == "max":
        return max(0, row.total - row.rows) // row.rate if row.rate else None
    return int(max(0, row.last_time - (row.time or row.first_time)) / Fraction(row.speed)) // 1_000_000


def replay_object(row: QuoteReplay, now: datetime, lives: Callable[[str], bool] = bool) -> dict[str, Any]:
    """A replay as a program reads it."""
    return {
        "replay": row.pk,
        "file": row.path,
        "symbols": row.symbols,
        "state": shown_state(row, now, lives).value,
        "speed": row.speed,
        "rows": row.rows,
        "total": row.total,
        "sent": row.sent,
        "rate": row.rate,
        "seconds_left": seconds_left(row),
        "position": from_microseconds(row.time).isoformat() if row.time else None,
        "message": row.message,
    }
