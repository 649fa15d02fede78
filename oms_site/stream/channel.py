"""What a channel of the stream is."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

Numbered = tuple[int, Any]
"""A sequence and the data as of it."""


class Scope(Enum):
    """What a channel's key names, and with it who may follow: an instrument, or `SYMBOL:INTERVAL` (all), an account (who may see it), the
    desk (its roles).
    """

    SYMBOL = "instrument"
    BARS = "instrument and interval"
    ACCOUNT = "account"
    DESK = "desk"


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel. `snapshots(keys)` gives the state of each key now. `since(key, from_seq)` gives the frames from a sequence on, in
    order; without it a resume is a snapshot.

    `heads(keys)` tells the newest sequence in PostgreSQL: what was lost on the way is noticed by it.
    """

    name: str
    scope: Scope
    snapshots: Callable[[Collection[str]], Mapping[str, Numbered]]
    heads: Callable[[Collection[str]], Mapping[str, int]]
    since: Callable[[str, int], list[Numbered]] | None = None

    @property
    def conflated(self) -> bool:
        """Whether frames may be left out for a reader that is behind. It is the market's: all readers see the same."""
        return self.scope in (Scope.SYMBOL, Scope.BARS)
