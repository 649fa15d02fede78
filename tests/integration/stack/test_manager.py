"""The foreground and background commands: whenever a start is interrupted, nothing is left."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from oms_site.stack import Stack, leftovers
from oms_site.stack.layout import CHECKOUT
from oms_site.stack.preparation import remove_data
from tests.eventually import eventually

PORT = 18030


@pytest.fixture
def run_dir(tmp_path: Path) -> Iterator[Path]:
    """A run directory of the test's own; whatever still lives in it afterwards is ended."""
    path = tmp_path / "run"
    yield path
    stack = Stack(path, PORT)
    stack.stop()
    remove_data(stack.layout)


def _command(action: str, run_dir: Path, **options: object) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "oms_site.stack", action, "--run-dir", str(run_dir), "--port", str(PORT)],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,  # type: ignore[call-overload]
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("moment", ["supervisord", "java"])
def test_a_start_that_is_interrupted_leaves_no_process(run_dir: Path, moment: str, number: signal.Signals) -> None:
    with _command("demo", run_dir, start_new_session=True) as demo:
        eventually(lambda: _running(run_dir, moment) or demo.poll() is not None, within=60, every=0.02, what=f"{moment} runs")
        os.killpg(demo.pid, number)  # as a terminal does
        output, errors = demo.communicate(timeout=60)
    assert demo.returncode == 0
    assert "stopped after" in output
    assert errors == ""
    assert leftovers.members(run_dir) == []


def test_a_reader_that_goes_away_does_not_keep_the_stack_from_stopping(run_dir: Path) -> None:
    with _command("demo", run_dir) as demo:
        assert demo.stdout is not None
        demo.stdout.close()
        eventually(lambda: _running(run_dir, "supervisord"), within=60, every=0.02, what="supervisord runs")
        demo.send_signal(signal.SIGINT)
        assert demo.wait(timeout=60) == 0
    assert leftovers.members(run_dir) == []


def test_a_background_start_that_is_interrupted_leaves_no_process(run_dir: Path) -> None:
    with _command("up", run_dir) as up:
        eventually(lambda: _running(run_dir, "supervisord"), within=60, every=0.02, what="supervisord runs")
        up.send_signal(signal.SIGINT)
        output, _ = up.communicate(timeout=60)
    assert up.returncode == 130
    assert "stopped after" in output
    assert leftovers.members(run_dir) == []


def test_down_ends_a_manager_that_is_starting(run_dir: Path) -> None:
    with _command("demo", run_dir) as demo:
        eventually(lambda: _running(run_dir, "java"), within=60, every=0.02, what="Kafka starts")
        with _command("down", run_dir) as down:
            told, _ = down.communicate(timeout=60)
        demo.communicate(timeout=10)
    assert (told, down.returncode, demo.returncode) == ("stopped\n", 0, 0)
    assert leftovers.members(run_dir) == []


def test_down_and_status_say_when_nothing_runs(run_dir: Path) -> None:
    with _command("down", run_dir) as down:
        assert down.communicate(timeout=60)[0] == "nothing was running\n"
    with _command("status", run_dir) as status:
        assert "not running" in status.communicate(timeout=60)[0]
    assert (down.returncode, status.returncode) == (0, 1)


def _running(run_dir: Path, program: str) -> bool:
    """Whether a member of the run directory runs a program of this name."""
    for pid in leftovers.members(run_dir):
        try:
            if program in Path(f"/proc/{pid}/cmdline").read_text():
                return True
        except OSError:
            continue
    return False
