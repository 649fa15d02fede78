"""The Celery application. Tasks live in each app's `tasks.py`; queue `pipeline` runs workers, `default` everything short."""

import logging
import os
from ctypes import c_bool
from importlib import import_module
from multiprocessing.sharedctypes import RawValue
from typing import Any
from uuid import uuid4

from celery import Celery, Task
from celery.signals import worker_init, worker_shutting_down
from django.db import close_old_connections

from oms_site import env
from oms_site.infra import exposition
from oms_site.infra.log import Routine

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oms_site.settings")


class ActingTask(Task):
    """A task that says with every statement that it is the product that acts, and in which run (`infra.tracking`).

    Its database connection goes back to the process' pool, which stays: Celery would close both after every task.
    """

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run it under its name and the id of the run."""
        from oms_site.infra.tracking.context import acting  # noqa: PLC0415 - this module is read before Django's apps are loaded

        try:
            with acting(f"task {self.name}", request_id=self.request.id or uuid4().hex):
                return super().__call__(*args, **kwargs)
        finally:
            if not self.request.called_directly:
                close_old_connections()


app = Celery("oms", task_cls=ActingTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    worker_lost_wait=1.0,  # a killed child's task is failed after a second, so that Flower tells the truth
    broker_connection_max_retries=None,  # the broker may be away for any time
    worker_cancel_long_running_tasks_on_connection_loss=False,  # leases, not the broker, say who runs
)
app.autodiscover_tasks()
_ROUTINE = (
    *("oms.supervise", "oms.sample", "marketdata.tasks.schedule_apply"),
    *("oms_site.infra.approvals.tasks.clear", "risk.tasks.kills_settle", "oms_site.infra.tracking.tasks.outside_edits"),
    *("orders.tasks.disconnections_sweep", "reporting.tasks.drop_copy", "reporting.tasks.exports_make", "reporting.tasks.settlement_move"),
)
for _name in ("celery.app.trace", "celery.worker.strategy", "celery.beat"):
    logging.getLogger(_name).addFilter(Routine(*_ROUTINE))

_shutting_down = RawValue(c_bool, False)
"""Shared with the children (made before they are forked) and without a lock: the signal handler that sets it may interrupt anything."""


def shutting_down() -> bool:
    """Whether this worker process' parent has been told to stop; long tasks ask it between batches."""
    return bool(_shutting_down.value)


@worker_shutting_down.connect
def _note_shutdown(**kwargs: Any) -> None:
    _shutting_down.value = True


@worker_init.connect
def _prepare_parent(**kwargs: Any) -> None:
    """Import what children run before they are forked (shared memory), and serve metrics where a port is given."""
    import_module("oms_site.workers")
    if env.METRICS_PORT:
        exposition.serve(env.METRICS_PORT)
