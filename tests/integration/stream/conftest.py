"""Sockets of the running product, as browsers and programs open them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import httpx
import pytest
from websockets.sync.client import ClientConnection, connect

from tests.integration.stream.clients import Client, log_in
from tests.live import Live


@pytest.fixture
def browser_session(live_stack: Live) -> Iterator[Callable[[str], httpx.Client]]:
    """Logs a demo person in by the page; the session's cookies are in the client."""
    with ExitStack() as stack:
        yield lambda name: stack.enter_context(log_in(live_stack, name))


@pytest.fixture
def client(live_stack: Live) -> Iterator[Callable[[str], Client]]:
    """An authenticated client of a demo person."""
    with ExitStack() as stack:
        yield lambda name: Client(stack.enter_context(live_stack.socket(name)))


@pytest.fixture
def bare(live_stack: Live) -> Iterator[Callable[[], ClientConnection]]:
    """A socket that has not said who it is."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(connect(live_stack.stack.addresses()["ws"]))
