"""What a figure was measured on, and how one is kept."""

import json
import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"


def describe() -> dict[str, Any]:
    """Processor, cores, memory, Python."""
    processor = next(
        (line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")),
        platform.processor(),
    )
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "processor": processor,
        "cores": os.cpu_count(),
        "memory_gib": round(pages / 2**30, 1),
        "python": platform.python_version(),
        "kernel": platform.release(),
    }


def load() -> float:
    """The load average of the last minute."""
    return round(os.getloadavg()[0], 2)


def percentile(values: list[float], share: float) -> float:
    """The smallest value that at least `share` of the values do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-int(share * 1000) * len(ordered) // 1000) - 1))]


def spread(values: list[float]) -> dict[str, float]:
    """Best, median, tail and worst."""
    return {
        "count": len(values),
        "best": round(min(values), 2),
        "p50": round(percentile(values, 0.50), 2),
        "p90": round(percentile(values, 0.90), 2),
        "p99": round(percentile(values, 0.99), 2),
        "worst": round(max(values), 2),
    }


def keep(name: str, figures: dict[str, Any]) -> dict[str, Any]:
    """Write one benchmark's figures beside the machine they were measured on."""
    RESULTS.mkdir(exist_ok=True)
    content = {"name": name, "at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": describe(), "figures": figures}
    (RESULTS / f"{name}.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    return figures


def kept(name: str) -> dict[str, Any]:
    """What `keep` wrote last: `at`, `machine`, `figures`."""
    content: dict[str, Any] = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    return content
