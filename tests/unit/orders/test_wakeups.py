"""Waiting for an order: woken through Redis, never depending on it."""

from typing import Any

import pytest
import redis

from orders import wakeups


class Down:
    """A Redis that does not answer."""

    def __getattr__(self, name: str) -> Any:
        raise redis.ConnectionError("down")


@pytest.fixture
def down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wakeups, "client", Down)


@pytest.mark.usefixtures("down")
def test_without_redis_the_waiter_looks_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []

    def left() -> bool:
        looked.append(1)
        return len(looked) == 3

    monkeypatch.setattr(wakeups, "LOOK_AGAIN", 0.001)
    assert wakeups.wait("ACME-1", "O1", left, 5)
    assert len(looked) == 3


@pytest.mark.usefixtures("down")
def test_without_redis_nobody_is_woken_and_nothing_breaks() -> None:
    wakeups.wake([("ACME-1", "O1")])


@pytest.mark.usefixtures("down")
def test_a_wait_ends_with_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wakeups, "LOOK_AGAIN", 0.001)
    assert not wakeups.wait("ACME-1", "O1", lambda: False, 0.01)


def test_what_is_true_already_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wakeups, "client", Down)
    assert wakeups.wait("ACME-1", "O1", lambda: True, 10)


def test_no_orders_is_no_call(monkeypatch: pytest.MonkeyPatch) -> None:
    def never() -> Any:
        raise AssertionError("nothing to tell")

    monkeypatch.setattr(wakeups, "client", never)
    wakeups.wake([])
