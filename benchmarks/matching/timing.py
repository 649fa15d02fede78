"""How a book is timed on a tape: the same for every contender.

A tape is driven in batches, as a worker reads its log. What is not the book's own work (making the calls of a batch, reading its answers)
is done between the batches and not counted. Garbage is collected between batches too and those pauses are timed on their own.
"""

import gc
import time
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from benchmarks.matching.contender import Contender
from benchmarks.matching.streams import Event, Tape

BATCH = 500
NEVER = float("inf")


class Pass(NamedTuple):
    """One way through a tape: events done (fewer than the tape has when the time was up), seconds, volume traded.

    `processor` has the processor's seconds batch by batch: what else runs on the machine costs them little, so ratios are made of them.
    """

    events: int
    seconds: float
    volume: int
    processor: list[float]

    @property
    def rate(self) -> float:
        """Events a second, by the clock."""
        return self.events / self.seconds

    @property
    def processor_rate(self) -> float:
        """Events a second of processor time."""
        return self.events / sum(self.processor)


class Latencies(NamedTuple):
    """Microseconds of every event in rising order, clock included; the longest pause for garbage between batches, in milliseconds."""

    microseconds: list[float]
    longest_collection_ms: float
    full_collection_ms: float


@contextmanager
def quiet() -> Iterator[None]:
    """What exists is frozen and no collection interrupts."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


def seconds(action: Callable[[], object]) -> float:
    """How long `action` takes."""
    with quiet():
        start = time.perf_counter()
        action()
        return time.perf_counter() - start


def drive(contender: Contender, tape: Tape, budget_s: float = NEVER) -> Pass:
    """Every event once, the calls timed batch by batch; stops after `budget_s` seconds of processor time."""
    clock, work, spent, done = time.perf_counter, time.thread_time, 0.0, 0
    processor: list[float] = []
    left = budget_s
    with quiet():
        for batch in _batches(tape.events):
            calls = contender.calls(batch)
            start, worked = clock(), work()
            answers = [call(*arguments) for call, arguments in calls]
            processor.append(work() - worked)
            spent += clock() - start
            left -= processor[-1]
            contender.read(answers)
            done += len(batch)
            del calls, answers
            gc.collect(1)
            if left < 0:
                break
    return Pass(done, spent, contender.volume, processor)


def each(contender: Contender, tape: Tape) -> Latencies:
    """Every event once, each call timed."""
    clock = time.perf_counter_ns
    nanoseconds = array("q", bytes(8 * len(tape.events)))
    at, longest = 0, 0
    with quiet():
        for batch in _batches(tape.events):
            for call, arguments in contender.calls(batch):
                start = clock()
                call(*arguments)
                nanoseconds[at] = clock() - start
                at += 1
            start = clock()
            gc.collect(1)
            longest = max(longest, clock() - start)
        start = clock()
        gc.collect()
        full = clock() - start
    return Latencies(sorted(taken / 1e3 for taken in nanoseconds), longest / 1e6, full / 1e6)


def _batches(events: list[Event]) -> Iterator[list[Event]]:
    for start in range(0, len(events), BATCH):
        yield events[start : start + BATCH]
