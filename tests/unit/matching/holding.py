"""Properties over drawn streams: when one fails, the stream is cut down to the commands it needs and shown as lines of text."""

import functools
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from schemas.messages import Conditions, OrderCommand
from tests.unit.matching.drawing import SHARE
from tests.unit.matching.model import Model
from tests.unit.matching.streams import STREAMS, Stream, started, tells_nothing

Check = Callable[..., None]

LEAST = 200
"""Streams a check is made on at least: they are quickly drawn."""


def holds(streams: st.SearchStrategy[Stream] = STREAMS, **drawn: st.SearchStrategy[Any]) -> Callable[[Check], Check]:
    """The check is made on many streams (and on whatever else is `drawn`)."""

    def decorate(check: Check) -> Check:
        @settings(max_examples=max(LEAST, settings.default.max_examples), phases=(Phase.explicit, Phase.reuse, Phase.generate))
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
    """A shorter and plainer stream that is bad too: without the commands, and without the conditions, that it does not need."""
    before: Stream | None = None
    while stream != before:
        before, stream = stream, _plainer(_shorter(stream, bad), bad)
    return stream


def _shorter(stream: Stream, bad: Callable[[Stream], bool]) -> Stream:
    """By halves first, then one at a time."""
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


def _plainer(stream: Stream, bad: Callable[[Stream], bool]) -> Stream:
    for at, sent in enumerate(stream):
        for plainer in _plainer_commands(sent):
            changed = Stream([*stream[:at], plainer, *stream[at + 1 :]])
            if bad(changed):
                stream = changed
                break
    return stream


def _plainer_commands(sent: OrderCommand) -> Iterator[OrderCommand]:
    """The same with one thing less to read."""
    if sent.command != "new":
        return
    if sent.conditions is not None:
        for name in ("self_trade_prevention", "self_trade_group", "display_quantity", "post_only"):
            if getattr(sent.conditions, name):
                fewer = replace(sent.conditions, **{name: False if name == "post_only" else None})
                yield replace(sent, conditions=None if fewer == Conditions() else fewer)
    if sent.trade_date is not None:
        yield replace(sent, trade_date=None)
    if sent.tif == "gtc":
        yield replace(sent, tif="day")
    if sent.quantity is not None and sent.quantity > SHARE:
        yield replace(sent, quantity=SHARE)


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
