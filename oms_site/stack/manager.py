"""Runs the demo from start to Ctrl-C: the one process that owns the stack."""

import signal
import sys
import time
from types import FrameType

from oms_site.stack import probes, setup, status
from oms_site.stack.bringup import Stability
from oms_site.stack.errors import StackError
from oms_site.stack.layout import write_private
from oms_site.stack.programs import PROGRAMS, SERVERS
from oms_site.stack.progress import Printer
from oms_site.stack.stack import Stack
from oms_site.stack.supervisor import FATAL, log_tail

_LOOK_EVERY = 2.0  # seconds between two looks at the running system
_LINE_EVERY = 60.0  # seconds between status lines where there is no terminal
_REVIVE_EVERY = 30.0  # seconds before a process supervisor has given up on is tried again
_QUOTED_WITHIN = 15.0  # seconds from a ready site to quotes in every market the house provides
_READY_WITHIN = 120.0  # seconds from the last program's start to a ready site


class Stopped(BaseException):
    """A person or `make down` asked the stack to end. Not an `Exception`, so nothing swallows it on the way."""


def run(stack: Stack) -> int:
    """Start everything, show the live line until a signal comes, stop everything. Returns the exit code."""
    printer = Printer()
    stack.reporter = printer
    stack.acquire()
    ready_file = stack.layout.run_dir / "ready"
    failure: StackError | None = None
    try:
        raise_on_signals()
        ready_file.unlink(missing_ok=True)
        began = time.monotonic()
        _start(stack)
        printer.line(f"ready after {time.monotonic() - began:.0f} s")
        _announce(stack, printer)
        write_private(ready_file, "ready\n")
        failure = _watch(stack, printer)
    except Stopped:
        pass
    except StackError as error:
        failure = error
    finally:
        ignore_signals()
        ready_file.unlink(missing_ok=True)
        printer.passing("stopping ...")
        began = time.monotonic()
        stack.stop()
        printer.line(f"stopped after {time.monotonic() - began:.0f} s")
    if failure is not None:
        raise failure
    return 0


def _start(stack: Stack) -> None:
    reporter = stack.reporter
    reporter.line(f"starting in {stack.layout.run_dir}")
    stack.prepare()
    stack.start_supervisor()
    stack.bring_up(SERVERS)
    setup.run(stack.layout, stack.child_environment(), reporter)
    begun = time.monotonic()
    stack.bring_up(PROGRAMS)
    _await_ready(stack)
    _await_market(stack, begun)
    stack.write_stack_json()


def _await_ready(stack: Stack) -> None:
    """Wait until the site says it can do its work (`/readyz` answers 200)."""
    began = time.monotonic()
    stability = Stability(stack.layout)
    while probes.http_status(stack.ports.web, "/readyz") != 200:
        stability.look(stack.states())
        if time.monotonic() - began > _READY_WITHIN:
            body = probes.http_body(stack.ports.web, "/readyz") or b"no answer"
            raise StackError(
                f"the site is not ready after {_READY_WITHIN:.0f} s: {body.decode(errors='replace')[:300]}",
                remedy=f"the logs are in {stack.layout.logs}",
                log_tail=log_tail(stack.layout, "web"),
            )
        stack.reporter.passing("  waiting for the site to say it is ready ...")
        time.sleep(0.2)
    stack.reporter.line(f"  {'site ready':<28} {time.monotonic() - began:6.1f} s")


def _await_market(stack: Stack, begun: float) -> None:
    """Wait until the house has quoted what it is asked to quote since the programs were `begun` (in a calm market a quote may stand for
    a minute), so that the first market order finds somebody. A market that stays empty (no feed, halted) is no reason not to start: after
    a while the demo goes on and says so.
    """
    began = time.monotonic()
    url = stack.postgres_url()
    while (empty := probes.unquoted_markets(url, time.monotonic() - begun)) and time.monotonic() - began < _QUOTED_WITHIN:
        stack.reporter.passing(f"  waiting for quotes of {', '.join(empty)} ...")
        time.sleep(0.2)
    said = f"not quoted yet: {', '.join(empty)}" if empty else "markets quoted"
    stack.reporter.line(f"  {said:<28} {time.monotonic() - began:6.1f} s")


def _announce(stack: Stack, printer: Printer) -> None:
    """Addresses and demo log-ins."""
    addresses = stack.addresses()
    web = addresses["web"]
    rows = [
        ("blotter", f"{web}/"),
        ("admin", f"{web}/admin/"),
        ("API docs", f"{web}/api/docs"),
        ("stream", addresses["ws"]),
        ("Flower", f"{addresses['flower']}/"),
        ("metrics", f"{web}/metrics"),
    ]
    printer.line("")
    for name, address in rows:
        printer.line(f"  {name:<10} {address}")
    users = stack.users()
    if users:
        printer.line("")
        printer.line(f"  {'user':<12} {'password':<24} {'role':<12} accounts")
        for user in users:
            accounts = user.get("accounts")
            held = ", ".join(str(account) for account in accounts) if isinstance(accounts, list) else ""
            printer.line(f"  {user['username']!s:<12} {user['password']!s:<24} {user['role']!s:<12} {held}")
        printer.line(f"  API tokens are in {stack.layout.stack_json}")
    printer.line("")
    printer.line("  stop with Ctrl-C" if sys.stdout.isatty() else "  stop with 'make down'")


def _watch(stack: Stack, printer: Printer) -> StackError | None:
    """Show the live line until a signal; returns the reason when the stack ends by itself."""
    began = time.monotonic()
    given_up: dict[str, float] = {}
    meter = status.Meter(stack.ports.web)
    known: list[tuple[str, int]] = []
    printer.every = _LINE_EVERY
    while stack.supervisor_alive():
        if printer.gone:  # the terminal was closed: nobody is left to press Ctrl-C
            return None
        states = stack.states()
        now = time.monotonic()
        for state in states:
            if state.state == FATAL and now - given_up.setdefault(state.name, now) >= _REVIVE_EVERY:
                given_up[state.name] = now
                stack.supervisor.start_process(state.name)
        seen = [(state.state, state.pid) for state in states]
        if seen != known:
            known = seen
            stack.write_stack_json()
        if printer.wants_passing:
            printer.passing(status.line(states, meter.look(), seconds=now - began))
        time.sleep(_LOOK_EVERY)
    return StackError("supervisord ended", remedy="start again; its log is .run/logs/supervisord.log")


def raise_on_signals() -> None:
    """Turn the signals that end a program into `Stopped`, wherever the program is."""

    def stop(number: int, _frame: FrameType | None) -> None:
        raise Stopped(signal.Signals(number).name)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)


def ignore_signals() -> None:
    """A second Ctrl-C must not interrupt the stopping."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
