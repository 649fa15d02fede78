"""`make test` and `make check`: the gate, then every test on servers of their own, then one verdict.

Three pytest runs. Two go side by side, each on a stack of its own: the *desk* (pure tests and those that need little beyond a database)
and the *floor* (bus, workers, feeds, the stack itself). What needs the whole product running comes after them with the machine to itself;
the browser's tests last, because the browser's event loop stays and would disturb what follows.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO
from xml.etree import ElementTree

from oms_site.stack import gate
from oms_site.stack.cli import report
from oms_site.stack.errors import EXIT_USAGE, StackError
from oms_site.stack.manager import Stopped, ignore_signals, raise_on_signals
from oms_site.stack.progress import Printer
from oms_site.stack.stack import TEST_DESK_RUN_DIR, Stack

DESK_PORT_OFFSET = 60
"""From the first stack's ports; between them lie those of the tests that start stacks themselves."""
DESK = (
    "tests/unit",
    *(f"tests/integration/{name}" for name in ("access", "alerts", "approvals", "audit", "orders", "people", "reporting", "risk")),
)
SERVERS = ("tests/contract", "tests/integration", "tests/scenarios", "tests/faults")
FLOOR = (*SERVERS, *(f"--ignore={folder}" for folder in DESK))
LIVE = (*SERVERS, "tests/browser")


@dataclass(frozen=True, slots=True)
class Tally:
    """What one pytest run counted, the names of what failed and was skipped; expected failures count as passed."""

    passed: int = 0
    failed: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()

    def __add__(self, other: "Tally") -> "Tally":
        """Both runs together."""
        return Tally(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)


def main(arguments: list[str]) -> int:
    """Run `check`, `sizes` or `test` (further arguments go to pytest); returns the exit code."""
    match arguments:
        case ["check"]:
            stack = Stack(env="test")
            return 0 if gate.run(stack.layout, stack.child_environment()) else 1
        case ["sizes"]:
            stack = Stack(env="test")
            return 0 if gate.run(stack.layout, stack.child_environment(), names=("sizes",)) else 1
        case ["test", *rest]:
            return _test(rest)
        case _:
            print("usage: python -m oms_site.stack.testing check | sizes | test [PYTEST-ARGUMENT ...]", file=sys.stderr)
            return EXIT_USAGE


def _test(arguments: list[str]) -> int:
    floor = Stack(env="test", reporter=Printer())
    desk = Stack(TEST_DESK_RUN_DIR, floor.ports.web + DESK_PORT_OFFSET, env="test")
    print("static gate", flush=True)
    if not gate.run(floor.layout, floor.child_environment()):
        return 1
    raise_on_signals()
    try:
        print("test servers, twice", flush=True)
        floor.start_servers(fresh=True)
        desk.start_servers(fresh=True)
        return _run_all(floor, desk, arguments)
    except StackError as error:
        report(error)
        return error.exit_code
    except Stopped:
        print("interrupted", file=sys.stderr)
        return 130
    finally:
        ignore_signals()
        desk.stop()
        floor.stop()


def _run_all(floor: Stack, desk: Stack, arguments: list[str]) -> int:
    """All pytest runs and the verdict over them, the names of what failed last of all."""
    aside = desk.layout.run_dir / "pytest.log"
    with aside.open("w", encoding="utf-8") as output, _Run(desk, "desk", (*DESK, "-m", "not live", *arguments), output) as beside:
        with _Run(floor, "floor", (*FLOOR, "-m", "not live", *arguments)) as running:
            runs = [running.wait()]
        runs.append(beside.wait())
    print(aside.read_text(encoding="utf-8"), flush=True)
    desk.stop()
    with _Run(floor, "live", (*LIVE, "-m", "live", *arguments)) as running:
        runs.append(running.wait())
    total = sum((tally for _, tally in runs), Tally())
    return _verdict(total, failed=any(code for code, _ in runs))


def _verdict(total: Tally, failed: bool) -> int:
    for name in total.failed:
        print(f"failed: {name}", file=sys.stderr)
    if os.environ.get("CI") and total.skipped:
        failed = True
        print(f"error: in CI every test must run, skipped: {', '.join(total.skipped)}", file=sys.stderr)
    sys.stderr.flush()
    print(f"==== {total.passed} passed, {len(total.failed)} failed, {len(total.skipped)} skipped ====")
    return int(failed)


class _Run:
    """One pytest run in a process of its own, with the stack's environment; ended with the block, whatever happens."""

    def __init__(self, stack: Stack, name: str, arguments: Sequence[str], output: TextIO | None = None) -> None:
        self.outcome = stack.layout.run_dir / f"pytest-{name}.xml"
        self.outcome.unlink(missing_ok=True)
        command = [str(stack.layout.python), "-m", "pytest", f"--junitxml={self.outcome}", *arguments]
        self.child = subprocess.Popen(command, cwd=stack.layout.checkout, env=stack.child_environment(), stdout=output, stderr=output)

    def __enter__(self) -> "_Run":
        return self

    def __exit__(self, *_: object) -> None:
        """A run that is left before its end is interrupted, so that it stops what it has started."""
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGINT)
            try:
                self.child.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()

    def wait(self) -> tuple[int, Tally]:
        """Its exit code and what it counted."""
        return self.child.wait(), tally(self.outcome)


def tally(outcome: Path) -> Tally:
    """Count a JUnit file; a run that wrote none counts as one failure."""
    if not outcome.exists():
        return Tally(failed=(f"{outcome.stem}: the run ended without a result",))
    passed = 0
    failed, skipped = [], []
    for case in ElementTree.parse(outcome).getroot().iter("testcase"):
        name = f"{case.get('classname')}::{case.get('name')}"
        skip = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            failed.append(name)
        elif skip is not None and skip.get("type") != "pytest.xfail":
            skipped.append(name)
        else:
            passed += 1
    return Tally(passed, tuple(failed), tuple(skipped))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
