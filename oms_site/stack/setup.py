"""The steps between servers and programs: migrate, register schemas, make topics, seed the demo.

They run in one Python process (`manage.py setup_stack`), because importing the site four times would cost more than
the steps themselves. Its standard output is one line a step, `name seconds`.
"""

import subprocess
from collections.abc import Mapping

from oms_site.stack.errors import StackError
from oms_site.stack.layout import Layout
from oms_site.stack.progress import Reporter


def run(layout: Layout, environment: Mapping[str, str], reporter: Reporter, *, steps: tuple[str, ...] = ()) -> None:
    """Run the steps (all by default), reporting each; the log is `setup.log`.

    Raises `StackError` with the log's last lines when one fails.
    """
    command = [str(layout.python), str(layout.checkout / "manage.py"), "setup_stack", *steps]
    log = layout.logs / "setup.log"
    with (
        log.open("w", encoding="utf-8") as errors,
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=dict(environment),
            cwd=layout.checkout,
            text=True,
            start_new_session=True,
        ) as child,
    ):
        try:
            current = _follow(child, reporter)
            child.wait()
        except BaseException:
            child.kill()
            raise
    if child.returncode:
        raise StackError(
            f"{current} failed",
            remedy=f"the whole log is {log}",
            log_tail=tuple(log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:]),
        )


def _follow(child: "subprocess.Popen[str]", reporter: Reporter) -> str:
    """Report the steps as the child names them; returns the last one it began."""
    assert child.stdout is not None
    current = "setting up"
    reporter.passing("  setting up ...")
    for line in child.stdout:
        name, _, seconds = line.strip().rpartition(" ")
        if seconds == "...":
            current = name
            reporter.passing(f"  {name} ...")
        else:
            reporter.line(f"  {name:<28} {float(seconds):6.1f} s")
    return current
