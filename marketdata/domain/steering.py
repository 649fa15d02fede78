"""What people may do to a replay in which state. A table: what is not in it is refused."""

from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple


class ReplayState(StrEnum):
    """Where a replay is in its life. `interrupted` is never stored: it is a live state whose process is gone."""

    WAITING = "waiting"
    CHECKING = "checking"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


class Control(StrEnum):
    """What a person asks of a replay."""

    PAUSE = "pause"
    RESUME = "resume"
    SPEED = "speed"
    SEEK = "seek"
    STOP = "stop"


class Wanted(StrEnum):
    """What a running replay is to do."""

    RUN = "run"
    PAUSE = "pause"
    STOP = "stop"


class Wish(NamedTuple):
    """What a running feed hears: `speed` a multiple of the file's pace or None for as fast as possible, `seek` a time of the file
    (microseconds) to go on from.
    """

    speed: Fraction | None
    held: bool = False
    stop: bool = False
    seek: int | None = None


LIVE = frozenset({ReplayState.CHECKING, ReplayState.RUNNING, ReplayState.PAUSED})
"""States in which some process works at it."""
UNFINISHED = LIVE | {ReplayState.WAITING, ReplayState.STOPPED, ReplayState.FAILED}
"""States from which the rest of the file can still be sent."""

_ALIVE = frozenset({Control.SPEED, Control.SEEK, Control.STOP})
_RESTING = frozenset({Control.RESUME, Control.SPEED, Control.SEEK})
OFFERED: dict[ReplayState, frozenset[Control]] = {
    ReplayState.WAITING: frozenset({Control.SPEED, Control.STOP}),
    ReplayState.CHECKING: frozenset({Control.PAUSE, Control.SPEED, Control.STOP}),
    ReplayState.RUNNING: _ALIVE | {Control.PAUSE},
    ReplayState.PAUSED: _ALIVE | {Control.RESUME},
    ReplayState.INTERRUPTED: _RESTING | {Control.STOP},
    ReplayState.STOPPED: _RESTING,
    ReplayState.FAILED: _RESTING,
    ReplayState.FINISHED: frozenset(),
}
"""`resume` of what no process works at is heard by the replay worker, which goes on from where it ended."""
