"""Seen from outside on the running product: metrics of every panel, the workers, and one that is killed."""

import os
import re
import signal

import httpx
import psycopg
import pytest

from oms_site import dashboard
from tests.eventually import eventually
from tests.live import Live
from tests.unit.ops.promql import metrics_of


def exposed(live: Live) -> set[str]:
    """Names of all samples and families `/metrics` tells."""
    page = httpx.get(f"{live.web}/metrics", timeout=10).raise_for_status().text
    families = dict(re.findall(r"^# TYPE (\S+) (\S+)$", page, re.MULTILINE))
    names = set(re.findall(r"^([a-z_]\w*)", page, re.MULTILINE)) | families.keys()
    for name, kind in families.items():
        if kind == "histogram":
            names |= {name + ending for ending in ("_bucket", "_count", "_sum")}
    return names


def test_every_panel_reads_metrics_the_running_system_exposes(live_stack: Live) -> None:
    read = set().union(*(metrics_of(expression) for expression in dashboard.expressions()))
    eventually(lambda: read <= exposed(live_stack), within=20, every=1, what=f"missing: {sorted(read - exposed(live_stack))}")


def test_the_sampler_tells_leases_and_lag(live_stack: Live) -> None:
    def sampled() -> bool:
        page = httpx.get(f"{live_stack.web}/metrics", timeout=10).text
        return all(
            text in page
            for text in (
                'oms_worker_up{slot="0",worker="risk"} 1.0',
                'oms_kafka_lag{group="core"',
                'topic="orders"',
                "oms_outbox_depth 0.0",
                "oms_process_cpu_seconds_total{",
                'program="workers"',
            )
        )

    eventually(sampled, within=40, every=1, what="a sample with every worker up")


@pytest.mark.parametrize("worker", ["market", "relay"])
def test_a_killed_worker_runs_again_and_the_product_is_ready(live_stack: Live, worker: str) -> None:
    with psycopg.connect(live_stack.stack.postgres_url(), autocommit=True) as database:

        def holder() -> str | None:
            row = database.execute(
                "SELECT holder FROM supervision_workerlease WHERE worker_id = %s AND state = 'running'", (worker,)
            ).fetchone()
            return row[0] if row else None

        before = eventually(holder, within=30)
        os.kill(int(before.rpartition(":")[2]), signal.SIGKILL)
        eventually(lambda: holder() not in {None, before}, within=30, what=f"another {worker}")
    eventually(live_stack.ready, within=30)


def test_beat_knows_every_periodic_job(live_stack: Live) -> None:
    with psycopg.connect(live_stack.stack.postgres_url(), autocommit=True) as database:
        rows = database.execute("SELECT task FROM django_celery_beat_periodictask WHERE name LIKE 'oms: %' AND enabled").fetchall()
    assert {"oms.supervise", "oms.sample", "reporting.tasks.settlement_move"} <= {row[0] for row in rows}
