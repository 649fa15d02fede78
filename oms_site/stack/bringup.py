"""Starts processes in the order their readiness allows and waits until all are ready."""

import time
from collections.abc import Callable, Iterable, Mapping

from oms_site.stack import probes
from oms_site.stack.errors import StackError
from oms_site.stack.layout import Layout
from oms_site.stack.ports import Ports
from oms_site.stack.programs import Process
from oms_site.stack.progress import Reporter
from oms_site.stack.supervisor import FATAL, State, Supervisor, log_tail

_TICK = 0.1  # seconds between two looks
#: A process that had to be started this often will not come up.
_MOST_STARTS = 3


class Stability:
    """Notices processes that do not stay up, over the whole of a start."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._pids: dict[str, set[int]] = {}

    def look(self, states: Iterable[State]) -> None:
        """Raise `StackError` with the log's last lines when a process has given up or was started too often."""
        for state in states:
            pids = self._pids.setdefault(state.name, set())
            if state.pid:
                pids.add(state.pid)
            if state.state == FATAL or len(pids) > _MOST_STARTS:
                raise not_up(self._layout, state.name, "does not stay up")


def not_up(layout: Layout, name: str, reason: str) -> StackError:
    """The error for a process that does not come up."""
    return StackError(f"{name} {reason}", remedy=f"its log is {layout.logs / name}.log", log_tail=log_tail(layout, name))


class BringUp:
    """One wave of starts.

    `on_ready` maps a process's name to what must be done once it is ready and before anything that waits for it
    starts. `postgres_url` is what the PostgreSQL probe logs in to.
    """

    def __init__(
        self,
        supervisor: Supervisor,
        *,
        layout: Layout,
        ports: Ports,
        reporter: Reporter,
        postgres_url: str,
        on_ready: Mapping[str, Callable[[], None]],
    ) -> None:
        self._supervisor = supervisor
        self._layout = layout
        self._ports = ports.as_dict()
        self._reporter = reporter
        self._postgres_url = postgres_url
        self._on_ready = on_ready
        self._began: dict[str, float] = {}

    def run(self, processes: Iterable[Process], *, ready: set[str]) -> None:
        """Start the processes and wait; names in `ready` count as ready from the start and it grows.

        Raises `StackError` with the log's last lines when one does not come up.
        """
        waiting = {process.name: process for process in processes}
        stability = Stability(self._layout)
        while waiting:
            for process in waiting.values():
                if process.name not in self._began and ready.issuperset(process.after):
                    self._supervisor.start_process(process.name)
                    self._began[process.name] = time.monotonic()
            states = {state.name: state for state in self._supervisor.states()}
            for name in [name for name in waiting if name in self._began]:
                if self._is_ready(waiting[name], states[name]):
                    self._finish(name)
                    ready.add(name)
                    del waiting[name]
                elif (age := time.monotonic() - self._began[name]) > waiting[name].ready_within:
                    raise not_up(self._layout, name, f"is not ready after {age:.0f} s")
            stability.look(state for state in states.values() if state.name in self._began)
            if waiting:
                self._reporter.passing(f"  waiting for {', '.join(sorted(waiting))} ...")
                time.sleep(_TICK)

    def _finish(self, name: str) -> None:
        if name in self._on_ready:
            self._on_ready[name]()
        self._reporter.line(f"  {name:<28} {time.monotonic() - self._began[name]:6.1f} s")

    def _is_ready(self, process: Process, state: State) -> bool:
        probe = process.probe
        if not state.pid:
            return False
        match probe:
            case probes.Tcp():
                return probes.accepts(self._ports[probe.port])
            case probes.Http():
                return probes.http_status(self._ports[probe.port], probe.path) == 200
            case probes.Postgres():
                return probes.accepts(self._ports[probe.port]) and probes.postgres_answers(self._postgres_url)
            case probes.Valkey():
                return probes.valkey_pong(self._ports[probe.port])
            case probes.Running():
                return state.running
