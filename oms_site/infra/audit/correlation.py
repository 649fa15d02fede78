"""Which request a piece of work belongs to, and what began the chain it is a part of: known at the edge, for all that is written below it.

A request's id names one call; a correlation id names what began the chain, over as many calls and processes as it takes: the request that
asked for what another person approves, and a task undoes days later. Of an order the chain's name is the order's id: every record has it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import structlog

_request: ContextVar[str] = ContextVar("request", default="")
_correlation: ContextVar[str] = ContextVar("correlation", default="")


@contextmanager
def requested(request_id: str) -> Iterator[None]:
    """What is done inside is one request, or one run of a task."""
    token = _request.set(request_id)
    try:
        yield
    finally:
        _request.reset(token)


@contextmanager
def correlated(correlation_id: str) -> Iterator[None]:
    """What is done inside goes on with what `correlation_id` began; log lines say so."""
    token = _correlation.set(correlation_id)
    try:
        with structlog.contextvars.bound_contextvars(correlation_id=correlation_id):
            yield
    finally:
        _correlation.reset(token)


def request_now() -> str:
    """The id of the request or task that runs; empty outside of any."""
    return _request.get()


def correlation_now() -> str:
    """What began the chain that is gone on with; empty where something begins."""
    return _correlation.get()
