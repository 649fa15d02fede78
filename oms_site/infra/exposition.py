"""What Prometheus is answered: the shared metrics directory as one, and the processes that write to it."""

import os
import time
from collections.abc import Iterable
from pathlib import Path

from prometheus_client import REGISTRY, CollectorRegistry, generate_latest, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

from oms_site.infra import metrics

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_PROGRAM = (b"OMS_PROGRAM=", b"SUPERVISOR_PROCESS_NAME=")


def directory() -> Path | None:
    """The metrics directory all processes share; None where each keeps its own in memory."""
    path = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    return Path(path) if path else None


def registry() -> CollectorRegistry:
    """Everything there is to scrape. Made anew for each process that answers; values are read at each scrape."""
    shared = directory()
    if shared is None:
        return REGISTRY
    made = CollectorRegistry()
    made.register(Processes(shared))
    made.register(Shared(shared))
    return made


def page() -> bytes:
    """The metrics in Prometheus' text format."""
    return generate_latest(registry())


def serve(port: int) -> None:
    """Answer scrapes on a port from a thread: for a container whose only program is a Celery worker. Reaches all interfaces."""
    start_http_server(port, addr="0.0.0.0", registry=registry())  # noqa: S104 - a container's own network


class Shared(Collector):
    """What all processes wrote, added up. A metric nobody has counted yet is named all the same, so that dashboards find it."""

    def __init__(self, shared: Path) -> None:
        self._merged = MultiProcessCollector(None, path=str(shared))

    def collect(self) -> Iterable[Metric]:
        """Every family with samples, then the ones without."""
        found = list(self._merged.collect())
        names = {family.name for family in found}
        declared = [family for metric in vars(metrics).values() if isinstance(metric, MetricWrapperBase) for family in metric.describe()]
        return [*found, *(family for family in declared if family.name not in names)]


class Processes(Collector):
    """CPU, memory and age of every process with a file in the metrics directory. Forgets the live gauges of those that ended."""

    def __init__(self, shared: Path) -> None:
        self._shared = shared

    def collect(self) -> Iterable[Metric]:
        """One sample a living process."""
        labels = ["program", "pid"]
        cpu = CounterMetricFamily("oms_process_cpu_seconds", "CPU time a process has used", labels=labels)
        memory = GaugeMetricFamily("oms_process_resident_bytes", "Memory a process holds", labels=labels)
        age = GaugeMetricFamily("oms_process_age_seconds", "Time since a process began", labels=labels)
        for pid in sorted({int(path.stem.rpartition("_")[2]) for path in self._shared.glob("*_*.db")}):
            seen = _look(pid)
            if seen is None:
                mark_process_dead(pid, path=str(self._shared))
                continue
            program, seconds, resident, alive = seen
            cpu.add_metric([program, str(pid)], seconds)
            memory.add_metric([program, str(pid)], resident)
            age.add_metric([program, str(pid)], alive)
        return [cpu, memory, age]


def _look(pid: int) -> tuple[str, float, float, float] | None:
    """Program, CPU seconds, resident bytes and age in seconds; None when the process has ended."""
    folder = Path("/proc") / str(pid)
    try:
        state, *rest = (folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        resident = int((folder / "statm").read_text(encoding="utf-8").split()[1]) * _PAGE
        environment = (folder / "environ").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return None
    if state in {"Z", "X"}:
        return None
    age = time.clock_gettime(time.CLOCK_BOOTTIME) - int(rest[18]) / _TICKS
    return _program(environment), (int(rest[10]) + int(rest[11])) / _TICKS, resident, age


def _program(environment: list[bytes]) -> str:
    """The name the process manager (or a container's environment) gave it."""
    for key in _PROGRAM:
        for line in environment:
            if line.startswith(key):
                return line.removeprefix(key).decode(errors="replace")
    return "other"
