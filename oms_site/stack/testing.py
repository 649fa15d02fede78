"""`make test` and `make check`: the gate, then every test on servers of their own, then one verdict.

Also what a test session uses to find or start those servers (`ensure_servers`).
"""

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO
from xml.etree import ElementTree

from oms_site.stack import gate
from oms_site.stack.cli import report
from oms_site.stack.errors import EXIT_USAGE, NotRunning, StackError
from oms_site.stack.manager import Stopped, ignore_signals, raise_on_signals
from oms_site.stack.progress import Printer, Reporter
from oms_site.stack.stack import RUN_DIRS, Stack

#: Folders by run. Pure tests run beside those that mostly wait for servers; the browser's run is apart because its event loop
#: disturbs its neighbours.
PURE = ("tests/unit",)
SERVERS = ("tests/contract", "tests/integration", "tests/scenarios", "tests/faults")
BROWSER = ("tests/browser",)


@dataclass(frozen=True, slots=True)
class Tally:
    """What one pytest run counted, the names of what failed and was skipped; expected failures count as passed."""

    passed: int = 0
    failed: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()

    def __add__(self, other: "Tally") -> "Tally":
        """Both runs together."""
        return Tally(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)


def ensure_servers(reporter: Reporter | None = None) -> tuple[Stack, bool]:
    """The test stack with its servers up, and whether this call started them (then the caller stops it)."""
    try:
        return Stack.attach(RUN_DIRS["test"], "test"), False
    except NotRunning:
        stack = Stack(env="test", reporter=reporter)
        stack.start_servers(fresh=True)
        return stack, True


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
    stack = Stack(env="test", reporter=Printer())
    print("static gate", flush=True)
    if not gate.run(stack.layout, stack.child_environment()):
        return 1
    raise_on_signals()
    try:
        print("test servers", flush=True)
        stack.start_servers(fresh=True)
        return _run_all(stack, arguments)
    except StackError as error:
        report(error)
        return error.exit_code
    except Stopped:
        print("interrupted", file=sys.stderr)
        return 130
    finally:
        ignore_signals()
        stack.stop()


def _run_all(stack: Stack, arguments: list[str]) -> int:
    """All pytest runs and the verdict over them, the names of what failed last of all."""
    aside = stack.layout.run_dir / "pytest-pure.log"
    with aside.open("w", encoding="utf-8") as output, _Run(stack, "pure", PURE, arguments, output) as pure:
        with _Run(stack, "servers", SERVERS, arguments) as servers:
            runs = [servers.wait()]
        runs.append(pure.wait())
    print(aside.read_text(encoding="utf-8"), flush=True)
    with _Run(stack, "browser", BROWSER, arguments) as browsers:
        runs.append(browsers.wait())
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

    def __init__(self, stack: Stack, name: str, folders: tuple[str, ...], arguments: list[str], output: TextIO | None = None) -> None:
        self.outcome = stack.layout.run_dir / f"pytest-{name}.xml"
        self.outcome.unlink(missing_ok=True)
        command = [str(stack.layout.python), "-m", "pytest", f"--junitxml={self.outcome}", *folders, *arguments]
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
