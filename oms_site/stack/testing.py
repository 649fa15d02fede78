"""`make test` and `make check`: the gate, then every test on servers of their own, then one verdict.

Also what a test session uses to find or start those servers (`ensure_servers`).
"""

import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from oms_site.stack import gate
from oms_site.stack.cli import report
from oms_site.stack.errors import EXIT_USAGE, NotRunning, StackError
from oms_site.stack.manager import Stopped, ignore_signals, raise_on_signals
from oms_site.stack.progress import Printer, Reporter
from oms_site.stack.stack import RUN_DIRS, Stack

#: Folders of the main run; the browser's run is apart because its event loop disturbs its neighbours.
MAIN = ("tests/unit", "tests/contract", "tests/integration", "tests/scenarios", "tests/faults")
BROWSER = ("tests/browser",)

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True, slots=True)
class Tally:
    """What one pytest run counted; `skipped` leaves out expected failures."""

    passed: int = 0
    failed: int = 0
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


def browser() -> str | None:
    """Path of the browser the browser tests use: `OMS_BROWSER`, or the first that is installed."""
    named = os.environ.get("OMS_BROWSER")
    return named or next((path for name in _BROWSERS if (path := shutil.which(name))), None)


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
    """Both pytest runs and the verdict over both."""
    path = browser()
    code, tally = _pytest(stack, "main", MAIN, arguments, path)
    if path is None:
        print("error: no browser for tests/browser -> install one (Debian: apt-get install chromium)", file=sys.stderr)
        print(f"==== {tally.passed} passed, {tally.failed} failed, browser tests did not run ====")
        return 1
    browser_code, browser_tally = _pytest(stack, "browser", BROWSER, arguments, path)
    total = tally + browser_tally
    verdict = code or browser_code
    if os.environ.get("CI") and total.skipped:
        verdict = verdict or 1
        print(f"error: in CI every test must run, skipped: {', '.join(total.skipped)}", file=sys.stderr)
    print(f"==== {total.passed} passed, {total.failed} failed, {len(total.skipped)} skipped in two pytest runs ====")
    return verdict


def _pytest(stack: Stack, name: str, folders: tuple[str, ...], arguments: list[str], browser_path: str | None) -> tuple[int, Tally]:
    """One pytest run in a process of its own, with the stack's environment."""
    outcome = stack.layout.run_dir / f"pytest-{name}.xml"
    outcome.unlink(missing_ok=True)
    existing = [folder for folder in folders if (stack.layout.checkout / folder).is_dir()]
    command = [str(stack.layout.python), "-m", "pytest", f"--junitxml={outcome}", *existing, *arguments]
    environment = stack.child_environment() | ({"OMS_BROWSER": browser_path} if browser_path else {})
    with subprocess.Popen(command, cwd=stack.layout.checkout, env=environment) as child:
        try:
            code = child.wait()
        except BaseException:
            child.send_signal(signal.SIGINT)
            try:
                child.wait(timeout=30)
            except subprocess.TimeoutExpired:
                child.kill()
            raise
    return code, tally(outcome)


def tally(outcome: Path) -> Tally:
    """Count a JUnit file; a run that wrote none counts as one failure."""
    if not outcome.exists():
        return Tally(failed=1)
    passed = failed = 0
    skipped = []
    for case in ElementTree.parse(outcome).getroot().iter("testcase"):
        skip = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        elif skip is not None and skip.get("type") != "pytest.xfail":
            skipped.append(f"{case.get('classname')}::{case.get('name')}")
        else:
            passed += 1
    return Tally(passed, failed, tuple(skipped))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
