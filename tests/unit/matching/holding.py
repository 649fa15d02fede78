"""Properties over drawn streams: when one fails, the stream is cut down to the commands it needs and shown as lines of text."""

import functools
from collections.abc import Callable
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.unit.matching.model import Model
from tests.unit.matching.streams import STREAMS, Stream, started, tells_nothing

Check = Callable[..., None]


def holds(streams: st.SearchStrategy[Stream] = STREAMS, **drawn: st.SearchStrategy[Any]) -> Callable[[Check], Check]:
    """The check is made on many streams (and on whatever else is `drawn`)."""

    def decorate(check: Check) -> Check:
        @settings(phases=(Phase.explicit, Phase.reuse, Phase.generate))
        @given(stream=streams, **drawn)
        @functools.wraps(check)
        def run(stream: Stream, **more: Any) -> None:
            if fails(check, stream, more):
                smallest = reduced(stream, lambda shorter: possible(shorter) and bool(fails(check, shorter, more)))
                raise AssertionError(f"{smallest!r}{fails(check, smallest, more)}")

        return run

    return decorate


def fails(check: Check, stream: Stream, more: dict[str, Any]) -> str:
    """What goes wrong, empty when nothing does."""
    try:
        check(stream, **more)
    except Exception as error:  # noqa: BLE001 - whatever it is, the shortest stream that brings it about is what a reader needs
        return f"{type(error).__name__}: {error}"
    return ""


def reduced(stream: Stream, bad: Callable[[Stream], bool]) -> Stream:
    """Without the commands that are not needed for it to be bad: by halves first, then one at a time."""
    size = len(stream) // 2
    while size:
        at = 0
        while at < len(stream):
            shorter = Stream(stream[:at] + stream[at + size :])
            if bad(shorter):
                stream = shorter
            else:
                at += size
        size //= 2
    return stream


def possible(stream: Stream) -> bool:
    """Whether the desk could have sent it: what a correction is about must have happened."""
    model = started(Model())
    for command in stream:
        if tells_nothing(command, model):
            return False
        try:
            model.apply(command)
        except (AssertionError, KeyError, StopIteration):
            return False
    return True
