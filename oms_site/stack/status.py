"""What the live line and `status` tell, read cheaply from the running system."""

import json
import time
from dataclasses import dataclass, field

from oms_site.stack import probes
from oms_site.stack.supervisor import State

#: Prometheus series the line shows, if the web process exposes them: label -> (metric, how its values are joined).
_GAUGES: dict[str, tuple[str, str]] = {
    "outbox": ("oms_outbox_depth", "sum"),
    "lag": ("oms_kafka_lag", "sum"),
}
_COUNTERS: dict[str, str] = {
    "orders": "oms_orders_entered_total",
    "trades": "oms_trades_total",
}
_RATES: dict[str, str] = {"quotes/s": "oms_quotes_total"}


@dataclass(slots=True)
class Meter:
    """Reads the web process's metrics and turns counters into rates between two looks."""

    port: int
    _last: dict[str, tuple[float, float]] = field(default_factory=dict)

    def look(self) -> dict[str, str]:
        """The figures there are, ready to print; empty while the web process does not answer."""
        body = probes.http_body(self.port, "/metrics")
        if body is None:
            return {}
        series = parse(body.decode(errors="replace"))
        figures = {label: f"{series[name]:,.0f}" for label, name in _COUNTERS.items() if name in series}
        for label, name in _RATES.items():
            if name in series and (rate := self._rate(name, series[name])) is not None:
                figures[label] = f"{rate:,.0f}"
        for label, (name, _) in _GAUGES.items():
            if name in series:
                figures[label] = f"{series[name]:,.0f}"
        return figures

    def _rate(self, name: str, value: float) -> float | None:
        now = time.monotonic()
        before = self._last.get(name)
        self._last[name] = (now, value)
        if before is None or now <= before[0]:
            return None
        return max(0.0, (value - before[1]) / (now - before[0]))


def parse(text: str) -> dict[str, float]:
    """Prometheus text: metric name to the sum over its label sets. Lines that are no samples are skipped."""
    totals: dict[str, float] = {}
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        name = line.split("{", 1)[0].split(" ", 1)[0]
        try:
            value = float(line.rsplit("} ", 1)[-1].split()[0] if "{" in line else line.split()[1])
        except (ValueError, IndexError):
            continue
        totals[name] = totals.get(name, 0.0) + value
    return totals


def line(states: list[State], figures: dict[str, str], *, seconds: float) -> str:
    """The live status line."""
    up = sum(state.running for state in states)
    parts = [f"up {_age(seconds)}", f"processes {up}/{len(states)}"]
    parts += [f"{label} {value}" for label, value in figures.items()]
    down = [state.name for state in states if not state.running]
    if down:
        parts.append("NOT RUNNING: " + " ".join(down))
    return " · ".join(parts)


def table(states: list[State]) -> list[str]:
    """One line a process: name, state, pid, age."""
    return [
        f"{state.name:<10} {state.state.lower():<9} " + (f"pid {state.pid:<8} up {_age(state.seconds)}" if state.pid else state.description)
        for state in states
    ]


def as_json(states: list[State], addresses: dict[str, str]) -> str:
    """The same for programs."""
    processes = [{"name": s.name, "pid": s.pid, "state": s.state.lower(), "seconds": s.seconds} for s in states]
    return json.dumps({"running": bool(processes), **addresses, "processes": processes}, indent=1)


def _age(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"
