"""Leases: each wanted slot is given once, to one holder at a time."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from oms_site.infra.supervision import services
from oms_site.infra.supervision.models import DesiredWorker, WorkerLease
from oms_site.infra.supervision.selectors import slots_list

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
TTL = timedelta(seconds=services.TTL_SECONDS)
MOST = {"risk": 4, "relay": 1}


@pytest.fixture(autouse=True)
def workers(transactional_db: None) -> None:
    services.workers_sync(names=MOST, now=NOW)


def supervise(now: datetime = NOW, died=lambda holder, since: False) -> list[tuple[str, int, int]]:
    return [(a.worker, a.slot, a.generation) for a in services.leases_supervise(now=now, most=MOST, died=died)]


def renew(generation: int, now: datetime = NOW, *, first: bool = False, state: str = "running", worker: str = "risk"):
    return services.lease_renew(
        worker=worker, slot=0, generation=generation, holder="h:1", state=state, progress={"records": 3}, now=now, first=first
    )


def release(generation: int, state: str, now: datetime = NOW) -> bool:
    return services.lease_release(worker="risk", slot=0, generation=generation, state=state, message="why", progress={}, now=now)


def test_every_wanted_slot_is_given_once() -> None:
    assert supervise() == [("relay", 0, 1), ("risk", 0, 1)]
    assert supervise() == []


def test_a_lease_that_nobody_took_up_runs_out_and_is_given_again() -> None:
    supervise()
    assert supervise(NOW + TTL - timedelta(milliseconds=1)) == []
    assert supervise(NOW + TTL) == [("relay", 0, 2), ("risk", 0, 2)]


def test_beat_fired_twice_at_once_gives_each_lease_once() -> None:
    given: list[tuple[str, int, int]] = []
    gate = threading.Barrier(4)

    def fire() -> None:
        gate.wait()
        try:
            given.extend(supervise())
        finally:
            connection.close()

    threads = [threading.Thread(target=fire) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(given) == [("relay", 0, 1), ("risk", 0, 1)]


def test_a_renewed_lease_lives_on() -> None:
    supervise()
    assert renew(1, first=True)
    assert renew(1, NOW + timedelta(seconds=9))
    assert ("risk", 0, 2) not in supervise(NOW + timedelta(seconds=18))


def test_a_stale_generation_is_told_so_and_changes_nothing() -> None:
    supervise()
    supervise(NOW + TTL)
    assert renew(1) is None
    assert not release(1, "stopped")
    assert WorkerLease.objects.get(worker="risk").state == "sent"


def test_a_killed_holder_is_replaced_before_its_lease_runs_out() -> None:
    supervise()
    renew(1, first=True)
    seen = []

    def died(holder: str, since: datetime) -> bool:
        seen.append((holder, since))
        return True

    assert supervise(NOW + timedelta(seconds=1), died) == [("risk", 0, 2)]
    assert set(seen) == {("h:1", NOW)}


def test_the_count_is_bounded_by_what_the_code_allows() -> None:
    DesiredWorker.objects.update(count=6)
    assert supervise() == [("relay", 0, 1), ("risk", 0, 1), ("risk", 1, 1), ("risk", 2, 1), ("risk", 3, 1)]


def test_a_stopped_worker_is_left_alone_and_a_paused_one_kept_alive() -> None:
    DesiredWorker.objects.filter(name="risk").update(state="stop")
    DesiredWorker.objects.filter(name="relay").update(state="pause")
    assert supervise() == [("relay", 0, 1)]


def test_a_released_slot_is_given_at_once_a_failed_one_after_a_rest() -> None:
    supervise()
    renew(1, first=True)
    assert release(1, "stopped")
    assert ("risk", 0, 2) in supervise()
    renew(2, first=True)
    assert release(2, "failed")
    assert supervise(NOW + timedelta(seconds=4.9)) == []
    assert ("risk", 0, 3) in supervise(NOW + timedelta(seconds=5))


def test_a_halted_slot_waits_for_an_operator() -> None:
    supervise()
    renew(1, first=True)
    release(1, "halted")
    assert ("risk", 0, 2) not in supervise(NOW + timedelta(days=1))
    DesiredWorker.objects.filter(name="risk").update(updated_at=NOW + timedelta(days=1))
    assert ("risk", 0, 2) in supervise(NOW + timedelta(days=1))


def test_what_operators_see_of_slots() -> None:
    supervise()
    renew(1, first=True)
    DesiredWorker.objects.filter(name="relay").update(state="stop")
    at = NOW + timedelta(seconds=4)
    assert slots_list(at) == [("relay", 0, False, False, "sent", 4.0), ("risk", 0, True, True, "running", 4.0)]
    late = NOW + TTL + timedelta(seconds=1)
    assert slots_list(late)[1] == ("risk", 0, True, False, "gone", 11.0)


def test_rows_follow_the_code_and_keep_what_operators_chose() -> None:
    DesiredWorker.objects.filter(name="risk").update(state="pause", count=3)
    assert services.workers_sync(names=["risk", "matching"], now=NOW) == ["matching"]
    assert list(DesiredWorker.objects.order_by("name").values_list("name", "state", "count")) == [
        ("matching", "run", 1),
        ("risk", "pause", 3),
    ]
