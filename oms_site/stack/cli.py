"""The command line behind the make targets and `manage.py stack`."""

import argparse
import os
import sys
from collections.abc import Sequence

from oms_site.stack import background, manager, status
from oms_site.stack.errors import EXIT_FAILED, NotRunning, StackError
from oms_site.stack.layout import Layout
from oms_site.stack.stack import RUN_DIRS, TEST_DESK_RUN_DIR, Stack

ACTIONS = {
    "demo": "start everything, show the live status line, stop on Ctrl-C",
    "up": "start everything in the background and wait until it is ready",
    "down": "stop everything",
    "status": "one line a process",
    "logs": "follow all logs",
    "clean": "stop everything, then remove its data, downloads and caches",
}


def parser(program: str = "python -m oms_site.stack") -> argparse.ArgumentParser:
    """The arguments."""
    made = argparse.ArgumentParser(prog=program, description="The embedded servers and the project's own processes.")
    add_arguments(made)
    return made


def add_arguments(to: argparse.ArgumentParser) -> None:
    """Add action and options (also used by the management command)."""
    to.add_argument("action", choices=ACTIONS, help="; ".join(f"{name}: {what}" for name, what in ACTIONS.items()))
    to.add_argument("--run-dir", default=RUN_DIRS["demo"], help="where the stack keeps everything (default %(default)s)")
    to.add_argument("--port", type=int, help="the web port; the others derive from it (default: PORT or 8000)")
    to.add_argument("--json", action="store_true", help="status for programs")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one action; foreseeable failures become one line and an exit code."""
    options = parser().parse_args(argv)
    try:
        return act(options.action, run_dir=options.run_dir, port=options.port, as_json=options.json)
    except StackError as error:
        report(error)
        return error.exit_code
    except KeyboardInterrupt:
        return 130


def act(action: str, *, run_dir: str, port: int | None, as_json: bool) -> int:
    """Carry out one action of `ACTIONS`. Raises `StackError`."""
    layout = Layout.of(run_dir)
    match action:
        case "demo":
            return manager.run(Stack(run_dir, port))
        case "up":
            return background.up(layout, ["--run-dir", run_dir, *(["--port", str(port)] if port else [])])
        case "down":
            print("stopped" if background.down(layout) else "nothing was running")
        case "status":
            return _status(layout, as_json=as_json)
        case "logs":
            _follow(layout)
        case "clean":
            for path in background.clean(
                [Layout.of(folder) for folder in (RUN_DIRS["test"], TEST_DESK_RUN_DIR, RUN_DIRS["demo"], run_dir)]
            ):
                print(f"removed {path}")
    return 0


def report(error: StackError) -> None:
    """Print the log's last lines, if any, then the one line that says what happened and what to do."""
    for line in error.log_tail:
        print(f"  | {line}", file=sys.stderr)
    print(f"error: {error}", file=sys.stderr)


def _status(layout: Layout, *, as_json: bool) -> int:
    try:
        stack = Stack.attach(layout.run_dir)
        states = stack.states()
    except NotRunning:
        print(status.as_json([], {}) if as_json else "not running (start with 'make up' or 'make demo')")
        return EXIT_FAILED
    if (layout.run_dir / "ready").exists():
        stack.write_stack_json()
    print(status.as_json(states, stack.addresses()) if as_json else "\n".join(status.table(states)))
    return 0


def _follow(layout: Layout) -> None:
    logs = sorted(layout.logs.glob("*.log"))
    if not logs:
        raise NotRunning("there are no logs yet", remedy="start with 'make up' or 'make demo'")
    os.execvp("tail", ["tail", "-n", "10", "-F", *map(str, logs)])
