"""The tasks of the whole product: supervision, the run of a worker, sampling; and the table of what beat sends when."""

from typing import Any

from celery.utils.log import get_task_logger
from django.utils import timezone

from oms_site import env, sampling
from oms_site.celery import app, shutting_down
from oms_site.infra.garbage import collect_rarely
from oms_site.infra.supervision import holder, services
from oms_site.infra.supervision.periodic import Periodic
from oms_site.infra.supervision.runner import Runner
from oms_site.workers import BY_NAME, WORKERS

logger = get_task_logger(__name__)

PIPELINE = "pipeline"
"""The queue of the workers that have none of their own."""

PERIODIC = (
    Periodic("supervise workers", "oms.supervise", 2, description="Gives every wanted worker slot without a live lease a new run."),
    Periodic("follow calendars", "marketdata.tasks.schedule_apply", 1, description="Puts each market into the phase its calendar has due."),
    Periodic("prune candles", "marketdata.tasks.candles_prune", 300, description="Deletes candles whose retention is over, by interval."),
    Periodic("watch kills", "risk.tasks.kills_settle", 2, description="Tells of kills that nothing of their scope is open any more."),
    Periodic(
        "watch connections", "orders.tasks.disconnections_sweep", 2, description="Cancels the orders of the day of traders who are gone."
    ),
    Periodic(
        "clear requests", "oms_site.infra.approvals.tasks.clear", 5, description="Requests expire; what was allowed for a time is undone."
    ),
    Periodic(
        "find edits outside the product",
        "oms_site.infra.tracking.tasks.outside_edits",
        5,
        description="Alerts the desk of rows that were changed by something else than the product.",
    ),
    Periodic("compare log and tables", "reporting.tasks.drop_copy", 15, description="The drop copy: breaks are alerts."),
    Periodic("make exports", "reporting.tasks.exports_make", 2, description="Reports asked for as files, one at a time."),
    Periodic("delete old exports", "reporting.tasks.exports_forget", 300, description="Files of exports that have expired."),
    Periodic("sample gauges", "oms.sample", 10, description="Outbox, Kafka lag and leases, for Prometheus."),
    Periodic("forget old idempotency keys", "orders.tasks.keys_forget", 3600, description="Those older than they are promised to be kept."),
    Periodic("settle", "reporting.tasks.settlement_move", 5, description="Nets, instructs and releases what is due; calls fails."),
)


@app.task(name="oms.supervise", ignore_result=True, expires=services.RENEW_SECONDS * 2)
def supervise() -> int:
    """Give vacant slots a lease and send the task that takes it; how many. Sent twice it does the work once."""
    given = services.leases_supervise(now=timezone.now(), most={worker.name: worker.most for worker in WORKERS}, died=holder.died)
    for assignment in given:
        logger.info("%s/%s: generation %s sent", assignment.worker, assignment.slot, assignment.generation)
        worker_run.apply_async(
            kwargs={"name": assignment.worker, "slot": assignment.slot, "generation": assignment.generation},
            task_id=assignment.task_id,
            queue=env.WORKER_QUEUES.get(assignment.worker, PIPELINE),
            expires=services.TTL_SECONDS,
        )
    return len(given)


@app.task(name="oms.worker", queue=PIPELINE, acks_late=False, max_retries=0, track_started=True)
def worker_run(*, name: str, slot: int, generation: int) -> dict[str, Any]:
    """Run one slot of a worker under its lease until told to stop; counts and the reason, as Flower shows them."""
    collect_rarely()
    runner = Runner(
        worker=name,
        slot=slot,
        generation=generation,
        holder=holder.own(),
        stopping=shutting_down,
        clock=timezone.now,
    )
    try:
        return runner.run(BY_NAME[name].run)
    finally:
        if not shutting_down():
            supervise.apply_async()  # the next run need not wait for beat


@app.task(name="oms.sample", ignore_result=True, expires=10)
def sample() -> None:
    """Set the gauges that no single worker knows."""
    sampling.sample(timezone.now())
