"""What Prometheus is answered from a metrics directory that several processes share."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from oms_site.stack.layout import CHECKOUT

WRITER = """
import sys
from oms_site.infra import metrics
metrics.TRADES.inc(3)
metrics.STREAM_SOCKETS.inc(2)
metrics.OUTBOX_DEPTH.set(int(sys.argv[1]))
print("written", flush=True)
sys.stdin.readline()
"""
READER = "import sys; from oms_site.infra import exposition; sys.stdout.buffer.write(exposition.page())"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path), "OMS_PROGRAM": "writer"}


def start(environment: dict[str, str], depth: int) -> "subprocess.Popen[str]":
    child = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(depth)], env=environment, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "written\n"
    return child


def scrape(environment: dict[str, str]) -> dict[str, float]:
    page = subprocess.run([sys.executable, "-c", READER], env=environment, cwd=CHECKOUT, check=True, capture_output=True, text=True).stdout
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in page.splitlines() if line and not line.startswith("#")} | {
        f"TYPE {line.split()[2]}": 1.0 for line in page.splitlines() if line.startswith("# TYPE")
    }


def test_processes_are_added_up_and_what_the_dead_held_open_is_forgotten(environment: dict[str, str]) -> None:
    first, second = start(environment, 7), start(environment, 9)
    seen = scrape(environment)
    assert (seen["oms_trades_total"], seen["oms_stream_sockets"]) == (6, 4)
    assert seen["oms_outbox_depth"] == 9, "the newest word counts"
    assert seen[f'oms_process_resident_bytes{{pid="{first.pid}",program="writer"}}'] > 1_000_000
    first.kill()
    first.communicate()
    seen = scrape(environment)
    assert (seen["oms_trades_total"], seen["oms_stream_sockets"]) == (6, 2)
    assert not any(f'pid="{first.pid}"' in name for name in seen)
    second.kill()
    second.communicate()
    seen = scrape(environment)
    assert seen["oms_trades_total"] == 6
    assert seen["oms_outbox_depth"] == 9


def test_a_metric_nobody_has_counted_yet_is_named(environment: dict[str, str]) -> None:
    seen = scrape(environment)
    assert "TYPE oms_dead_letters_total" in seen
    assert "TYPE oms_order_stage_seconds" in seen
