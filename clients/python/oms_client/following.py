"""What a frame means for one subscription: the next, one that was seen, or proof that something is missing. No input or output."""

from enum import Enum
from typing import Any

RESUMABLE = frozenset({"orders", "executions", "alerts"})
"""Channels that lose nothing: after a loss they go on from a sequence. The others begin with a snapshot."""


class Verdict(Enum):
    """What to do with a frame."""

    TAKE = "take"
    LEAVE = "leave"
    """Seen before, or a subscribe under way brings it."""
    MISSED = "missed"
    """A frame before it never came: subscribe again."""
    ENDED = "ended"
    """The server ended the subscription."""
    RESTART = "restart"
    """The server does not have what was asked for: subscribe again, from a snapshot."""
    LATER = "later"
    """The server cannot answer now: subscribe again after a pause."""


class Following:
    """One (channel, key). `last` is the newest sequence that was taken, None before a snapshot; `asked` while an answer is awaited."""

    __slots__ = ("asked", "channel", "key", "last")

    def __init__(self, channel: str, key: str, from_seq: int | None = None) -> None:
        self.channel, self.key = channel, key
        self.last = None if from_seq is None else from_seq - 1
        self.asked = True  # nothing has been answered

    def subscribe(self) -> dict[str, Any]:
        """The frame that asks for it, from the next sequence on where the channel can; its answer is awaited."""
        self.asked = True
        frame: dict[str, Any] = {"op": "subscribe", "channel": self.channel, "key": self.key}
        if self.channel not in RESUMABLE:
            self.last = None
        elif self.last is not None:
            frame["from_seq"] = self.last + 1
        return frame

    def arrived(self, kind: str, seq: int | None, data: Any) -> Verdict:
        """A frame of this (channel, key)."""
        match kind:
            case "update" if seq is not None:
                return self._update(seq)
            case "snapshot":
                self.last, self.asked = seq, False
                return Verdict.TAKE
            case "gap":
                self.last, self.asked = None, True  # its snapshot follows
                return Verdict.TAKE
            case _:
                return self._error(data["code"])

    def _update(self, seq: int) -> Verdict:
        if self.last is None:
            return Verdict.LEAVE
        if seq <= self.last:
            return Verdict.LEAVE
        if seq > self.last + 1:
            return Verdict.LEAVE if self.asked else Verdict.MISSED
        self.last, self.asked = seq, False
        return Verdict.TAKE

    def _error(self, code: str) -> Verdict:
        if code == "from_seq_ahead":
            self.last = None
            return Verdict.RESTART
        return Verdict.LATER if code == "unavailable" else Verdict.ENDED
