"""A run under its lease: it hears of orders, loses its lease, fails and halts in the open."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from oms_site.infra.bus.ports import OffsetGone
from oms_site.infra.bus.processor import Control
from oms_site.infra.supervision import services
from oms_site.infra.supervision.models import DesiredWorker, WorkerLease
from oms_site.infra.supervision.runner import Runner
from tests.eventually import eventually


@pytest.fixture(autouse=True)
def generation(transactional_db: None) -> int:
    services.workers_sync(names=["risk"], now=timezone.now())
    services.leases_supervise(now=timezone.now(), most={"risk": 1}, died=lambda holder, since: False)
    return WorkerLease.objects.get().generation


@pytest.fixture
def operator(transactional_db: None) -> User:
    return User.objects.create_superuser("operator")


def runner(generation: int = 1, stopping: Callable[[], bool] = lambda: False, bound: float = 60) -> Runner:
    return Runner(
        worker="risk",
        slot=0,
        generation=generation,
        holder="h:1",
        stopping=stopping,
        clock=timezone.now,
        bound_seconds=bound,
        renew_seconds=0.05,
    )


def loop(control: Control, slot: int) -> dict[str, Any]:
    """What every worker does: work until told to stop, say what it does."""
    idle = threading.Event()
    while (reason := control.stop_reason()) is None:
        control.counts["rounds"] = control.counts.get("rounds", 0) + 1
        control.report("paused" if control.paused() else "running", {"lag": 2})
        idle.wait(0.01)
    return {"rounds": control.counts["rounds"], "reason": reason}


def in_thread(run: Runner, work=loop) -> tuple[threading.Thread, dict[str, Any]]:
    from django.db import connection

    result: dict[str, Any] = {}

    def go() -> None:
        try:
            result.update(run.run(work))
        except Exception as error:  # noqa: BLE001 - told to the test
            result["error"] = error
        finally:
            connection.close()

    thread = threading.Thread(target=go)
    thread.start()
    return thread, result


def lease() -> WorkerLease:
    return WorkerLease.objects.get()


def ended(thread: threading.Thread) -> None:
    thread.join(5)
    assert not thread.is_alive()


def test_an_operator_pauses_resumes_and_stops_it(operator: User) -> None:
    thread, result = in_thread(runner())
    eventually(lambda: lease().state == "running")
    assert lease().holder == "h:1"
    for wanted, state in (("pause", "paused"), ("run", "running")):
        assert services.worker_state_set(actor=operator, name="risk", state=wanted, now=timezone.now())
        eventually(lambda state=state: lease().state == state)
    eventually(lambda: lease().progress.get("rounds", 0) > 3)
    assert lease().progress["lag"] == 2
    services.worker_state_set(actor=operator, name="risk", state="stop", now=timezone.now())
    ended(thread)
    assert result["reason"] == "stopped by an operator"
    assert (lease().state, lease().holder, lease().message) == ("stopped", "", "stopped by an operator")


def test_a_restart_ends_the_present_run_and_not_the_next(operator: User) -> None:
    thread, result = in_thread(runner())
    eventually(lambda: lease().state == "running")
    services.worker_restart(actor=operator, name="risk", now=timezone.now())
    ended(thread)
    assert result["reason"] == "restart asked for"
    (given,) = services.leases_supervise(now=timezone.now(), most={"risk": 1}, died=lambda holder, since: False)
    thread, result = in_thread(runner(given.generation, bound=0.5))
    ended(thread)
    assert result["reason"] == "time bound"


def test_a_run_whose_lease_was_given_away_ends() -> None:
    thread, result = in_thread(runner())
    eventually(lambda: lease().state == "running")
    WorkerLease.objects.update(generation=9)
    ended(thread)
    assert result["reason"] == "lease lost"
    assert lease().state == "running", "a stale holder writes nothing"


def test_a_run_that_comes_too_late_does_no_work() -> None:
    worked = []
    assert runner(generation=0).run(lambda control, slot: worked.append(1) or {}) == {"reason": "the lease was given to another run"}
    assert not worked


def test_a_warm_shutdown_ends_it() -> None:
    told = threading.Event()
    thread, result = in_thread(runner(stopping=told.is_set))
    eventually(lambda: lease().state == "running")
    told.set()
    ended(thread)
    assert result["reason"] == "shutdown"


def test_fewer_wanted_ends_the_surplus() -> None:
    services.leases_supervise(now=timezone.now(), most={"risk": 4}, died=lambda holder, since: False)
    DesiredWorker.objects.update(count=2)
    services.leases_supervise(now=timezone.now(), most={"risk": 4}, died=lambda holder, since: False)
    surplus = runner()
    surplus.slot = 1
    thread, result = in_thread(surplus)
    eventually(lambda: WorkerLease.objects.get(slot=1).state == "running")
    DesiredWorker.objects.update(count=1)
    ended(thread)
    assert result["reason"] == "fewer are wanted"


@pytest.mark.parametrize(
    ("error", "state"), [(ValueError("no such field"), "failed"), (OffsetGone("orders[2] begins at 40, wanted 7"), "halted")]
)
def test_what_ends_it_badly_is_told_and_goes_on_to_the_caller(error: Exception, state: str) -> None:
    def work(control: Control, slot: int) -> dict[str, Any]:
        raise error

    thread, result = in_thread(runner(), work)
    ended(thread)
    assert result["error"] is error
    assert lease().state == state
    assert str(error) in lease().message


def test_a_worker_that_halts_itself_stays_down() -> None:
    thread, _ = in_thread(runner(), lambda control, slot: {"reason": "20 dead letters", "halted": True})
    ended(thread)
    assert (lease().state, lease().message) == ("halted", "20 dead letters")
    assert not services.leases_supervise(now=timezone.now(), most={"risk": 1}, died=lambda holder, since: True)
