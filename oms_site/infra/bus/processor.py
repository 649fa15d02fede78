"""What an app gives the worker loops: a fold over one partition (Kafka to Kafka), or a projection (Kafka to PostgreSQL). ADR 0006."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from schemas.messages import Message


class Halt(Exception):
    """Going on would make the books wrong (a gap in a sequence, a fill for an unknown order): the worker stops and says why."""


class Position(NamedTuple):
    """Where a message stands in the log."""

    topic: str
    partition: int
    offset: int


class Delivery(NamedTuple):
    """A decoded message, where it stands, and when the broker got it (microseconds)."""

    position: Position
    message: Message
    timestamp: int


class Output(NamedTuple):
    """A message to be written to a topic (plain name); its key is the topic's key field."""

    topic: str
    message: Message


class PartitionFold(Protocol):
    """The state of one partition and the rules that move it. Deterministic: clock and quotes come in as arguments or observations.

    Recovery is the same at every start: `restore` the newest valid snapshot, `recover` everything after it, then `handle` live.
    """

    format_version: int

    def handle(self, delivery: Delivery, now: int) -> list[Output]:
        """Apply one live input; what follows from it."""

    def recover(self, delivery: Delivery) -> None:
        """Apply one record of the past: an input already answered, or an own output."""

    def recovered(self, now: int) -> list[Output]:
        """Called once after recovery: records to publish before going live (a whole book, for example)."""

    def dump(self) -> Any:
        """The state as values JSON can hold, in a fixed order."""

    def restore(self, state: Any) -> None:
        """Replace the state by a dumped one of the same format version."""


@dataclass(frozen=True, slots=True)
class TransformSpec:
    """A Kafka-to-Kafka worker: exactly once, one transaction a poll.

    `inputs` are co-partitioned topics read as a group. On recovery, topics of `recover_inputs` are replayed up to the group's committed
    offset and topics of `recover_outputs` up to their end. `observed` topics are read whole, by every member, from `now - observe_from`
    microseconds on, before each batch and within it before each `observe_every` records, and given to `observe`; all that was written by
    then only where records of an input in `observed_for` come next (none: of any). `show` is called with each partition's fold between
    batches, at most every `show_seconds` and outside the transaction, to tell people what it holds; when it fails that is logged, and the
    worker goes on.
    """

    name: str
    inputs: tuple[str, ...]
    fold: Callable[[int], PartitionFold]
    recover_inputs: tuple[str, ...] = ()
    recover_outputs: tuple[str, ...] = ()
    observed: tuple[str, ...] = ()
    observe: Callable[[Sequence[Delivery]], None] | None = None
    observe_from: int = 0
    observed_for: tuple[str, ...] = ()
    observe_every: int = 2_000
    refusals: tuple[type[Exception], ...] = ()
    """Exceptions `handle` raises only before anything has changed: the record goes to the dead letters at once. After any other the
    fold is rebuilt from the log and the record tried again, three times in all.
    """
    snapshot_every: int = 20_000
    snapshot_seconds: int = 60
    show: Callable[[Any, int], None] | None = None
    show_seconds: int = 2
    most_records: int = 2_000
    """Records of one poll, and so of one transaction."""
    poll_ms: int = 250
    """How long a poll waits for a first record: longer for those nobody waits for, which cost less while nothing happens."""


class Frame(NamedTuple):
    """One message for the browsers: sequence and data, on a (channel, key) of the stream.

    `data` makes the JSON text. It is called after the commit, and only where somebody follows the (channel, key): most of what a busy
    market tells, nobody reads. What it reads may not change once the frame was handed over.
    """

    channel: str
    key: str
    seq: int
    type: str
    data: Callable[[], bytes]


Handler = Callable[[Sequence[Delivery], int], Iterable[Frame]]
"""Takes a batch of one topic's deliveries and `now` (microseconds) inside the open transaction, writes rows in bulk, returns the frames
to push after commit.
"""


@dataclass(frozen=True, slots=True)
class ProjectionSpec:
    """A Kafka-to-PostgreSQL worker: rows and consumed offsets in one transaction a poll, offsets read from PostgreSQL at the start.

    `handlers` are run per topic in order. `min_interval_ms` lets a conflating projection gather before it writes,
    `gather_ms` at least so long from the first record on: what was written together comes partition by partition.
    `prepare` runs once at the start, with the positions read from PostgreSQL, and may move them back (to rebuild what is held in memory).
    """

    name: str
    handlers: Mapping[str, tuple[Handler, ...]]
    min_interval_ms: int = 0
    gather_ms: int = 0
    max_records: int = 2_000
    prepare: Callable[[dict[tuple[str, int], int]], dict[tuple[str, int], int]] | None = None


@dataclass(slots=True)
class Control:
    """How a running worker hears from whoever runs it, and reports to it."""

    stop_reason: Callable[[], str | None]
    paused: Callable[[], bool]
    report: Callable[[str, Mapping[str, Any]], None]
    """(state, progress): recovering, running or paused; counts for the operator."""
    counts: dict[str, int] = field(default_factory=dict)

    def count(self, name: str, number: int = 1) -> None:
        """Add to one of the counts the task returns."""
        self.counts[name] = self.counts.get(name, 0) + number

    def idle(self, seconds: float) -> None:
        """Do nothing for a while, but end early when told to stop."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0 and not self.stop_reason():
            time.sleep(min(left, 0.1))
