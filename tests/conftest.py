"""Fixtures shared by all tests: the embedded servers, a bus of one's own, and the whole product running."""

import asyncio
import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from oms_site.stack import Stack
from oms_site.stack.errors import NotRunning
from oms_site.stack.leftovers import RUN_DIR
from tests.live import Live

settings.register_profile("quick", deadline=None, derandomize=True)
settings.register_profile("long", deadline=None, max_examples=10_000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
"""Drawn tests: by default a fixed set of examples that does not depend on how busy the machine is; `long` looks for new ones."""


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Mark what needs the whole product running; put the browser's tests last, because its event loop stays (`oms_site.stack.testing`)."""
    for item in items:
        if "live_stack" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.live)
    yield
    items.sort(key=lambda item: "browser" in getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session")
def servers() -> Iterator[Stack]:
    """The servers of this process's test stack: the ones that run, or started for this session and stopped after it."""
    run_dir = os.environ[RUN_DIR]
    try:
        yield Stack.attach(run_dir, "test")
        return
    except NotRunning:
        stack = Stack(run_dir, env="test")
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
def _quick_passwords(request: pytest.FixtureRequest) -> None:
    """People who are made in the test's own database have a password that is hashed quickly: a slow hash is the product's business."""
    if request.node.get_closest_marker("django_db") and "live_stack" not in request.fixturenames:
        configured = request.getfixturevalue("settings")
        configured.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *configured.PASSWORD_HASHERS]


@pytest.fixture(autouse=True)
def _no_leftover_event_loop() -> Iterator[None]:
    """A loop that a library left set in this thread must not leak into the next test."""
    yield
    asyncio.set_event_loop(None)
