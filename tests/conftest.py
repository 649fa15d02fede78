"""Fixtures shared by all tests: the embedded servers, a bus of one's own, and the whole product running."""

import asyncio
from collections.abc import Iterator

import pytest

from oms_site.stack import Stack
from oms_site.stack.errors import NotRunning
from tests.live import Live


@pytest.fixture(scope="session")
def servers() -> Iterator[Stack]:
    """The test stack's servers: the ones that run, or started for this session and stopped after it."""
    try:
        yield Stack.attach(env="test")
        return
    except NotRunning:
        stack = Stack(env="test")
        stack.start_servers()
    try:
        yield stack
    finally:
        stack.stop()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(servers: Stack) -> None:
    """A test that asks for the database gets the servers first (pytest-django's hook)."""


@pytest.fixture(scope="session")
def live_stack(servers: Stack) -> Iterator[Live]:
    """The whole product on the test stack: migrated, seeded with the demo's people, every program running."""
    live = Live(servers)
    live.start()
    try:
        yield live
    finally:
        live.stop()


@pytest.fixture(autouse=True)
def _no_leftover_event_loop() -> Iterator[None]:
    """A loop that a library left set in this thread must not leak into the next test."""
    yield
    asyncio.set_event_loop(None)
