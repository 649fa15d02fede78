"""The product's Celery application with one made-up worker in place of the real ones, for tests of supervision alone."""

import sys
import threading
from types import ModuleType, SimpleNamespace
from typing import Any

from oms_site.infra.bus.processor import Control


def _run(control: Control, slot: int) -> dict[str, Any]:
    """Count until told to stop."""
    idle = threading.Event()
    while (reason := control.stop_reason()) is None:
        control.counts["rounds"] = control.counts.get("rounds", 0) + 1
        control.report("paused" if control.paused() else "running", {})
        idle.wait(0.02)
    return {**control.counts, "reason": reason}


_WORKERS = (SimpleNamespace(name="made_up", run=_run, most=2),)
_module: Any = ModuleType("oms_site.workers")
_module.WORKERS = _WORKERS
_module.BY_NAME = {worker.name: worker for worker in _WORKERS}
sys.modules["oms_site.workers"] = _module

from oms_site.celery import app  # noqa: E402 - the made-up workers come first

__all__ = ["app"]
