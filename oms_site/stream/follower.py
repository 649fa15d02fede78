"""One subscription of one socket: which sequence comes next, and what a frame that arrives means for it. No input or output."""

from enum import Enum

from oms_site.stream import frames
from oms_site.stream.channel import Channel


class Verdict(Enum):
    """What to do with a frame."""

    SEND = "send"
    DROP = "drop"
    """Already sent, or it will be: a load is under way that brings it."""
    MISSED = "missed"
    """There are frames before it that never came."""


class Follower:
    """Starts loading: a snapshot, or frames from `from_seq` on.

    Frames that arrive meanwhile are only noted (`ahead`): the load ends when it has brought as much. Then it is live until a frame is
    missing.
    """

    __slots__ = ("ahead", "channel", "key", "loading", "next", "resuming", "start")

    def __init__(self, channel: Channel, key: str, from_seq: int | None = None) -> None:
        self.channel, self.key = channel, key
        self.start = frames.prefix(channel.name, key)
        self.begin(from_seq)

    def begin(self, from_seq: int | None) -> None:
        """(Re)start: the next answer is to a subscribe."""
        self.resuming = from_seq is not None and self.channel.since is not None
        self.next: int | None = from_seq if self.resuming else None
        self.loading = True
        self.ahead = 0

    def arrived(self, seq: int) -> Verdict:
        """A pushed frame. Only `MISSED` starts a new load, and only once."""
        if self.loading or self.next is None:
            self.ahead = max(self.ahead, seq)
            return Verdict.DROP
        if seq < self.next:
            return Verdict.DROP
        if seq > self.next:
            return Verdict.MISSED
        return Verdict.SEND

    def sent(self, seq: int) -> None:
        """Frame or snapshot `seq` is on its way."""
        self.next = seq + 1

    def reload(self, seen: int) -> None:
        """Frames up to `seen` are missing: load again, from `next` on where the channel can, else a snapshot."""
        self.loading, self.ahead, self.resuming = True, seen, False
        if self.channel.since is None:
            self.next = None

    def settle(self) -> bool:
        """End the load if it has brought all that arrived meanwhile; whether it did."""
        if self.next is not None and self.ahead < self.next:
            self.loading = self.resuming = False
        return not self.loading

    def trust_database(self) -> None:
        """What arrived is not in PostgreSQL (a push of another system, or of a database since replaced): follow PostgreSQL."""
        self.ahead = 0
