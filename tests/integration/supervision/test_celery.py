"""Supervision as it runs: beat, a Celery worker with its children, kills and a warm shutdown."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from celery.result import AsyncResult
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from oms_site.infra.supervision import services
from oms_site.infra.supervision.models import DesiredWorker, WorkerLease
from oms_site.infra.supervision.periodic import Periodic, periodic_sync
from oms_site.stack import Stack
from oms_site.stack.layout import CHECKOUT
from tests.eventually import eventually

APP = "tests.integration.supervision.celery_app"
WORKER = (
    "worker",
    "-Q",
    "pipeline,default",
    "-c",
    "4",
    "--disable-prefetch",
    "--without-gossip",
    "--without-mingle",
    "-n",
    "supervision@test",
)


class Programs:
    """Celery's processes on the test's own database and Redis database."""

    def __init__(self, stack: Stack, folder: Path) -> None:
        settings = connection.settings_dict
        self.broker = stack.environment()["REDIS_URL"].rpartition("/")[0] + "/7"
        self._environment = stack.child_environment() | {
            "DATABASE_URL": stack.postgres_url(settings["NAME"]),
            "REDIS_URL": self.broker,
            "PROMETHEUS_MULTIPROC_DIR": str(folder),
        }
        self._folder = folder
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self, *arguments: str, **variables: str) -> "subprocess.Popen[bytes]":
        log = (self._folder / f"{arguments[0]}.log").open("ab")
        with log:
            child = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", APP, "--skip-checks", *arguments],
                cwd=CHECKOUT,
                env=self._environment | variables,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._running.append(child)
        return child

    def start_beat(self) -> "subprocess.Popen[bytes]":
        return self.start("beat", "--pidfile=", "-s", str(self._folder / "schedule"))

    def end(self) -> None:
        for child in self._running:
            try:
                os.killpg(child.pid, signal.SIGKILL)
            except ProcessLookupError:  # ended as the test wanted
                continue
            finally:
                child.wait()


@pytest.fixture
def programs(servers: Stack, transactional_db: None, tmp_path: Path) -> Iterator[Programs]:
    import redis

    services.workers_sync(names=["made_up"], now=timezone.now())
    periodic_sync([Periodic("supervise workers", "oms.supervise", 2)])
    made = Programs(servers, tmp_path)
    redis.Redis.from_url(made.broker).flushdb()
    try:
        yield made
    finally:
        made.end()
        redis.Redis.from_url(made.broker).flushdb()


@pytest.fixture
def operator(transactional_db: None) -> User:
    return User.objects.create_superuser("operator")


def running(slot: int = 0, *, other_than: str = "") -> WorkerLease | None:
    return WorkerLease.objects.filter(slot=slot, state="running").exclude(holder=other_than).first()


def pid(lease: WorkerLease) -> int:
    return int(lease.holder.rpartition(":")[2])


def result_of(programs: Programs, task: str) -> AsyncResult:
    from celery import Celery

    return AsyncResult(task, app=Celery(broker=programs.broker, backend=programs.broker))


def test_beat_starts_a_wanted_worker_and_a_killed_one_is_back_within_three_seconds(programs: Programs) -> None:
    programs.start(*WORKER)
    programs.start_beat()
    first = eventually(running, within=30)
    eventually(lambda: running().progress.get("rounds", 0) > 10, within=5, what="progress is told")
    worst = 0.0
    for _ in range(3):
        before = running()
        os.kill(pid(before), signal.SIGKILL)
        killed = time.monotonic()
        after = eventually(lambda before=before: running(other_than=before.holder), within=15, what="another run")
        worst = max(worst, time.monotonic() - killed)
        assert after.generation == before.generation + 1
    assert worst <= 3.0, f"back after {worst:.1f} s"
    eventually(lambda: result_of(programs, first.task_id).state == "FAILURE", within=10, what="Flower learns of the lost run")


def test_a_warm_shutdown_lets_each_run_end_and_tell_its_counts(programs: Programs) -> None:
    worker = programs.start(*WORKER)
    programs.start_beat()
    DesiredWorker.objects.update(count=2)
    leases = [eventually(lambda slot=slot: running(slot), within=30) for slot in (0, 1)]
    began = time.monotonic()
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(15) == 0
    assert time.monotonic() - began < 6
    for lease in leases:
        told: dict[str, Any] = result_of(programs, lease.task_id).result
        assert told["reason"] == "shutdown"
        assert told["rounds"] > 0
        assert WorkerLease.objects.get(slot=lease.slot).state == "stopped"


def test_an_operators_stop_and_restart_reach_it(programs: Programs, operator: User) -> None:
    programs.start(*WORKER)
    programs.start_beat()
    first = eventually(running, within=30)
    services.worker_restart(actor=operator, name="made_up", now=timezone.now())
    second = eventually(lambda: (found := running()) and found.generation > first.generation and found, within=8, what="a new run")
    assert result_of(programs, first.task_id).result["reason"] == "restart asked for"
    services.worker_state_set(actor=operator, name="made_up", state="stop", now=timezone.now())
    eventually(lambda: WorkerLease.objects.get().state == "stopped", within=8)
    assert WorkerLease.objects.get().generation == second.generation
    services.worker_state_set(actor=operator, name="made_up", state="run", now=timezone.now())
    eventually(running, within=8)


def test_the_whole_worker_program_killed_leaves_its_slots_to_the_next(programs: Programs) -> None:
    worker = programs.start(*WORKER)
    beat = programs.start_beat()
    before = eventually(running, within=30)
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    programs.start(*WORKER)
    after = eventually(lambda: running(other_than=before.holder), within=25, what="the next program took the slot")
    assert after.generation > before.generation
    assert beat.poll() is None


def test_a_worker_with_a_queue_of_its_own_runs_where_that_queue_is_taken(programs: Programs) -> None:
    programs.start("worker", "-Q", "default", "-c", "1", "-n", "tasks@test", OMS_WORKER_QUEUES="made_up=apart")
    taker = programs.start("worker", "-Q", "apart", "-c", "1", "--disable-prefetch", "-n", "apart@test")
    programs.start_beat()
    lease = eventually(running, within=30)
    parent = int(Path(f"/proc/{pid(lease)}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])
    assert parent == taker.pid


def test_supervision_sent_twice_starts_one_run(programs: Programs) -> None:
    from celery import Celery

    client = Celery(broker=programs.broker)
    for _ in range(8):
        client.send_task("oms.supervise", queue="default")
    programs.start(*WORKER)
    lease = eventually(running, within=30)
    assert lease.generation == 1
